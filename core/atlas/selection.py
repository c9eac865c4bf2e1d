"""What a choice of patches has in common, who is like whom, and the way from one to another."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.atlas.atlas import SCORES
from core.atlas.patches import CONTENT

Floats = NDArray[np.float32]

COMPARED = (*CONTENT, *SCORES)


def contrast(table: pd.DataFrame, chosen: NDArray[np.bool_]) -> pd.DataFrame:
    """Compare the `chosen` [N] rows of an atlas with the rest, figure by figure.

    Returns
    -------
    DataFrame
        A row for each of `COMPARED`: ``chosen`` and ``rest`` are means, ``difference`` is theirs
        in standard deviations of all patches (Cohen's d with the common deviation); NaN where
        one side is empty or nothing varies.
    """
    figures = table[list(COMPARED)].astype(np.float64)
    here, rest = figures[chosen].mean(), figures[~chosen].mean()
    spread = figures.std(ddof=0)
    difference = (here - rest) / spread.where(spread > 0)
    return pd.DataFrame({"chosen": here, "rest": rest, "difference": difference}).rename_axis(
        "figure"
    )


def shares(table: pd.DataFrame, chosen: NDArray[np.bool_], column: str) -> pd.DataFrame:
    """Count the `chosen` and all rows by the values of `column`, most chosen first."""
    counts = pd.DataFrame(
        {
            "chosen": table.loc[chosen, column].value_counts(),
            "all": table[column].value_counts(),
        }
    ).fillna(0)
    return counts.astype(int).sort_values(["chosen", "all"], ascending=False, kind="stable")


def inside(positions: Floats, polygon: Floats) -> NDArray[np.bool_]:
    """Tell which `positions` [N, 2] lie inside a closed `polygon` [K, 2]: bool [N].

    Where it crosses itself, what an odd number of its edges shuts off counts as inside.
    """
    x, y = positions.T
    within = np.zeros(len(positions), bool)
    for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        crosses = (y1 > y) != (y2 > y)
        within ^= crosses & (x < x1 + (y - y1) / (y2 - y1) * (x2 - x1))
    return within


def nearest(codes: Floats, code: Floats, k: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the `k` of `codes` [N, D] nearest to `code` [D]: their rows and distances, near first.

    A patch that is among them finds itself first, at distance 0.
    """
    distances = np.sqrt(np.square((codes - code).astype(np.float64)).sum(axis=1))
    rows = np.argsort(distances, kind="stable")[:k]
    return rows, distances[rows]


def walk(start: Floats, end: Floats, steps: int) -> Floats:
    """Go from code `start` [D] straight to `end` [D]: [steps, D], both included."""
    share = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
    codes: Floats = start + share * (end - start)
    return codes


def boxes(table: pd.DataFrame, rows: Iterable[int]) -> pd.DataFrame:
    """List where patches lie: one row a slice, its patches' ``top`` and ``left`` as lists."""
    places = table.iloc[list(rows)]
    grouped = places.groupby(["dataset", "case", "slice"], sort=False)
    return grouped[["top", "left"]].agg(list).reset_index()
