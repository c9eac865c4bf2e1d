"""How well a predicted mask lies on the true one: Dice, IoU, precision, recall and more.

One rule for empty masks holds for these four, so that they are averaged over the same
cases: where both masks are empty nothing is defined (NaN, and `aggregate` counts how
often that was); where one of them is empty the score is 0.

Specificity and accuracy look at the background too. They are defined wherever it was
counted, empty masks included: two empty masks agree everywhere, an accuracy of 1. That is
why they are high for anything small, and why they are averaged over more slices than Dice.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadDataset


@dataclass(frozen=True)
class Overlap:
    """Voxel counts of one truth and one prediction, and the scores they give.

    Overlaps add up: the sum over slices or cases is the pooled ("global") overlap. They
    are equal if their three counts are, however much background lies around.

    Parameters
    ----------
    voxels : all voxels compared, background included; None where that is not known, and
        then of a sum as well.
    """

    true_positive: int = 0
    false_positive: int = 0
    false_negative: int = 0
    voxels: int | None = field(default=None, compare=False)

    def __add__(self, other: "Overlap") -> "Overlap":
        known = self.voxels is not None and other.voxels is not None
        return Overlap(
            self.true_positive + other.true_positive,
            self.false_positive + other.false_positive,
            self.false_negative + other.false_negative,
            (self.voxels or 0) + (other.voxels or 0) if known else None,
        )

    @property
    def true_negative(self) -> int | None:
        """Voxels that are background in both masks; None where not counted."""
        if self.voxels is None:
            return None
        return self.voxels - self.truth_voxels - self.false_positive

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

    @property
    def specificity(self) -> float:
        """TN / (TN + FP): how much of the true background was left alone.

        NaN where the background was not counted or there is none.
        """
        if self.true_negative is None:
            return math.nan
        background = self.true_negative + self.false_positive
        return self.true_negative / background if background else math.nan

    @property
    def accuracy(self) -> float:
        """(TP + TN) / all voxels; NaN where the background was not counted."""
        if self.true_negative is None or not self.voxels:
            return math.nan
        return (self.true_positive + self.true_negative) / self.voxels

    @property
    def relative_volume_difference(self) -> float:
        """(predicted - true) / true volume (Heimann et al. 2009): 0.1 is 10 % too large.

        NaN where the true mask is empty: nothing can be set in relation to it.
        """
        if not self.truth_voxels:
            return math.nan
        return (self.predicted_voxels - self.truth_voxels) / self.truth_voxels

    def volume_difference_ml(self, voxel_ml: float) -> float:
        """Predicted minus true volume in mL, of voxels of `voxel_ml`; its sign says which way."""
        return (self.predicted_voxels - self.truth_voxels) * voxel_ml

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
    check_masks(truth, prediction)
    shared = int(np.count_nonzero(truth & prediction))
    predicted, true = int(np.count_nonzero(prediction)), int(np.count_nonzero(truth))
    return Overlap(shared, predicted - shared, true - shared, truth.size)


def overlap_by_slice(
    truth: NDArray[np.bool_], prediction: NDArray[np.bool_], axis: int = 2
) -> tuple[Overlap, ...]:
    """Compare two boolean volumes slice by slice along `axis` (2 is axial in [X, Y, Z]).

    Raises as `overlap` does.
    """
    check_masks(truth, prediction)
    within = tuple(other for other in range(truth.ndim) if other != axis % truth.ndim)
    size = math.prod(truth.shape[other] for other in within)
    shared, predicted, true = (
        np.count_nonzero(mask, axis=within) for mask in (truth & prediction, prediction, truth)
    )
    return tuple(
        Overlap(int(tp), int(positive - tp), int(actual - tp), size)
        for tp, positive, actual in zip(shared, predicted, true, strict=True)
    )


def pooled(overlaps: Iterable[Overlap]) -> Overlap:
    """Add the counts up: the "global" score, in which every voxel weighs the same."""
    return sum(overlaps, start=Overlap(voxels=0))


def check_masks(truth: NDArray[Any], prediction: NDArray[Any]) -> None:
    """Refuse what cannot be compared: raises as `overlap` does."""
    if truth.shape != prediction.shape:
        raise BadDataset(
            f"The true mask has {truth.shape} voxels and the predicted one {prediction.shape}; "
            "compare masks of the same scan."
        )
    for mask in (truth, prediction):
        if mask.dtype != np.bool_:
            raise TypeError(f"expected boolean masks, got {mask.dtype}")
