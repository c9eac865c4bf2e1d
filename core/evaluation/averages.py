"""One figure of a run under every averaging and every rule for empty masks.

All is taken from the counts in the tables, so that a change of rule is a change of the
figure and nothing is read that another rule had made.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.evaluation.run import Run
from core.evaluation.tables import COUNTS, SCORES, lesions_of, overlaps_of
from core.metrics.bootstrap import (
    Interval,
    detection_interval,
    mean_interval,
    pooled_interval,
)
from core.metrics.detection import Criterion, Detection, detection

Floats = NDArray[np.float64]

# Not defined where both masks are empty; the two others look at the background too.
MASK_SCORES = ("dice", "iou", "precision", "recall")
SURFACE_SCORES = ("hd95_mm", "assd_mm", "surface_dice")
CASE = ["dataset", "case"]


class Unit(StrEnum):
    """What weighs the same in an average."""

    CASE = "case"
    SLICE = "slice"
    GLOBAL = "global"
    LESION = "lesion"


class EmptyRule(StrEnum):
    """What two empty masks count as; a single empty one is 0 in each of them."""

    LEFT_OUT = "left out"
    ONE = "counts as 1"
    ZERO = "counts as 0"
    WITH_TRUTH = "only where truth is not empty"


# The averagings that are usual, and that differ most.
WAYS = (
    (Unit.CASE, EmptyRule.LEFT_OUT),
    (Unit.SLICE, EmptyRule.LEFT_OUT),
    (Unit.SLICE, EmptyRule.WITH_TRUTH),
    (Unit.GLOBAL, EmptyRule.LEFT_OUT),
)


@dataclass(frozen=True)
class Average:
    """A figure of a run, and all that must be said beside it.

    Parameters
    ----------
    value, low, high : with its 95 % bootstrap interval by case; NaN where not defined.
    cases : how many the interval draws from.
    left_out : how many rows are not defined.
    """

    run: str
    target: str
    score: str
    averaging: Unit
    two_empty_masks: EmptyRule
    value: float
    low: float
    high: float
    cases: int
    left_out: int

    @staticmethod
    def of(
        run: Run, target: str, score: str, unit: Unit, rule: EmptyRule, found: Interval
    ) -> "Average":
        """Take the figure from its interval."""
        figures = found.value, found.low, found.high, found.cases, found.left_out
        return Average(run.name, target, score, unit, rule, *figures)


def score_values(table: pd.DataFrame, score: str) -> Floats:
    """Take a score of every row from its counts: float64 [N], NaN where not defined.

    Parameters
    ----------
    table : case or slice table with the columns COUNTS.
    score : one of SCORES, as `core.metrics.overlap.Overlap` defines it.
    """
    tp, fp, fn, voxels = table[list(COUNTS)].to_numpy(np.float64).T
    truth, predicted = tp + fn, tp + fp
    part, whole = {
        "dice": (2 * tp, truth + predicted),
        "iou": (tp, truth + fp),
        "precision": (tp, predicted),
        "recall": (tp, truth),
        "specificity": (voxels - truth - fp, voxels - truth),
        "accuracy": (voxels - fp - fn, voxels),
    }[score]
    empty = 0.0 if score in MASK_SCORES else np.nan
    values: Floats = np.divide(part, whole, out=np.full(len(table), empty), where=whole > 0)
    if score in MASK_SCORES:
        values[truth + predicted == 0] = np.nan
    return values


def ruled(table: pd.DataFrame, score: str, rule: EmptyRule) -> pd.DataFrame:
    """Score the rows that `rule` looks at, in a column ``value``.

    NaN stands for a row that is left out of means and counted.
    """
    truth = table["true_positive"] + table["false_negative"]
    if rule is EmptyRule.WITH_TRUTH:
        table = table[truth > 0]
    column = score_values(table, score) if score in SCORES else table[score].to_numpy(np.float64)
    if score in MASK_SCORES and rule in (EmptyRule.ONE, EmptyRule.ZERO):
        column = np.where(np.isnan(column), float(rule is EmptyRule.ONE), column)
    return table.assign(value=column)


def average(run: Run, target: str, score: str, unit: Unit, rule: EmptyRule) -> Interval:
    """Average a score of SCORES, with its bootstrap interval by case.

    With the unit global all counts are added up, so that two empty masks change nothing;
    where only slices with truth are looked at, it is the counts of those slices.
    """
    if unit is Unit.GLOBAL:
        return _pooled(run, target, score, rule)
    table = run.cases if unit is Unit.CASE else run.slices
    scored = ruled(table[table["target"] == target], score, rule)
    return mean_interval(scored["value"].tolist(), _case_codes(scored))


def _pooled(run: Run, target: str, score: str, rule: EmptyRule) -> Interval:
    table = run.cases
    if rule is EmptyRule.WITH_TRUTH:
        table = run.slices[run.slices["true_positive"] + run.slices["false_negative"] > 0]
    counts = table[table["target"] == target].groupby(CASE, sort=False)[list(COUNTS)].sum()
    return pooled_interval(overlaps_of(counts), score)


def averages(run: Run, unit: Unit, rule: EmptyRule) -> tuple[Average, ...]:
    """Average all SCORES of all targets."""
    return tuple(
        Average.of(run, target, score, unit, rule, average(run, target, score, unit, rule))
        for target in targets_of(run)
        for score in SCORES
    )


def all_averages(run: Run, score: str) -> tuple[Average, ...]:
    """Average one score of all targets in the four WAYS."""
    return tuple(
        Average.of(run, target, score, unit, rule, average(run, target, score, unit, rule))
        for target in targets_of(run)
        for unit, rule in WAYS
    )


def surface_averages(run: Run) -> tuple[Average, ...]:
    """Average SURFACE_SCORES over the cases whose surfaces can be compared."""
    found = []
    for target in targets_of(run):
        cases = _of(run.cases, target)
        for score in SURFACE_SCORES:
            interval = mean_interval(cases[score].astype(float).tolist())
            found.append(Average.of(run, target, score, *WAYS[0], interval))
    return tuple(found)


def lesion_averages(run: Run, criterion: Criterion) -> tuple[Average, ...]:
    """Count lesions: recall, precision and F1 with their intervals by case.

    Every lesion weighs the same. Empty where tumors are not scored.
    """
    if "tumor" not in targets_of(run):
        return ()
    table = _of(run.lesions, "tumor")
    truth = table["truth"].to_numpy(bool)
    found = detection(lesions_of(table), criterion)
    intervals = {
        "recall": replace(_share(table[truth], criterion), value=found.recall),
        "precision": replace(_share(table[~truth], criterion), value=found.precision),
        "f1": detection_interval(_by_case(run, table, criterion), "f1"),
    }
    return tuple(
        Average.of(
            run,
            "tumor",
            f"lesion_{score}_{criterion}",
            Unit.LESION,
            EmptyRule.LEFT_OUT,
            interval,
        )
        for score, interval in intervals.items()
    )


def _share(lesions: pd.DataFrame, criterion: Criterion) -> Interval:
    return mean_interval(lesions[criterion].astype(float).tolist(), _case_codes(lesions))


def _by_case(run: Run, lesions: pd.DataFrame, criterion: Criterion) -> list[Detection]:
    """Count the lesions of every case with a score of tumors, of those without any as well."""
    found = {key: detection(lesions_of(part), criterion) for key, part in lesions.groupby(CASE)}
    cases = _of(run.cases, "tumor")[CASE].itertuples(index=False, name=None)
    return [found.get(key, Detection()) for key in cases]


def targets_of(run: Run) -> list[str]:
    """Name the targets that the run scored, organ before tumor."""
    scored = set(run.cases["target"])
    return [target for target in ("organ", "tumor") if target in scored]


def _of(table: pd.DataFrame, target: str) -> pd.DataFrame:
    return table[table["target"] == target]


def _case_codes(table: pd.DataFrame) -> list[int]:
    """Give each row the number of its case."""
    codes: list[int] = table.groupby(CASE, sort=False).ngroup().tolist()
    return codes
