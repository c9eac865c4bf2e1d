"""What another threshold would give: scores of voxels, and lesions found and invented."""

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, cast

import streamlit as st

from core.evaluation import curves as core
from core.evaluation.curves import Averaging, ThresholdCurves
from core.evaluation.run import Run
from core.evaluation.tables import overlaps_of
from core.metrics.aggregate import summarize
from pages.common.charts import GRAY, TARGETS, axes, color_of, framed, show
from pages.common.numbers import number
from pages.common.widgets import choose, show_table
from pages.metrics.controls import choose_target
from pages.metrics.detection import detection_view
from pages.metrics.state import BY_DIGEST

if TYPE_CHECKING:
    import plotly.graph_objects as go

DASHES = {"dice": "solid", "precision": "dash", "recall": "dot"}
AVERAGES = {"cases": "Mean over cases", "global": "All voxels pooled"}
NOT_IN_IT = (
    "Not in the curves: what happens in 3D after the threshold (largest piece, holes filled, small "
    "lesions dropped). The diamond is the run as it is, with all of that."
)
CURVE = (
    "Each line is one score at every threshold: a low one calls more voxels, so recall rises and "
    "precision falls."
)


def thresholds_view(runs: Sequence[Run]) -> None:
    """Draw Dice, precision and recall over the threshold, with one that can be moved."""
    st.markdown(
        "The network gives every voxel a probability; the threshold makes a mask of it. The tables "
        "count voxels by probability, so any threshold can be tried here without segmenting again."
    )
    with st.container(horizontal=True, gap="medium"):
        target = choose_target(runs, "thresholds-target")
        averaging = cast(Averaging, choose("Average", AVERAGES, "thresholds-averaging"))
    shown = [run for run in runs if target in set(run.cases["target"])]
    own = [core.own_threshold(run, target) for run in shown]
    threshold = st.slider(
        f"{TARGETS[target]} from probability",
        0.01,
        0.99,
        min(max(own[0], 0.01), 0.99),
        0.01,
        key=f"threshold-{target}-{runs[0].name}",
        persist_state="session",
    )
    curves = [_curves(run, target, averaging) for run in shown]
    _figures(shown, curves, own, threshold)
    _chart(shown, curves, own, threshold, target, averaging)
    if target == "tumor":
        detection_view(shown, threshold, own)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=BY_DIGEST)
def _curves(run: Run, target: str, averaging: Averaging) -> ThresholdCurves:
    return core.threshold_curves(core.level_counts(run, target), averaging)


def _figures(
    runs: Sequence[Run], curves: Sequence[ThresholdCurves], own: Sequence[float], threshold: float
) -> None:
    """Show the figures at the threshold: of the main run large, of all as a table."""
    now, before = curves[0].at(threshold), curves[0].at(own[0])
    with st.container(horizontal=True):
        for name in DASHES:
            moved = threshold != own[0] and now[name] == now[name] and before[name] == before[name]
            st.metric(
                f"{name.capitalize()} at {threshold:.2f}",
                number(now[name]),
                f"{now[name] - before[name]:+.3f}" if moved else None,
                border=True,
                help=f"The change is against {own[0]:g}, the threshold of {runs[0].name}.",
            )
    if len(runs) == 1:
        return
    rows = [
        {"Run": run.name, "Own threshold": its_own, **_named(curve.at(threshold))}
        for run, curve, its_own in zip(runs, curves, own, strict=True)
    ]
    show_table(rows, {name.capitalize(): "%.3f" for name in DASHES})


def _named(figures: dict[str, float]) -> dict[str, float]:
    return {name.capitalize(): value for name, value in figures.items()}


def _chart(
    runs: Sequence[Run],
    curves: Sequence[ThresholdCurves],
    own: Sequence[float],
    threshold: float,
    target: str,
    averaging: Averaging,
) -> None:
    import plotly.graph_objects as go

    figure = go.Figure()
    for index, (run, curve) in enumerate(zip(runs, curves, strict=True)):
        for name, dash in DASHES.items():
            _add_line(figure, run, curve, name, dash, index)
        at = curve.at(threshold)
        figure.add_scatter(
            x=[threshold] * len(at), y=list(at.values()), mode="markers", showlegend=False,
            marker={"color": color_of(index), "size": 9}, hoverinfo="skip",
        )  # fmt: skip
        _add_run_itself(figure, run, own[index], target, averaging, index)
    for name, dash in DASHES.items():
        line = {"color": GRAY, "dash": dash}
        figure.add_scatter(x=[None], y=[None], mode="lines", line=line, name=name.capitalize())
    figure.add_vline(x=threshold, line={"color": GRAY, "width": 1})
    framed(axes(figure, "Threshold", "Score"), 420)
    figure.update_xaxes(range=[0, 1])
    figure.update_yaxes(range=[0, 1.02])
    show(figure, "metrics-thresholds", f"{CURVE} {NOT_IN_IT}")
    count = int(curves[0].scored.max())
    if averaging == "cases" and count < 20:
        st.caption(
            f"The mean is of {count} case{'s' * (count != 1)}: a threshold picked as the best here "
            "is fitted to them. Choose thresholds on validation patients, not on those that are "
            "to judge."
        )


def _add_line(
    figure: "go.Figure", run: Run, curve: ThresholdCurves, name: str, dash: str, index: int
) -> None:
    # At 0 everything is called, whatever the network says.
    figure.add_scatter(
        x=curve.threshold[1:], y=getattr(curve, name)[1:], mode="lines",
        line={"color": color_of(index), "dash": dash, "width": 2.5 if name == "dice" else 1.8},
        name=run.name, legendgroup=run.name, showlegend=name == "dice",
        hovertemplate=f"{name.capitalize()} %{{y:.3f}} from %{{x:.2f}}"
        f"<extra>{escape(run.name)}</extra>",
    )  # fmt: skip


def _add_run_itself(
    figure: "go.Figure", run: Run, own: float, target: str, averaging: Averaging, index: int
) -> None:
    summary = summarize(overlaps_of(run.cases[run.cases["target"] == target]))
    dice = summary.dice.mean if averaging == "cases" else summary.pooled.dice
    figure.add_scatter(
        x=[own], y=[dice], mode="markers", legendgroup=run.name, showlegend=False,
        marker={"symbol": "diamond-open", "size": 12, "color": color_of(index), "line_width": 2},
        hovertemplate=f"Dice of the run itself %{{y:.3f}}<extra>{escape(run.name)}</extra>",
    )  # fmt: skip
