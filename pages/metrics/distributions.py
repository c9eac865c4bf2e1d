"""Every case and slice as a point that opens, and what makes them good or bad."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from core.evaluation import Run
from core.evaluation import cases as core
from core.evaluation.averages import EmptyRule, Unit, targets_of
from core.evaluation.cases import DISTANCES, Place, place_of
from core.evaluation.references import references_for
from pages.common.charts import TARGETS, color_of, framed, names_of, score_lines, show
from pages.common.memory import Slot
from pages.common.widgets import choose, pick
from pages.metrics.controls import empty_switch
from pages.metrics.gallery import gallery
from pages.metrics.pictures import RECORD_AGAIN
from pages.metrics.records import open_record
from pages.metrics.sizes import sizes_view
from pages.metrics.state import BY_DIGEST, SCORE_KEY, SCORES

if TYPE_CHECKING:
    import plotly.graph_objects as go

CHART = "metrics-distribution"
PICKED = Slot[tuple[int, int]]("metrics-picked-point")
POINTS = {Unit.CASE: "Cases", Unit.SLICE: "Slices"}
SLICE_SCORES = ("dice", "iou", "precision", "recall", "specificity", "accuracy")


def distributions_view(runs: Sequence[Run]) -> None:
    """Draw the distribution of a score by run; a click opens what lies behind a point."""
    target, score, unit, rule = _choices(runs[0])
    units = [_units(run, target, score, unit, rule) for run in runs]
    if not any(len(found) for found in units):
        st.info(f"{SCORES[score]} is defined for none of these {POINTS[unit].lower()}.")
        return
    show(
        _violins(runs, units, target, score, unit),
        CHART,
        f"Each point is one {unit}: click it to open its record. The outline says how many lie "
        f"where, the line is the mean. {_references_text(target, score)}",
        on_select=lambda: _pick(CHART),
    )
    picked = PICKED.pop()
    st.subheader(f"Worst {POINTS[unit].lower()} of {runs[0].name}", anchor=False)
    chosen = gallery(runs[0], units[0], score)
    st.subheader("What makes them good or bad", anchor=False)
    sizes_view(runs, target, rule)
    again = RECORD_AGAIN.pop()
    place = chosen or _picked_place(runs, units, picked) or again
    if place is not None:
        open_record(*place)


def _choices(run: Run) -> tuple[str, str, Unit, EmptyRule]:
    """Ask what is drawn: of which target, which score, of what, under which rule."""
    what, which = st.columns(2, gap="medium", vertical_alignment="bottom")
    with what.container(horizontal=True):
        targets = {target: TARGETS[target] for target in targets_of(run)}
        target = choose("Of", targets, "metrics-target", default=list(targets)[-1])
        unit = choose("Points", POINTS, "metrics-points", default=Unit.CASE)
    with which.container(horizontal=True, vertical_alignment="bottom"):
        scores = list(SCORES) if unit is Unit.CASE else list(SLICE_SCORES)
        named = {name: SCORES[name] for name in scores}
        score = pick("Score", named, SCORE_KEY, default="dice", width=180)
        rule = empty_switch()
    return str(target), score, Unit(str(unit)), rule


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=BY_DIGEST)
def _units(run: Run, target: str, score: str, unit: Unit, rule: EmptyRule) -> pd.DataFrame:
    return core.scored_units(run, target, score, unit, rule)


def _violins(
    runs: Sequence[Run], units: Sequence[pd.DataFrame], target: str, score: str, unit: Unit
) -> "go.Figure":
    import plotly.graph_objects as go

    figure = go.Figure()
    most = max(float(found["value"].max()) for found in units if len(found))
    # All distances may be 0.
    top = max(1.0, most * 1.05) if score in DISTANCES else 1.0
    for index, (run, found) in enumerate(zip(runs, units, strict=True)):
        if len(found):
            _violin(figure, index, run.name, found, top, unit)
    score_lines(figure, references_for(target, score), top)
    names = [
        f"{escape(run.name)}<br>n = {len(found):,}" for run, found in zip(runs, units, strict=True)
    ]
    # One run alone would be as wide as the page.
    beside = 0.6 + 0.5 * max(0, 3 - len(runs))
    figure.update_xaxes(
        tickvals=list(range(len(runs))), ticktext=names, range=[-beside, len(runs) - 1 + beside]
    )
    figure.update_yaxes(title=SCORES[score], range=[-0.02 * top, 1.03 * top])
    return framed(figure, 480, showlegend=False, clickmode="event+select", dragmode="zoom")


def _violin(
    figure: "go.Figure", index: int, name: str, found: pd.DataFrame, top: float, unit: Unit
) -> None:
    """Draw outline, points and mean of one run at the place `index`."""
    values, color = found["value"].to_numpy(float), color_of(index)
    place, height = core.density(values, 0, top)
    figure.add_scatter(
        x=index + 0.42 * np.concatenate([height, -height[::-1]]),
        y=np.concatenate([place, place[::-1]]),
        mode="lines", fill="toself", opacity=0.35, hoverinfo="skip",
        line={"color": color, "width": 1}, fillcolor=color,
    )  # fmt: skip
    figure.add_scattergl(
        x=(index + 0.38 * core.jitter(values, place, height)).astype(np.float32),
        y=values.astype(np.float32),
        mode="markers",
        marker={"color": color, "size": 9 if unit is Unit.CASE else 5,
                "opacity": 0.9 if len(values) < 2000 else 0.5},
        text=names_of(found, "slice" if unit is Unit.SLICE else None),
        customdata=pointers(index, len(found)),
        hovertemplate="%{text}<br>%{y:.3f}<extra>" + escape(name) + "</extra>",
        unselected={"marker": {"opacity": 0.5}}, name=escape(name),
    )  # fmt: skip
    mean = float(values.mean())
    figure.add_scatter(
        x=[index - 0.42, index + 0.42], y=[mean, mean], mode="lines",
        line={"color": color, "width": 3}, hovertemplate=f"mean {mean:.3f}<extra></extra>",
    )  # fmt: skip


def pointers(index: int, count: int) -> "np.ndarray[tuple[int, int], np.dtype[np.int32]]":
    """Let every point carry the number of its run and of its row: int32 [N, 2]."""
    return np.column_stack([np.full(count, index), np.arange(count)]).astype(np.int32)


def _pick(key: str) -> None:
    """Remember the point that was clicked, for the run of the page that follows."""
    points = st.session_state[key]["selection"]["points"]
    if points and points[0].get("customdata") is not None:
        data = points[0]["customdata"]
        # A pair of numbers arrives as a list, or as an object by position.
        pair = list(data.values()) if isinstance(data, dict) else list(data)
        PICKED.put((int(pair[0]), int(pair[1])))


def _picked_place(
    runs: Sequence[Run], units: Sequence[pd.DataFrame], picked: tuple[int, int] | None
) -> tuple[Run, Place] | None:
    if picked is None or picked[0] >= len(runs) or picked[1] >= len(units[picked[0]]):
        return None
    return runs[picked[0]], place_of(units[picked[0]].iloc[picked[1]])


def _references_text(target: str, score: str) -> str:
    if not references_for(target, score):
        return ""
    return "Dotted: published means over cases (Overview names the sources)."
