"""Figures of others to set beside ours, and where they come from."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Reference:
    """A published figure.

    Parameters
    ----------
    name : short, for a line in a chart.
    target : ``organ``, ``tumor``, or ``both`` for the mean of the two.
    score : ``dice`` or ``lesion_recall``.
    low, high : the same where one figure was given.
    data, source : what it was measured on, and who says so.
    """

    name: str
    target: str
    score: str
    low: float
    high: float
    data: str
    source: str


@dataclass(frozen=True)
class Claim:
    """What the publication reports of one target."""

    target: str
    dice: float
    iou: float


# Slices split at random; tumors scored on slices that show one.
PUBLICATION: Final = (Claim("organ", 0.94, 0.92), Claim("tumor", 0.83, 0.81))

_LITS = "Bilic et al., The Liver Tumor Segmentation Benchmark, Med Image Anal 2023"
_LITS_DATA = "LiTS, 70 test scans, mean per case"
_LITS_LESIONS = "LiTS, 70 test scans, lesion by lesion"
REFERENCES: Final = (
    Reference("LiTS best", "organ", "dice", 0.963, 0.963, _LITS_DATA, _LITS),
    Reference(
        "TotalSegmentator", "organ", "dice", 0.963, 0.963, "its own test scans",
        "Wasserthal et al., Radiology: Artificial Intelligence 2023",
    ),
    Reference("livermask", "organ", "dice", 0.946, 0.946, "its own test scans", "livermask"),
    Reference("LiTS best, ISBI 2017", "tumor", "dice", 0.674, 0.674, _LITS_DATA, _LITS),
    Reference("LiTS best, MICCAI 2017", "tumor", "dice", 0.702, 0.702, _LITS_DATA, _LITS),
    Reference("LiTS best, MICCAI 2018", "tumor", "dice", 0.739, 0.739, _LITS_DATA, _LITS),
    Reference(
        "Human level", "tumor", "dice", 0.75, 0.75, "venous phase, about",
        "TriALS challenge",
    ),
    Reference(
        "nnU-Net family", "both", "dice", 0.80, 0.82, "LiTS, mean of liver and tumor",
        "nnU-Net and its successors",
    ),
    Reference("ISBI 2017", "tumor", "lesion_recall", 0.458, 0.458, _LITS_LESIONS, _LITS),
    Reference("MICCAI 2017", "tumor", "lesion_recall", 0.515, 0.515, _LITS_LESIONS, _LITS),
    Reference("MICCAI 2018", "tumor", "lesion_recall", 0.554, 0.554, _LITS_LESIONS, _LITS),
)  # fmt: skip


def references_for(target: str, score: str) -> tuple[Reference, ...]:
    """Choose the references of one target and score, ascending."""
    chosen = [known for known in REFERENCES if (known.target, known.score) == (target, score)]
    return tuple(sorted(chosen, key=lambda known: known.low))
