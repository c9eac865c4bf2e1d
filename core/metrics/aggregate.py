"""From many overlaps to one table row: means, and how much they leave out."""

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.metrics.overlap import Overlap, pooled

SCORES = ("dice", "iou", "precision", "recall")
# Defined on other cases than the four above: `Mean.scored` says on how many.
FURTHER_SCORES = ("specificity", "accuracy", "relative_volume_difference")


@dataclass(frozen=True)
class Mean:
    """A mean over the defined values of a score.

    Parameters
    ----------
    mean, sd, median : NaN where no value was defined; population standard deviation.
    scored : how many values were averaged.
    left_out : how many were undefined (NaN); of Dice, IoU, precision and recall those where
        truth and prediction were both empty.
    """

    mean: float
    sd: float
    median: float
    scored: int
    left_out: int


@dataclass(frozen=True)
class Summary:
    """Scores of one target over many cases or slices.

    Parameters
    ----------
    dice, iou, precision, recall : means, every case (or slice) weighing the same.
    specificity, accuracy : likewise, over those whose background was counted.
    relative_volume_difference : likewise, over those whose truth is not empty.
    pooled : all counts added up, every voxel weighing the same.
    """

    dice: Mean
    iou: Mean
    precision: Mean
    recall: Mean
    specificity: Mean
    accuracy: Mean
    relative_volume_difference: Mean
    pooled: Overlap

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; None for what is not defined."""
        scores = (*SCORES, *FURTHER_SCORES)
        means = {f"mean_{score}": _or_none(getattr(self, score).mean) for score in scores}
        sums = {f"global_{score}": _or_none(getattr(self.pooled, score)) for score in scores}
        return {
            "scored": self.dice.scored,
            "left_out_both_empty": self.dice.left_out,
            **means,
            "sd_dice": _or_none(self.dice.sd),
            "median_dice": _or_none(self.dice.median),
            **sums,
        }


def mean_of_defined(values: Iterable[float]) -> Mean:
    """Average `values`, leaving NaN out and counting it."""
    everything = list(values)
    defined = [value for value in everything if not math.isnan(value)]
    left_out = len(everything) - len(defined)
    if not defined:
        return Mean(math.nan, math.nan, math.nan, 0, left_out)
    return Mean(
        statistics.fmean(defined),
        statistics.pstdev(defined),
        statistics.median(defined),
        len(defined),
        left_out,
    )


def summarize(overlaps: Iterable[Overlap]) -> Summary:
    """Summarize overlaps of one target, one for each case or each slice."""
    overlaps = tuple(overlaps)
    means = {
        score: mean_of_defined(getattr(overlap, score) for overlap in overlaps)
        for score in (*SCORES, *FURTHER_SCORES)
    }
    return Summary(**means, pooled=pooled(overlaps))


def with_truth(overlaps: Iterable[Overlap]) -> tuple[Overlap, ...]:
    """Keep those whose true mask is not empty, as the publication does for tumors.

    A score over these does not see what was predicted where nothing is: say so beside it.
    """
    return tuple(overlap for overlap in overlaps if overlap.truth_voxels)


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
