"""Whether a network knows when it is wrong: quality expected against quality found."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.metrics.calibration import next_level

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RiskCoverage:
    """The mean risk of the cases kept, if only the most trusted ones are.

    Risk is 1 - score, such as 1 - Dice (Geifman & El-Yaniv 2017).

    Parameters
    ----------
    coverage : float64 [N], share of the cases kept: 1/N, 2/N, … 1.
    risk : float64 [N], of the cases kept in the order of their expected quality. Cases
        expected alike enter with their common mean, so that their order does not matter.
    best_risk : float64 [N], if the order were that of the true score: no curve is lower.
    rank_correlation : Spearman's, of expected and true quality; NaN of fewer than two cases,
        or if all are expected, or are, alike.
    left_out : cases without expected or true quality.
    """

    coverage: Floats
    risk: Floats
    best_risk: Floats
    rank_correlation: float
    left_out: int

    @property
    def aurc(self) -> float:
        """Area under the curve: the mean risk over all coverages; NaN without cases."""
        return float(self.risk.mean()) if len(self.risk) else math.nan

    @property
    def excess_aurc(self) -> float:
        """How much of the area a perfect order would save (Geifman et al. 2019)."""
        return self.aurc - float(self.best_risk.mean()) if len(self.risk) else math.nan


def risk_coverage(expected: Sequence[float], score: Sequence[float]) -> RiskCoverage:
    """Follow the risk while cases are added from the most to the least trusted.

    Parameters
    ----------
    expected : quality expected of each case, on any scale; NaN where there is none.
    score : true quality of each case in 0..1; NaN where not defined.

    Raises
    ------
    ValueError
        If they differ in length.
    """
    trust, quality = np.asarray(expected, np.float64), np.asarray(score, np.float64)
    if trust.shape != quality.shape:
        raise ValueError(f"expected {trust.shape} scores, one for each case, got {quality.shape}")
    defined = ~(np.isnan(trust) | np.isnan(quality))
    trust, quality = trust[defined], quality[defined]
    risk = 1 - quality
    kept = np.arange(1, len(risk) + 1)
    return RiskCoverage(
        kept / max(len(risk), 1),
        np.cumsum(_alike(trust, risk)[np.argsort(-trust, kind="stable")]) / kept,
        np.cumsum(np.sort(risk)) / kept,
        _rank_correlation(trust, quality),
        int(np.count_nonzero(~defined)),
    )


def _alike(trust: Floats, risk: Floats) -> Floats:
    """Give every case the mean `risk` of those of the same `trust`."""
    _, group = np.unique_inverse(trust)
    mean: Floats = np.bincount(group, weights=risk) / np.bincount(group)
    return mean[group]


def _rank_correlation(first: Floats, second: Floats) -> float:
    from scipy.stats import spearmanr

    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return math.nan
    return float(spearmanr(first, second).statistic)


def expected_dice(voxels_by_level: NDArray[np.int64], threshold: float) -> float:
    """Dice to be expected of a call at `threshold`, if the probabilities are right.

    Each voxel is taken to be true with its probability. Needs no truth, so it can be told for
    any scan; what it is worth is measured by `risk_coverage`.

    Parameters
    ----------
    voxels_by_level : int64 [256], entry k counts the voxels of probability k / 255.

    Returns
    -------
    2 E[TP] / (called + E[true]); NaN where neither anything is called nor anything expected.
    """
    expected = voxels_by_level * np.arange(len(voxels_by_level)) / (len(voxels_by_level) - 1)
    level = next_level(threshold)
    both = float(voxels_by_level[level:].sum() + expected.sum())
    return float(2 * expected[level:].sum() / both) if both else math.nan
