"""What every threshold gives, and how trusted and true quality go together, from a run's tables.

The tables count the voxels of each case by probability, so that any threshold is a sum and
nothing is segmented again. What follows the threshold (largest piece, holes, small lesions
dropped) is not in them.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import BadDataset
from core.evaluation.run import Run
from core.evaluation.tables import lesions_of, overlaps_of
from core.metrics.calibration import LEVELS, ProbabilityHistogram, next_level
from core.metrics.detection import Criterion, Froc, froc
from core.metrics.lesions import LesionRecord

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Averaging = Literal["cases", "global"]
# What quality is expected of a case by: its probabilities, or the agreement of several networks.
Teller = Literal["expected_dice", "agreement"]


@dataclass(frozen=True, eq=False)
class LevelCounts:
    """Voxels by probability of every case of one target.

    Parameters
    ----------
    positives, negatives : int64 [N, 256]; entry k counts voxels of probability k / 255.
    """

    positives: Counts
    negatives: Counts

    @property
    def pooled(self) -> ProbabilityHistogram:
        """All cases added up."""
        return ProbabilityHistogram(self.positives.sum(axis=0), self.negatives.sum(axis=0))


@dataclass(frozen=True, eq=False)
class ThresholdCurves:
    """Scores if every voxel of at least a threshold is called.

    Parameters
    ----------
    threshold : float64 [256], 0 to 1.
    dice, precision, recall : float64 [256]; NaN where no case is defined.
    scored : int64 [256], cases behind each figure; those with neither truth nor call are left
        out of means. 1 where all voxels are pooled.
    """

    threshold: Floats
    dice: Floats
    precision: Floats
    recall: Floats
    scored: Counts

    def at(self, threshold: float) -> dict[str, float]:
        """Dice, precision and recall at a `threshold` in 0..1."""
        level = min(next_level(threshold), LEVELS - 1)
        names = ("dice", "precision", "recall")
        return {name: float(getattr(self, name)[level]) for name in names}


def level_counts(run: Run, target: str) -> LevelCounts:
    """Read the thresholds table of `run` for one target.

    Raises BadDataset where a level is none of the 256.
    """
    table = run.thresholds[run.thresholds["target"] == target]
    by_case = table.groupby(["dataset", "case"], sort=False)
    row = by_case.ngroup().to_numpy()
    counts = np.zeros((2, by_case.ngroups, LEVELS), np.int64)
    level = table["level"].to_numpy(np.int64)
    if len(level) and not 0 <= level.min() <= level.max() < LEVELS:
        raise BadDataset(
            f"The run {run.name} counts voxels of level {level.max()}, and levels go from 0 to "
            f"{LEVELS - 1}; evaluate again."
        )
    for part, column in zip(counts, ("positives", "negatives"), strict=True):
        np.add.at(part, (row, level), table[column].to_numpy())
    return LevelCounts(counts[0], counts[1])


def threshold_curves(counts: LevelCounts, averaging: Averaging) -> ThresholdCurves:
    """Sweep the threshold over all 256 levels.

    Parameters
    ----------
    averaging : ``"cases"`` for the mean over cases, each weighing the same; ``"global"`` for
        all voxels pooled.
    """
    positives, negatives = counts.positives, counts.negatives
    if averaging == "global":
        positives, negatives = (part.sum(axis=0)[None] for part in (positives, negatives))
    found, false = _at_least(positives), _at_least(negatives)
    true = positives.sum(axis=1, keepdims=True)
    called = found + false
    defined = (true + called) > 0
    return ThresholdCurves(
        np.arange(LEVELS) / (LEVELS - 1),
        _mean(2 * found, true + called, defined),
        _mean(found, called, defined),
        _mean(found, np.broadcast_to(true, found.shape), defined),
        defined.sum(axis=0),
    )


def own_threshold(run: Run, target: str) -> float:
    """Threshold at which `run` called its labels; BadDataset where run.json does not say."""
    threshold = run.facts["thresholds"].get(target)
    if not isinstance(threshold, int | float) or not 0 <= threshold <= 1:
        raise BadDataset(
            f"The run {run.name} names {threshold!r:.40} as its threshold of {target}, which is no "
            "probability; evaluate again."
        )
    return float(threshold)


def trust(run: Run, target: str, teller: Teller = "expected_dice") -> pd.DataFrame:
    """Columns ``case``, ``expected`` and ``dice`` of the cases; NaN where not defined."""
    table = run.cases[run.cases["target"] == target]
    dice = [overlap.dice for overlap in overlaps_of(table)]
    unknown = pd.Series(math.nan, table.index)
    expected = table.get(teller, unknown).astype(float).tolist()
    return pd.DataFrame({"case": table["case"].tolist(), "expected": expected, "dice": dice})


def called_only(histogram: ProbabilityHistogram) -> ProbabilityHistogram:
    """Leave out the voxels of probability 0: for tumors, all outside the liver region."""
    kept = np.arange(LEVELS) > 0
    return ProbabilityHistogram(histogram.positives * kept, histogram.negatives * kept)


def lesion_records(run: Run) -> list[LesionRecord]:
    """Read the lesions of `run`.

    Raises BadDataset where the table says too little of them.
    """
    fields = LesionRecord.__dataclass_fields__
    if missing := [name for name in fields if name not in run.lesions]:
        raise BadDataset(
            f"The lesions of the run {run.name} have no {', '.join(missing)}; evaluate again."
        )
    return lesions_of(run.lesions[run.lesions["target"] == "tumor"])


def lesion_froc(run: Run, criterion: Criterion) -> Froc | None:
    """Free-response curve of the lesions of `run`; None where none with a probability is called.

    Raises BadDataset as `lesion_records` does.
    """
    lesions = lesion_records(run)
    cases = int((run.cases["target"] == "tumor").sum())
    peaks = [lesion.probability_max for lesion in lesions if not lesion.truth]
    if not cases or not peaks or any(math.isnan(peak) for peak in peaks):
        return None
    return froc(lesions, cases, criterion)


def froc_at(curve: Froc, threshold: float) -> tuple[float, float]:
    """Sensitivity, and false lesions per case, of predictions that reach `threshold` in 0..1."""
    kept = int(np.count_nonzero(curve.threshold >= threshold))
    if not kept:
        return 0.0, 0.0
    return float(curve.sensitivity[kept - 1]), float(curve.false_positives[kept - 1])


def chance_correlation(cases: int) -> float:
    """Rank correlation that unrelated figures of so many `cases` pass once in twenty.

    By Student's t, close from about ten cases on; NaN of fewer than four.
    """
    from scipy.stats import t

    if cases < 4:
        return math.nan
    quantile = float(t.ppf(0.975, cases - 2))
    return quantile / math.sqrt(cases - 2 + quantile**2)


def _at_least(counts: Counts) -> Counts:
    """Sum of each row [N, 256] from each level upwards."""
    return counts[:, ::-1].cumsum(axis=1)[:, ::-1]


def _mean(part: Counts, whole: Counts, defined: NDArray[np.bool_]) -> Floats:
    """Mean over the defined rows of part / whole [N, 256], which is 0 where whole is 0."""
    share = np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
    scored = defined.sum(axis=0)
    total = (share * defined).sum(axis=0)
    mean: Floats = np.divide(total, scored, out=np.full(LEVELS, math.nan), where=scored > 0)
    return mean
