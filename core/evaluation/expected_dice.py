"""Whether the Dice that a preset expects of a case goes with the Dice that it truly gets."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from core.evaluation.curves import trust
from core.evaluation.run import Run
from core.metrics.risk import RiskCoverage, risk_coverage

# All orders of so many cases can be tried: 40,320 at most.
FEW = 8


@dataclass(frozen=True, eq=False)
class Trust:
    """Expected and true Dice of one target over the cases of one run.

    Parameters
    ----------
    run : its name.
    target : ``organ`` or ``tumor``.
    curve : risk-coverage curve; also the rank correlation, AURC, and excess AURC.
    by_chance : two-sided p of the rank correlation if both had nothing to do with each other;
        NaN where there is none.
    """

    run: str
    target: str
    curve: RiskCoverage
    by_chance: float

    @property
    def cases(self) -> int:
        """Cases with both an expected and a true Dice."""
        return len(self.curve.risk)


def trust_of(run: Run, target: str) -> Trust:
    """Compare expected and true Dice of one `target` of `run`."""
    table = trust(run, target)
    scored = table.dropna()
    curve = risk_coverage(table["expected"].tolist(), table["dice"].tolist())
    chance = chance_of_order(scored["expected"].tolist(), scored["dice"].tolist())
    return Trust(run.name, target, curve, chance)


def trust_of_preset(runs: Sequence[Run], preset: str) -> tuple[Trust, ...]:
    """Compare them for every target of those `runs` that are the preset's own: ``<preset>-…``."""
    return tuple(
        trust_of(run, target)
        for run in runs
        if run.facts["preset"] == preset and run.name.startswith(f"{preset}-")
        for target in dict.fromkeys(run.cases["target"])
    )


def chance_of_order(first: Sequence[float], second: Sequence[float]) -> float:
    """Two-sided p of Spearman's rank correlation of two lists of equal length.

    Exact for up to `FEW` cases, where every order is tried; by Student's t for more. NaN of
    fewer than two cases, or where all of a list are alike.
    """
    from scipy.stats import rankdata, spearmanr

    if len(first) < 2 or len(set(first)) == 1 or len(set(second)) == 1:
        return math.nan
    if len(first) > FEW:
        return float(spearmanr(first, second).pvalue)
    one, other = (_centered(rankdata(values)) for values in (first, second))
    orders = np.array(list(permutations(range(len(other)))))
    found = np.abs(other[orders] @ one)
    # Equal correlations may differ in their last digit.
    return float(np.mean(found >= abs(other @ one) - 1e-9))


def _centered(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    centered: NDArray[np.float64] = ranks - ranks.mean()
    return centered
