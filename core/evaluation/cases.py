"""Single cases, slices and lesions of a run: the points of a chart and what lies behind each."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.evaluation.averages import CASE, EmptyRule, Unit, ruled
from core.evaluation.run import Run

Floats = NDArray[np.float64]

# Of these a small figure is a good one.
DISTANCES = ("hd95_mm", "assd_mm")


@dataclass(frozen=True)
class Place:
    """One case of a run, or one slice of it.

    Parameters
    ----------
    slice : from 0 at the feet; None for the whole case.
    """

    dataset: str
    case: str
    target: str
    slice: int | None = None


def scored_units(run: Run, target: str, score: str, unit: Unit, rule: EmptyRule) -> pd.DataFrame:
    """List the cases or slices of `target` whose `score` is defined, in a column ``value``.

    Adds ``truth_voxels`` and ``predicted_voxels``; keeps the order of the table.
    """
    table = run.slices if unit is Unit.SLICE else run.cases
    scored = ruled(table[table["target"] == target], score, rule)
    scored = scored[scored["value"].notna()]
    return scored.assign(
        truth_voxels=scored["true_positive"] + scored["false_negative"],
        predicted_voxels=scored["true_positive"] + scored["false_positive"],
    ).reset_index(drop=True)


def worst(units: pd.DataFrame, score: str, count: int) -> pd.DataFrame:
    """Choose the `count` worst of `scored_units`; of equals those with more voxels at stake."""
    at_stake = units["truth_voxels"] + units["predicted_voxels"]
    ordered = units.assign(at_stake=at_stake).sort_values(
        ["value", "at_stake"], ascending=[score not in DISTANCES, False], kind="stable"
    )
    return ordered.head(count)


def place_of(row: pd.Series) -> Place:
    """Name the place of a row of a case or slice table."""
    index = int(row["slice"]) if "slice" in row.index else None
    return Place(str(row["dataset"]), str(row["case"]), str(row["target"]), index)


def rows_of(table: pd.DataFrame, place: Place) -> pd.DataFrame:
    """Choose the rows of the place's case and target; a table of slices gives all its slices."""
    return table[
        (table["case"] == place.case)
        & (table["dataset"] == place.dataset)
        & (table["target"] == place.target)
    ]


def lesions_with_size(run: Run) -> pd.DataFrame:
    """List the true lesions with ``size``: diameter in mm, or voxels where it is not known.

    The column ``in_mm`` says which.
    """
    lesions = run.lesions[run.lesions["truth"].astype(bool)].reset_index(drop=True)
    in_mm = lesions["diameter_mm"].notna()
    return lesions.assign(size=lesions["diameter_mm"].where(in_mm, lesions["voxels"]), in_mm=in_mm)


def with_liver_area(units: pd.DataFrame, run: Run) -> pd.DataFrame:
    """Add ``liver_voxels``, the true liver with its tumors, to slices, dropping those without."""
    organ = run.slices[run.slices["target"] == "organ"]
    area = organ.assign(liver_voxels=organ["true_positive"] + organ["false_negative"])
    merged = units.merge(area[[*CASE, "slice", "liver_voxels"]], on=[*CASE, "slice"], how="left")
    return merged[merged["liver_voxels"] > 0].reset_index(drop=True)


def trend(sizes: Floats, values: Floats, bins: int = 8) -> tuple[Floats, Floats, Floats, Floats]:
    """Follow `values` [N] along `sizes` [N] > 0 in bins of equal number of points.

    Returns
    -------
    tuple of float64 [M], M <= `bins`
        Geometric mean of the sizes; lower quartile, median and upper quartile of the values.
    """
    order = np.argsort(sizes, kind="stable")
    parts = [
        part for part in np.array_split(order, min(bins, max(1, len(order) // 5))) if len(part)
    ]
    middle = np.array([np.exp(np.log(sizes[part]).mean()) for part in parts])
    quartiles = [np.quantile(values[part], (0.25, 0.5, 0.75)) for part in parts]
    low, median, high = np.array(quartiles).reshape(-1, 3).T
    return middle, low, median, high


def density(values: Floats, low: float, high: float, points: int = 160) -> tuple[Floats, Floats]:
    """Smooth the distribution of `values` [N] in `low` to `high`: positions and heights [points].

    A Gaussian kernel of Silverman's width, mirrored at the ends so that nothing lies beyond
    them; the highest height is 1.
    """
    from scipy.ndimage import gaussian_filter1d

    counts, edges = np.histogram(values, bins=points, range=(low, high))
    quarter = np.subtract(*np.quantile(values, (0.75, 0.25))) / 1.34
    spread = min(float(values.std()), float(quarter)) or float(values.std())
    width = 0.9 * spread * len(values) ** -0.2 / (high - low) * points
    heights = gaussian_filter1d(counts.astype(np.float64), max(width, 1.5), mode="reflect")
    return (edges[:-1] + edges[1:]) / 2, heights / heights.max()


def jitter(values: Floats, position: Floats, height: Floats, seed: int = 0) -> Floats:
    """Spread points [N] sideways in -1..1, within the outline of their `density`."""
    room = np.interp(values, position, height)
    drawn: Floats = np.random.default_rng(seed).uniform(-1, 1, len(values)) * np.maximum(room, 0.08)
    return drawn
