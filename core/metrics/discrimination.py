"""How well a score tells two kinds apart, whatever threshold is taken."""

import math
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from core.metrics.bootstrap import (
    CONFIDENCE,
    RESAMPLES,
    SEED,
    Floats,
    Interval,
    case_numbers,
    resampled,
)

Bools = NDArray[np.bool_]


def auroc(scores: Floats, positive: Bools) -> float:
    """Chance that a positive has a higher score than a negative, half of equals; NaN of none.

    The area under the receiver operating characteristic (Hanley and McNeil, Radiology 1982).

    Parameters
    ----------
    scores : float [N].
    positive : bool [N].
    """
    from scipy.stats import rankdata

    positives = int(np.count_nonzero(positive))
    negatives = len(positive) - positives
    if not positives or not negatives:
        return math.nan
    ranks = rankdata(scores)[positive].sum() - positives * (positives + 1) / 2
    return float(ranks / (positives * negatives))


def auroc_interval(
    scores: Floats,
    positive: Bools,
    cases: Sequence[Hashable],
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Interval:
    """Bootstrap `auroc` by case: all values of a case are drawn together.

    Draws without both kinds leave it undefined and are passed over. Scores that are NaN are
    left out and counted.

    Parameters
    ----------
    cases : the case of each value.
    """
    defined = ~np.isnan(scores)
    kept, kind = scores[defined], positive[defined]
    _, numbers = np.unique_inverse(case_numbers(cases, len(scores))[defined])
    count = int(numbers.max()) + 1 if len(numbers) else 0
    wins = _wins(kept, kind, numbers, count)
    pairs = _pairs(kind, numbers, count)

    def areas(drawn: NDArray[np.int64]) -> Floats:
        times = np.stack([np.bincount(draw, minlength=count) for draw in drawn]).astype(np.float64)
        won = np.einsum("ri,ij,rj->r", times, wins, times)
        met = np.einsum("ri,ij,rj->r", times, pairs, times)
        found: Floats = np.divide(won, met, out=np.full(len(drawn), np.nan), where=met > 0)
        return found

    low, high = resampled(areas, count, confidence, resamples, seed)
    left_out = int(np.count_nonzero(~defined))
    return Interval(auroc(kept, kind), low, high, confidence, count, left_out)


def _wins(scores: Floats, positive: Bools, numbers: NDArray[np.int64], count: int) -> Floats:
    """How often positives of case i outscore negatives of case j, half of equals: [I, J]."""
    wins = np.zeros((count, count))
    for j in range(count):
        negatives = np.sort(scores[(numbers == j) & ~positive])
        for i in range(count):
            positives = scores[(numbers == i) & positive]
            below = np.searchsorted(negatives, positives, "left")
            up_to = np.searchsorted(negatives, positives, "right")
            wins[i, j] = (below + up_to).sum() / 2
    return wins


def _pairs(positive: Bools, numbers: NDArray[np.int64], count: int) -> Floats:
    kinds = [np.bincount(numbers[kind], minlength=count) for kind in (positive, ~positive)]
    pairs: Floats = np.outer(*kinds).astype(np.float64)
    return pairs
