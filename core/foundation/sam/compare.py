"""SAM's masks of a slice beside what our networks called on it, and beside the truth if known."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.foundation.sam.best import Best, best_mask
from core.foundation.sam.masks import MaskSet, fragments
from core.labels import organ_mask, tumor_mask
from core.metrics.overlap import Overlap, overlap

TARGETS = {"Liver": organ_mask, "Tumor": tumor_mask}
Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Row:
    """How one mask of one target compares.

    Parameters
    ----------
    target : ``Liver`` or ``Tumor``.
    index : of SAM's mask; None where SAM has none that meets the target.
    mask : bool [rows, columns].
    with_ours, with_truth : overlap with what our networks called, and with the truth; None
        where that is the mask itself, or is not known.
    fragments : pieces of the mask.
    rated : IoU that SAM expects of it; None for ours.
    """

    target: str
    index: int | None
    mask: Mask
    with_ours: Overlap | None
    with_truth: Overlap | None
    fragments: int
    rated: float | None


def compare(
    found: MaskSet, ours: Labels, truth: Labels | None, index: int | None = None
) -> tuple[Row, ...]:
    """Compare SAM's mask for liver and for tumor with labels [rows, columns] of the same slice.

    Parameters
    ----------
    truth : true labels; None where they are not known.
    index : of the mask to take for both; None takes for each target the one that has the highest
        IoU with the truth, or with ours where there is no truth: an oracle's choice.
    """
    return tuple(_row(found, target, ours, truth, index) for target in TARGETS)


def compare_ours(ours: Labels, truth: Labels) -> tuple[Row, ...]:
    """Compare what our networks called with the truth, both [rows, columns]."""
    return tuple(
        Row(
            target,
            None,
            select(ours),
            None,
            overlap(select(truth), select(ours)),
            fragments(select(ours)),
            None,
        )
        for target, select in TARGETS.items()
    )


def labels_of(rows: tuple[Row, ...]) -> Labels:
    """Lay the masks of liver and tumor over each other as labels [rows, columns]; tumor on top."""
    masks = {row.target: row.mask for row in rows}
    return np.where(masks["Tumor"], 2, masks["Liver"]).astype(np.uint8)


def mask_rows(
    found: MaskSet, ours: Labels, truth: Labels | None, pixel_mm: tuple[float, float]
) -> list[dict[str, Any]]:
    """Describe every mask in plain values, for a table; empty scores where not defined."""
    references = {"ours": ours} if truth is None else {"ours": ours, "truth": truth}
    rows = []
    for index in range(len(found)):
        mask = found.mask(index)
        left, top, right, bottom = found.boxes[index].tolist()
        row: dict[str, Any] = {
            "mask": index + 1,
            "area_mm2": round(np.count_nonzero(mask) * pixel_mm[0] * pixel_mm[1], 2),
            "fragments": fragments(mask),
            "sam_expects_iou": round(float(found.rated[index]), 4),
            "stability": round(float(found.stability[index]), 4),
            "left": left, "top": top, "right": right, "bottom": bottom,
        }  # fmt: skip
        for whose, labels in references.items():
            for target, select in TARGETS.items():
                fit = overlap(select(labels), mask)
                row[f"dice_{target.lower()}_{whose}"] = round(fit.dice, 4)
                row[f"iou_{target.lower()}_{whose}"] = round(fit.iou, 4)
        rows.append(row)
    return rows


def _row(found: MaskSet, target: str, ours: Labels, truth: Labels | None, index: int | None) -> Row:
    select = TARGETS[target]
    called = select(ours)
    true = None if truth is None else select(truth)
    if index is None:
        best = best_mask(found, called if true is None else true)
    else:
        best = Best(index, Overlap(), fragments(found.mask(index)))
    mask = np.zeros(ours.shape, bool) if best.index is None else found.mask(best.index)
    return Row(
        target,
        best.index,
        mask,
        overlap(called, mask),
        None if true is None else overlap(true, mask),
        best.fragments,
        None if best.index is None else float(found.rated[best.index]),
    )
