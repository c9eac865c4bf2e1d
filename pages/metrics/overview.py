"""How good a run is in a few figures, and what these figures average over."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from math import isnan
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from core.evaluation import Run
from core.evaluation import averages as core
from core.evaluation.averages import Average, EmptyRule, Unit
from core.evaluation.references import references_for
from core.io.export import table_to_csv
from core.metrics.detection import Criterion
from pages.common.charts import TARGETS, color_of, framed, score_columns, show
from pages.common.numbers import number, with_interval
from pages.common.widgets import download, show_table
from pages.metrics.controls import averaging_switches
from pages.metrics.pairs import paired_view
from pages.metrics.publication import publication_view, references_view
from pages.metrics.runs import run_facts
from pages.metrics.state import BY_DIGEST, SCORES

if TYPE_CHECKING:
    import plotly.graph_objects as go

WAY_NAMES = dict(
    zip(
        core.WAYS,
        ("each case", "each slice", "each slice with truth", "voxels pooled"),
        strict=True,
    )
)
INTERVALS = (
    "In brackets: 95 % bootstrap interval, cases drawn anew with replacement. It says how far the "
    "figure would move with other patients like these."
)
COLUMNS = {"Left out": (None, "Where truth and prediction are both empty.")}
CRITERIA: dict[Criterion, str] = {"touched": "any overlap", "matched": "IoU of at least 0.5"}


def overview_view(runs: Sequence[Run]) -> None:
    """Draw the headline of the runs, the first being the main one."""
    unit, rule = averaging_switches()
    found = [_averages(run, unit, rule) for run in runs]
    everything = [figure for figures in found for figure in figures]
    _cards(found[0])
    _headline(everything)
    _export(runs, everything)
    st.subheader("The same masks, averaged in four ways", anchor=False)
    _ways(runs)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Lesions found", anchor=False)
        _lesions(runs)
    with right:
        st.subheader("Distance of the surfaces", anchor=False)
        _surfaces(runs)
    if len(runs) > 1:
        st.subheader("Case by case against the other runs", anchor=False)
        paired_view(runs)
    st.subheader("The publication's figures", anchor=False)
    publication_view(runs[0])
    with st.expander("Published references and their sources", icon=":material/menu_book:"):
        references_view()
    for run in runs:
        st.caption(run_facts(run))


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs=BY_DIGEST)
def _averages(run: Run, unit: Unit, rule: EmptyRule) -> tuple[Average, ...]:
    return core.averages(run, unit, rule)


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs=BY_DIGEST)
def _all_averages(run: Run) -> tuple[Average, ...]:
    return core.all_averages(run, "dice")


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs=BY_DIGEST)
def _surface_averages(run: Run) -> tuple[Average, ...]:
    return core.surface_averages(run)


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs=BY_DIGEST)
def _lesion_averages(run: Run, criterion: Criterion) -> tuple[Average, ...]:
    return core.lesion_averages(run, criterion)


def _cards(figures: Sequence[Average]) -> None:
    with st.container(horizontal=True):
        for figure in figures:
            if figure.score not in ("dice", "iou"):
                continue
            known = not isnan(figure.low)
            st.metric(
                f"{TARGETS[figure.target]}: {SCORES[figure.score]}",
                number(figure.value),
                f"95 %: {figure.low:.3f} to {figure.high:.3f}" if known else "no interval",
                delta_color="off",
                delta_arrow="off",
                border=True,
                help=f"{figure.cases} cases; {figure.left_out} masks left out.",
            )


def _headline(found: Sequence[Average]) -> None:
    show_table(_table(found, SCORES), COLUMNS)
    st.caption(INTERVALS)


def _table(found: Sequence[Average], names: Mapping[str, str]) -> pd.DataFrame:
    """One row for each run and target, one column for each score."""
    rows: dict[tuple[str, str], dict[str, object]] = {}
    tallies: dict[tuple[str, str], dict[str, int]] = {}
    for figure in found:
        row = rows.setdefault(
            (figure.run, figure.target), {"Run": figure.run, "Target": TARGETS[figure.target]}
        )
        digits = 1 if figure.score.endswith("_mm") else 3
        row[names[figure.score]] = with_interval(figure.value, figure.low, figure.high, digits)
        if figure.score == "dice":
            tallies[figure.run, figure.target] = {
                "Cases": figure.cases,
                "Left out": figure.left_out,
            }
    return pd.DataFrame([{**row, **tallies.get(key, {})} for key, row in rows.items()])


def _export(runs: Sequence[Run], found: Sequence[Average]) -> None:
    download(
        "All figures as CSV",
        lambda: to_csv(runs, found),
        "hepatoscope-metrics.csv",
        key="metrics-csv",
    )


def to_csv(runs: Sequence[Run], found: Sequence[Average]) -> bytes:
    """Write every figure of this view, one a row, with its averaging and interval."""
    figures = list(found)
    for run in runs:
        figures += [*_all_averages(run), *_surface_averages(run)]
        figures += [figure for criterion in CRITERIA for figure in _lesion_averages(run, criterion)]
    rows = [asdict(figure) for figure in figures]
    return table_to_csv(pd.DataFrame(rows).drop_duplicates())


def _ways(runs: Sequence[Run]) -> None:
    found = {run.name: _all_averages(run) for run in runs}
    targets = core.targets_of(runs[0])
    for target, column in zip(targets, st.columns(len(targets), gap="large"), strict=True):
        with column:
            show(
                _ways_figure(found, target),
                f"averages-{target}",
                f"{TARGETS[target]}: Dice of the same masks under four averagings, with 95 % "
                "intervals; dotted lines are published means over cases.",
            )


def _ways_figure(found: Mapping[str, Sequence[Average]], target: str) -> "go.Figure":
    import plotly.graph_objects as go

    figure = go.Figure()
    names = list(WAY_NAMES.values())
    for index, (run, figures) in enumerate(found.items()):
        mine = [figure for figure in figures if figure.target == target]
        # Runs stand a little above and below the name of the averaging.
        shift = 0.16 * (index - (len(found) - 1) / 2)
        figure.add_scatter(
            x=[one.value for one in mine],
            y=[row + shift for row in range(len(mine))],
            mode="markers",
            name=escape(run),
            marker={"size": 11, "color": color_of(index)},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [one.high - one.value for one in mine],
                "arrayminus": [one.value - one.low for one in mine],
                "thickness": 2,
            },
            hovertemplate="Dice %{x:.3f}",
        )
    top = score_columns(figure, references_for(target, "dice"), len(names) - 0.5)
    figure.update_yaxes(
        tickvals=list(range(len(names))), ticktext=names, range=[len(names) - 0.5, top]
    )
    figure.update_xaxes(title=f"Dice, {TARGETS[target].lower()}")
    return framed(figure, 330, showlegend=len(found) > 1)


def _lesions(runs: Sequence[Run]) -> None:
    rows = []
    for run in runs:
        for criterion, meaning in CRITERIA.items():
            found = _lesion_averages(run, criterion)
            figures = {
                name: with_interval(one.value, one.low, one.high)
                for name, one in zip(("Recall", "Precision", "F1"), found, strict=False)
            }
            if figures:
                rows.append({"Run": run.name, "Found means": meaning, **figures})
    if not rows:
        st.info("No run here scores tumors, so there are no lesions to count.")
        return
    show_table(rows)
    best = references_for("tumor", "lesion_recall")
    st.caption(
        "A lesion is a connected piece of tumor, whatever its size. Best lesion recall in LiTS: "
        + ", ".join(f"{known.low:.3f} ({known.name})" for known in best)
        + "."
    )


def _surfaces(runs: Sequence[Run]) -> None:
    found = [figure for run in runs for figure in _surface_averages(run)]
    if not any(figure.cases for figure in found):
        st.info("The voxels of these cases have no known size in mm, so no distance is defined.")
        return
    show_table(_table(found, SCORES))
    st.caption(
        "Mean over the cases where both masks hold something and the voxel size is known. Surface "
        "Dice: share of both surfaces within 3 mm of the other."
    )
