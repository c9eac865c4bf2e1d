"""Dice against the size of a lesion, and against how much liver a slice shows."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.evaluation import Run
from core.evaluation import cases as core
from core.evaluation.averages import EmptyRule, Unit
from pages.common.charts import TARGETS, color_of, framed, names_of, show
from pages.metrics.state import BY_DIGEST

if TYPE_CHECKING:
    import plotly.graph_objects as go

FOUND, MISSED = "circle", "x"
# A median through fewer points is a zigzag.
FEWEST_FOR_MEDIAN = 30


def sizes_view(runs: Sequence[Run], target: str, rule: EmptyRule) -> None:
    """Draw both charts, side by side where there is room."""
    left, right = st.columns(2, gap="large")
    with left:
        _lesions(runs)
    with right:
        _areas(runs, target, rule)


def _lesions(runs: Sequence[Run]) -> None:
    found = [_sized(run) for run in runs]
    lesions = [table for table in found if len(table)]
    if not lesions:
        st.info("None of these runs has a true lesion.")
        return
    in_mm = all(bool(table["in_mm"].all()) for table in lesions)
    figure = _figure("Diameter of a sphere of its volume, mm" if in_mm else "Voxels of the lesion")
    for index, (run, table) in enumerate(zip(runs, found, strict=True)):
        if len(table):
            sizes = table["size"] if in_mm else table["voxels"]
            names = names_of(table.rename(columns={"number": "lesion"}), "lesion", 0)
            symbols = np.where(table["touched"].astype(bool), FOUND, MISSED)
            _scatter(figure, index, run.name, sizes, table["best_dice"], names, symbols)
    show(
        framed(figure, 400, showlegend=len(runs) > 1),
        "metrics-lesion-size",
        "Every true lesion: Dice with the prediction that fits it best; a cross was not touched at "
        f"all. From {FEWEST_FOR_MEDIAN} on, a line is the median of lesions of like size.",
    )


def _areas(runs: Sequence[Run], target: str, rule: EmptyRule) -> None:
    figure = _figure("Liver in the slice, pixels of the truth")
    for index, run in enumerate(runs):
        table = _with_area(run, target, rule)
        if len(table):
            names = names_of(table, "slice")
            _scatter(figure, index, run.name, table["liver_voxels"], table["value"], names)
    show(
        framed(figure, 400, showlegend=len(runs) > 1),
        "metrics-liver-area",
        f"{TARGETS[target]}: Dice of every slice that shows liver. At the upper and lower end of "
        "the organ slices show little of it, and a few pixels decide.",
    )


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=BY_DIGEST)
def _sized(run: Run) -> pd.DataFrame:
    return core.lesions_with_size(run)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=BY_DIGEST)
def _with_area(run: Run, target: str, rule: EmptyRule) -> pd.DataFrame:
    units = core.scored_units(run, target, "dice", Unit.SLICE, rule)
    return core.with_liver_area(units, run)


def _figure(x: str) -> "go.Figure":
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.update_xaxes(type="log", title=x)
    figure.update_yaxes(title="Dice", range=[-0.04, 1.04])
    return figure


def _scatter(
    figure: "go.Figure", index: int, run: str, sizes: "pd.Series", dice: "pd.Series",
    names: NDArray[np.object_], symbols: object = FOUND,
) -> None:  # fmt: skip
    """Draw the points of one run, and the median that runs through them."""
    x, y = sizes.to_numpy(np.float64), dice.to_numpy(np.float64)
    many, few = len(x) > 2000, len(x) < FEWEST_FOR_MEDIAN
    figure.add_scattergl(
        x=x.astype(np.float32), y=y.astype(np.float32), mode="markers",
        name=escape(run), showlegend=few,
        marker={"color": color_of(index), "size": 4 if many else 7, "symbol": symbols,
                "opacity": 0.35 if many else 0.6},
        text=names,
        hovertemplate="%{text}<br>Dice %{y:.3f}<extra>" + escape(run) + "</extra>",
    )  # fmt: skip
    if few:
        return
    middle, _, median, _ = core.trend(x, y)
    figure.add_scatter(
        x=middle, y=median, mode="lines", name=escape(run), hoverinfo="skip",
        line={"color": color_of(index), "width": 3},
    )  # fmt: skip
