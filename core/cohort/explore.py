"""Questions to the table of a cohort: distributions, what stands out, what to look at first."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from core.cohort.rows import DONE, FAILED
from core.workspace.ranking import worth_looking_at

DATE = "study_date"
# Figures that can be drawn against each other, with their names and units.
FIGURES = {
    "liver_volume_ml": "Liver volume (mL)",
    "tumor_volume_ml": "Tumor volume (mL)",
    "tumor_burden_percent": "Tumor burden (%)",
    "lesions": "Lesions",
    "longest_diameter_mm": "Longest diameter (mm)",
    "liver_mean_hu": "Liver density (HU)",
    "expected_dice": "Expected tumor Dice",
    "expected_wrong_ml": "In doubt (mL)",
    "agreement": "Agreement of the networks",
    "slices": "Slices",
    "spacing_z_mm": "Slice distance (mm)",
    "age_years": "Age (years)",
    DATE: "Date of the study",
    "seconds": "Seconds",
}
# A robust score from which a value stands out (Iglewicz and Hoaglin, 1993).
OUTLYING, TO_SIGMA = 3.5, 0.6745
# Points that a chart can move; more are thinned evenly, outliers kept.
MOST_POINTS = 5000


@dataclass(frozen=True)
class Counts:
    """How far a cohort is."""

    scans: int
    done: int
    failed: int
    with_lesions: int


def counts(table: pa.Table) -> Counts:
    """Count the rows of a table."""
    states = pc.value_counts(table["state"]).to_pylist()
    known = {one["values"]: one["counts"] for one in states}
    tumors = pc.sum(pc.greater(table["lesions"], 0)).as_py() or 0
    return Counts(table.num_rows, known.get(DONE, 0), known.get(FAILED, 0), int(tumors))


def known_figures(table: pa.Table) -> list[str]:
    """List the figures that at least one row has."""
    return [name for name in FIGURES if table[name].null_count < table.num_rows]


def values(table: pa.Table, figure: str) -> NDArray[np.float64]:
    """Give a column as numbers, NaN where it is empty; dates as days since 1970."""
    if figure == DATE:
        days = drawn(table, figure).astype("datetime64[D]")
        return np.where(np.isnat(days), np.nan, days.astype(np.int64).astype(np.float64))
    column: NDArray[np.float64] = table[figure].cast(pa.float64()).to_numpy()
    return column


def drawn(table: pa.Table, figure: str) -> NDArray[np.generic]:
    """Give a column as it is drawn: numbers, or datetime64 where it holds dates."""
    if figure != DATE:
        return values(table, figure)
    told = pc.strptime(table[figure], format="%Y-%m-%d", unit="s", error_is_null=True)
    return np.asarray(told.to_numpy(), dtype="datetime64[s]")


def outliers(table: pa.Table, figure: str) -> NDArray[np.bool_]:
    """Tell which rows stand out by one figure: far from its median, by the median deviation.

    No date does.
    """
    column = values(table, figure)
    if figure == DATE or np.isnan(column).all():
        return np.zeros(len(column), bool)
    away = np.abs(column - np.nanmedian(column))
    spread = float(np.nanmedian(away))
    if not spread:
        return np.zeros(len(column), bool)
    standing: NDArray[np.bool_] = TO_SIGMA * away / spread > OUTLYING
    return standing


def thinned(table: pa.Table, figures: Sequence[str]) -> NDArray[np.intp]:
    """Choose rows to draw: those with all `figures`; of too many evenly, and what stands out."""
    known = np.all([~np.isnan(values(table, name)) for name in figures], axis=0)
    rows = np.flatnonzero(known)
    if len(rows) <= MOST_POINTS:
        return rows
    out = np.any([outliers(table, name) for name in figures], axis=0) & known
    some = rows[np.linspace(0, len(rows) - 1, MOST_POINTS).astype(int)]
    return np.union1d(some, np.flatnonzero(out)[:MOST_POINTS])


def quality_counts(table: pa.Table) -> list[tuple[str, int]]:
    """Count the findings of the quality check by their codes, the most frequent first."""
    told = pc.split_pattern(pc.drop_null(table["quality"]), " ")
    codes = [one for one in pc.list_flatten(told).to_pylist() if one]
    names, numbers = np.unique(codes, return_counts=True)
    order = np.argsort(-numbers, kind="stable")
    return [(str(names[at]), int(numbers[at])) for at in order]


def doubt_first(table: pa.Table) -> pa.Table:
    """Order the rows as a workspace does: where most is expected to be wrong comes first."""
    dice, wrong = values(table, "expected_dice"), values(table, "expected_wrong_ml")
    worth = np.nan_to_num(worth_looking_at(dice, wrong), nan=-1.0)
    return table.take(pa.array(np.argsort(-worth, kind="stable")))
