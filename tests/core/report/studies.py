"""Scans with a ball of a liver and balls in it for lesions, drawn with their result."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from core.cascade.decisions import Opinion
from core.cascade.doubt_summary import DoubtSummary, LesionDoubt
from core.cascade.measurement import measure
from core.cascade.segmentation import Segmentation
from core.study import Examined, Study, decided
from core.volume import volume_from_array
from tests.scene import Triple, ball

SHAPE, SPACING = (84, 80, 62), (2.0, 2.0, 2.5)
MIDDLE = (84.0, 80.0, 77.5)
LIVER_MM = 66.0
LIVER_HU, LESION_HU = 100, 60
# (center in mm from the middle of the liver, radius in mm)
Ball = tuple[Triple, float]


def study(
    *lesions: Ball,
    liver_mm: float = LIVER_MM,
    spacing: Triple = SPACING,
    moved: Triple = (0, 0, 0),
    name: str = "now",
    threshold: float = 0.5,
    headers: Sequence[Dataset] = (),
    lesion_hu: int = LESION_HU,
) -> Examined:
    """Draw a study; its liver lies `moved` mm beside the middle of the scan."""
    shape = tuple(round(n * s / t) for n, s, t in zip(SHAPE, SPACING, spacing, strict=True))
    at = plus(MIDDLE, moved)
    labels = ball(shape, spacing, at, (liver_mm,) * 3)
    for center, radius in lesions:
        labels[(ball(shape, spacing, plus(at, center), (radius,) * 3) == 1) & (labels > 0)] = 2
    return from_labels(labels, spacing, name, threshold, headers, lesion_hu)


def from_labels(
    labels: NDArray[np.uint8],
    spacing: Triple = SPACING,
    name: str = "now",
    threshold: float = 0.5,
    headers: Sequence[Dataset] = (),
    lesion_hu: int = LESION_HU,
) -> Examined:
    """Make a study whose networks were certain of `labels` [X, Y, Z]; 80 % of lesions."""
    hu = np.choose(np.minimum(labels, 2), (-100, LIVER_HU, lesion_hu)).astype(np.int16)
    volume = volume_from_array(
        hu,
        np.diag([*spacing, 1.0]),
        source=f"{name}.nii.gz",
        digest=name,
        dicom_headers=tuple(headers),
    )
    segmentation = Segmentation(
        "paper",
        0.5,
        threshold,
        {"liver": "a" * 64, "tumor": "b" * 64},
        {},
        (),
        labels,
        (labels > 0) * np.uint8(255),
        (labels == 2) * np.uint8(204),
        None,
        128.0,
    )
    return Examined(volume, (), segmentation, measure(volume, labels))


def judged(drawn: Examined, chance: float = 0.83) -> Examined:
    """Let several networks vote and a judge take every lesion of a study for real."""
    labelled = drawn.segmentation
    assert isinstance(labelled, Segmentation)
    chances = (chance,) * len(drawn.findings.lesions)
    labelled = replace(labelled, preset="ensemble", chances=chances, agreement=0.72)
    findings = measure(drawn.volume, labelled.labels, chances)
    return replace(drawn, segmentation=labelled, findings=findings)


def read(drawn: Examined, rejected: int | None = None, confirmed: int | None = None) -> Examined:
    """Let a reader reject one lesion of a study, and confirm another."""
    assert isinstance(drawn.segmentation, Segmentation)
    case = Study(drawn.volume, drawn.quality, drawn.segmentation, drawn.findings)
    # Confirmed first: the numbers of others may change when one goes.
    for number, opinion in ((confirmed, Opinion.CONFIRMED), (rejected, Opinion.REJECTED)):
        if number is not None:
            case = decided(case, number, opinion)
    return case.known


def of_two_shapes(**given: Any) -> tuple[Examined, Examined]:
    """Two studies whose livers overlap with a Dice of 0.65 to 0.75, as those of two patients do.

    Each has the same lesion.
    """
    labels = np.zeros((90, 90, 90), np.uint8)
    labels[12:76, 20:70, 24:68] = 1
    labels[40:48, 40:48, 40:48] = 2
    turned = np.ascontiguousarray(labels.swapaxes(0, 2))
    spacing = (2.0, 2.0, 2.0)
    return from_labels(labels, spacing), from_labels(turned, spacing, name="earlier", **given)


def plus(first: Triple, second: Triple) -> Triple:
    x, y, z = (a + b for a, b in zip(first, second, strict=True))
    return x, y, z


def header(**values: object) -> Dataset:
    """Make a DICOM header of `values`."""
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def doubt_of(drawn: Examined, spread: float = 0.2) -> DoubtSummary:
    """Make up a doubt that is the same for every lesion."""
    lesions = tuple(
        LesionDoubt(lesion.number, lesion.volume_ml, 0.8, spread)
        for lesion in drawn.findings.lesions
    )
    return DoubtSummary(0.01, 0.12, 3.5, lesions)


# Seven lesions, the largest first; none touches another.
SEVEN: tuple[Ball, ...] = (
    ((30, 0, 0), 14),
    ((-30, 10, 0), 12),
    ((0, 30, 20), 10),
    ((0, -35, -20), 9),
    ((10, 0, 40), 8),
    ((-10, 0, -45), 7),
    ((0, 5, -20), 4),
)
