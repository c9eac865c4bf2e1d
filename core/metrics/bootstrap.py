"""How far a score would move with other patients: bootstrap intervals by case.

Patients are drawn anew with replacement, all slices of one staying together (Efron &
Tibshirani 1993, percentile intervals). The seed is fixed: one input, one interval.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from core.metrics.detection import Detection
from core.metrics.overlap import Overlap, pooled

Floats = NDArray[np.float64]

CONFIDENCE = 0.95
RESAMPLES = 2000
SEED = 0


@dataclass(frozen=True)
class Interval:
    """A score with its bootstrap interval.

    Parameters
    ----------
    value, low, high : NaN where nothing was defined; `low` and `high` also of a single case,
        which does not say how cases differ.
    confidence : such as 0.95.
    cases : how many were drawn from.
    left_out : how many values were not defined.
    """

    value: float
    low: float
    high: float
    confidence: float
    cases: int
    left_out: int


def mean_interval(
    values: Sequence[float],
    cases: Sequence[Hashable] | None = None,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """Bootstrap the mean of `values`; NaN is left out and counted.

    Parameters
    ----------
    values : one for each case, or for each slice where `cases` is given.
    cases : the case of each value: those of one are drawn together, and every value weighs
        the same. None where each value is a case.
    """
    everything = np.asarray(values, np.float64)
    defined = ~np.isnan(everything)
    _, members = np.unique_inverse(case_numbers(cases, len(everything))[defined])
    number = np.bincount(members).astype(np.float64)
    total = np.bincount(members, weights=everything[defined])

    def means(drawn: NDArray[np.int64]) -> Floats:
        found: Floats = total[drawn].sum(axis=1) / number[drawn].sum(axis=1)
        return found

    low, high = resampled(means, len(number), confidence, resamples, seed)
    value = float(total.sum() / number.sum()) if len(number) else math.nan
    return Interval(value, low, high, confidence, len(number), int(np.count_nonzero(~defined)))


def pooled_interval(
    overlaps: Sequence[Overlap],
    score: str = "dice",
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """Bootstrap a global score: cases are drawn, their counts added up, then it is taken.

    Cases of two empty masks are drawn as well: they are patients too, and change nothing.

    Parameters
    ----------
    overlaps : one for each case.
    score : name of a property of `Overlap`, such as ``dice`` or ``specificity``.
    """
    counts = np.array([_counts(overlap) for overlap in overlaps], np.float64).reshape(-1, 4)

    def scores(drawn: NDArray[np.int64]) -> Floats:
        sums = counts[drawn].sum(axis=1)
        return np.array([getattr(_overlap(row), score) for row in sums])

    low, high = resampled(scores, len(counts), confidence, resamples, seed)
    value: float = getattr(pooled(overlaps), score)
    return Interval(value, low, high, confidence, len(counts), 0)


def detection_interval(
    parts: Sequence[Detection],
    score: str = "f1",
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """Bootstrap a score of all lesions: cases are drawn, their lesions counted, then it is taken.

    Cases without any lesion are drawn as well: they are patients too. Draws of such cases
    alone leave the score undefined and are passed over.

    Parameters
    ----------
    parts : the lesions of each case.
    score : name of a property of `Detection`, such as ``f1``.
    """
    counts = np.array([astuple(part) for part in parts], np.int64).reshape(-1, 4)

    def scores(drawn: NDArray[np.int64]) -> Floats:
        sums = counts[drawn].sum(axis=1)
        return np.array([getattr(Detection(*row), score) for row in sums.tolist()])

    low, high = resampled(scores, len(counts), confidence, resamples, seed)
    value: float = getattr(sum(parts, Detection()), score)
    return Interval(value, low, high, confidence, len(counts), 0)


def resampled(
    statistic: Callable[[NDArray[np.int64]], Floats],
    cases: int,
    confidence: float,
    resamples: int,
    seed: int,
) -> tuple[float, float]:
    """Percentiles of a `statistic` of drawn cases [resamples, cases]; NaN of fewer than two.

    Draws of which it gives NaN are passed over.
    """
    if cases < 2:
        return math.nan, math.nan
    drawn = np.random.default_rng(seed).integers(0, cases, (resamples, cases))
    found = statistic(drawn)
    found = found[~np.isnan(found)]
    if not len(found):
        return math.nan, math.nan
    outside = (1 - confidence) / 2
    low, high = np.quantile(found, (outside, 1 - outside)).tolist()
    return low, high


def case_numbers(cases: Sequence[Hashable] | None, length: int) -> NDArray[np.int64]:
    """Give each of `length` values the number of its case; its own number without `cases`."""
    if cases is None:
        return np.arange(length)
    if len(cases) != length:
        raise ValueError(f"expected one case for each of {length} values, got {len(cases)}")
    known: dict[Hashable, int] = {}
    return np.array([known.setdefault(case, len(known)) for case in cases], np.int64)


def _counts(overlap: Overlap) -> tuple[float, ...]:
    voxels = math.nan if overlap.voxels is None else overlap.voxels
    return overlap.true_positive, overlap.false_positive, overlap.false_negative, voxels


def _overlap(counts: Floats) -> Overlap:
    tp, fp, fn, voxels = counts.tolist()
    return Overlap(int(tp), int(fp), int(fn), None if math.isnan(voxels) else int(voxels))
