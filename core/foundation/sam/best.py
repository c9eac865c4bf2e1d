"""Which of SAM's masks fits something best: an oracle's choice, for what it is compared with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.foundation.sam.masks import MaskSet, fragments
from core.metrics.overlap import Overlap, overlap


@dataclass(frozen=True)
class Best:
    """The mask that fits a reference best.

    Parameters
    ----------
    index : in its set; None where none of the masks meets the reference: then SAM has no mask.
    overlap : with the reference.
    fragments : pieces of the mask.
    """

    index: int | None
    overlap: Overlap
    fragments: int


def best_mask(found: MaskSet, reference: NDArray[np.bool_]) -> Best:
    """Choose by IoU with a `reference` [rows, columns]; of equals the one SAM rates higher."""
    target = np.count_nonzero(reference)
    best, most = None, Overlap(false_negative=int(target), voxels=reference.size)
    # Masks are few and one is unpacked at a time.
    for index in range(len(found)):
        fit = overlap(reference, found.mask(index))
        if fit.true_positive and fit.iou > most.iou:
            best, most = index, fit
    pieces = 0 if best is None else fragments(found.mask(best))
    return Best(best, most, pieces)


def mask_of(found: MaskSet, best: Best, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Unpack the best mask, [rows, columns]; empty where there is none."""
    return np.zeros(shape, bool) if best.index is None else found.mask(best.index)
