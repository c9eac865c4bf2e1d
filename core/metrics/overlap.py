"""How well a predicted mask lies on the true one: Dice, IoU, precision and recall.

One rule for empty masks holds for all four, so that they are averaged over the same
cases: where both masks are empty nothing is defined (NaN, and `aggregate` counts how
often that was); where one of them is empty the score is 0.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadDataset


@dataclass(frozen=True)
class Overlap:
    """Voxel counts of one truth and one prediction, and the scores they give.

    Overlaps add up: the sum over slices or cases is the pooled ("global") overlap.
    """

    true_positive: int = 0
    false_positive: int = 0
    false_negative: int = 0

    def __add__(self, other: "Overlap") -> "Overlap":
        return Overlap(
            self.true_positive + other.true_positive,
            self.false_positive + other.false_positive,
            self.false_negative + other.false_negative,
        )

    @property
    def truth_voxels(self) -> int:
        """Voxels of the true mask."""
        return self.true_positive + self.false_negative

    @property
    def predicted_voxels(self) -> int:
        """Voxels of the predicted mask."""
        return self.true_positive + self.false_positive

    @property
    def defined(self) -> bool:
        """Whether there is anything to score: False if both masks are empty."""
        return self.truth_voxels + self.predicted_voxels > 0

    @property
    def dice(self) -> float:
        """2 TP / (2 TP + FP + FN), the F1 score (Dice 1945)."""
        return self._share(2 * self.true_positive, self.truth_voxels + self.predicted_voxels)

    @property
    def iou(self) -> float:
        """TP / (TP + FP + FN), the Jaccard index; equals Dice / (2 - Dice)."""
        return self._share(self.true_positive, self.truth_voxels + self.false_positive)

    @property
    def precision(self) -> float:
        """TP / (TP + FP): how much of what was predicted is true."""
        return self._share(self.true_positive, self.predicted_voxels)

    @property
    def recall(self) -> float:
        """TP / (TP + FN): how much of what is true was predicted."""
        return self._share(self.true_positive, self.truth_voxels)

    def _share(self, part: int, whole: int) -> float:
        if not self.defined:
            return math.nan
        return part / whole if whole else 0.0


def overlap(truth: NDArray[np.bool_], prediction: NDArray[np.bool_]) -> Overlap:
    """Compare two boolean masks of one shape (any rank); either may be empty.

    Raises
    ------
    BadDataset
        If the shapes differ.
    TypeError
        If a mask is not boolean: a label map must be turned into a mask first.
    """
    _check(truth, prediction)
    shared = int(np.count_nonzero(truth & prediction))
    predicted, true = int(np.count_nonzero(prediction)), int(np.count_nonzero(truth))
    return Overlap(shared, predicted - shared, true - shared)


def overlap_by_slice(
    truth: NDArray[np.bool_], prediction: NDArray[np.bool_], axis: int = 2
) -> tuple[Overlap, ...]:
    """Compare two boolean volumes slice by slice along `axis` (2 is axial in [X, Y, Z]).

    Raises as `overlap` does.
    """
    _check(truth, prediction)
    within = tuple(other for other in range(truth.ndim) if other != axis % truth.ndim)
    shared, predicted, true = (
        np.count_nonzero(mask, axis=within) for mask in (truth & prediction, prediction, truth)
    )
    return tuple(
        Overlap(int(tp), int(positive - tp), int(actual - tp))
        for tp, positive, actual in zip(shared, predicted, true, strict=True)
    )


def pooled(overlaps: Iterable[Overlap]) -> Overlap:
    """Add the counts up: the "global" score, in which every voxel weighs the same."""
    return sum(overlaps, start=Overlap())


def _check(truth: NDArray[Any], prediction: NDArray[Any]) -> None:
    if truth.shape != prediction.shape:
        raise BadDataset(
            f"The true mask has {truth.shape} voxels and the predicted one {prediction.shape}; "
            "compare masks of the same scan."
        )
    for mask in (truth, prediction):
        if mask.dtype != np.bool_:
            raise TypeError(f"expected boolean masks, got {mask.dtype}")
