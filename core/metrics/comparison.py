"""Whether one run is better than another on the same patients."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BadDataset
from core.metrics.bootstrap import CONFIDENCE, RESAMPLES, SEED, Interval, mean_interval


@dataclass(frozen=True)
class PairedComparison:
    """What the second run gains over the first, case by case.

    Parameters
    ----------
    difference : mean of second minus first over the cases scored in both, with its interval.
        `left_out` counts cases of both runs whose score is not defined in one of them.
    higher, lower, equal : in how many cases the second run has the higher, the lower or the
        same score.
    only_first, only_second : cases that only one of the runs has.
    p_value : Wilcoxon signed-rank test, two-sided (Wilcoxon 1945): how often chance alone
        would part the runs that much. It says nothing of how much they differ, and of five
        cases or fewer it cannot be below 0.05.
    """

    difference: Interval
    higher: int
    lower: int
    equal: int
    only_first: int
    only_second: int
    p_value: float


def compare_paired(
    first: Mapping[str, float],
    second: Mapping[str, float],
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> PairedComparison:
    """Compare the scores by case of two runs; NaN stands for one that is not defined.

    Raises
    ------
    BadDataset
        If no case has a score in both runs.
    """
    common = [case for case in first if case in second]
    differences = np.array([second[case] - first[case] for case in common], np.float64)
    defined = differences[~np.isnan(differences)]
    if not len(defined):
        raise BadDataset(
            f"None of the {len(first)} cases of the first run and the {len(second)} of the second "
            "is scored in both; compare runs on the same patients."
        )
    return PairedComparison(
        mean_interval(differences.tolist(), None, confidence, resamples, seed),
        higher=int(np.count_nonzero(defined > 0)),
        lower=int(np.count_nonzero(defined < 0)),
        equal=int(np.count_nonzero(defined == 0)),
        only_first=len(first) - len(common),
        only_second=len(second) - len(common),
        p_value=_signed_rank(defined),
    )


def _signed_rank(differences: NDArray[np.float64]) -> float:
    """Wilcoxon's p of `differences` [N]; those of 0 are dropped, and 1 if nothing is left."""
    from scipy.stats import wilcoxon

    unequal = differences[differences != 0]
    if not len(unequal):
        return 1.0
    p_value = float(wilcoxon(unequal).pvalue)
    return p_value if math.isfinite(p_value) else 1.0
