"""Whether probabilities mean what they say, and whether the network knows when it is wrong."""

from collections.abc import Sequence

import streamlit as st

from core.evaluation.curves import called_only, level_counts
from core.evaluation.run import Run
from core.metrics.calibration import ProbabilityHistogram, Reliability, brier_score, reliability
from pages.common.charts import GRAY, axes, color_of, framed, show
from pages.common.widgets import choose, show_table
from pages.metrics.controls import choose_target
from pages.metrics.expected_dice import trust_view
from pages.metrics.judge import judge_view
from pages.metrics.state import BY_DIGEST

COUNTED = {"above": "Only where the probability is above 0", "all": "All voxels"}
WHY = {
    "organ": "Most voxels of a scan are far from the liver: their probability is 0, rightly, and "
    "they make any error of calibration look small.",
    "tumor": "A tumor has probability 0 outside the liver region, where it was never looked for: "
    "nearly all voxels, nearly all rightly. With them the error looks tiny whatever the network "
    "does inside. The tables do not say which voxels of probability 0 lie inside the liver, so "
    "either all of these are counted or none.",
}
RELIABLE = (
    "Voxels in ten bins by probability: of those given 0.7, seven in ten should be true, which is "
    "the diagonal. Below it the network is too sure of what it finds, above it too cautious."
)
COUNTS = "Voxels in each bin on a logarithmic scale: a bin with few of them proves little."

COLUMNS = {
    "Expected calibration error": (
        "%.4f",
        "Mean distance from the diagonal, each bin weighing as its voxels (Guo et al. 2017).",
    ),
    "Brier score": (
        "%.4f",
        "Mean squared distance of the probability from the truth (Brier 1950).",
    ),
    "Voxels counted": "localized",
    "Of all voxels (%)": "%.2f",
    "Truth at probability 0 (%)": (
        "%.2f",
        "True voxels that no threshold can find: the network, or the liver region before it, "
        "ruled them out.",
    ),
}


def calibration_view(runs: Sequence[Run]) -> None:
    """Draw the reliability diagram with its counts, then trust against truth by case."""
    st.markdown("Is a probability of 0.8 right eight times in ten?")
    with st.container(horizontal=True, gap="medium"):
        target = choose_target(runs, "calibration-target")
        counted = choose("Count", COUNTED, "calibration-counted")
    st.caption(WHY[target])
    shown = [run for run in runs if target in set(run.cases["target"])]
    pooled = [_pooled(run, target) for run in shown]
    kept = [called_only(counts) for counts in pooled] if counted == "above" else pooled
    if not any(counts.voxels for counts in kept):
        st.info("No voxel has a probability above 0.")
    else:
        _diagram(shown, [reliability(counts) for counts in kept])
        _table(shown, pooled, kept)
    if target == "tumor":
        judge_view(shown)
    trust_view(shown, target)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=BY_DIGEST)
def _pooled(run: Run, target: str) -> ProbabilityHistogram:
    return level_counts(run, target).pooled


def _diagram(runs: Sequence[Run], bins: Sequence[Reliability]) -> None:
    import plotly.graph_objects as go

    curve, counts = go.Figure(), go.Figure()
    line = {"color": GRAY, "dash": "dot"}
    curve.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, name="perfect", hoverinfo="skip")
    for index, (run, each) in enumerate(zip(runs, bins, strict=True)):
        filled = each.voxels > 0
        curve.add_scatter(
            x=each.predicted[filled], y=each.observed[filled], mode="lines+markers", name=run.name,
            line={"color": color_of(index)}, customdata=each.voxels[filled],
            hovertemplate="given %{x:.2f}, true %{y:.2f}, %{customdata:,} voxels",
        )  # fmt: skip
        middle = (each.edges[:-1] + each.edges[1:]) / 2
        counts.add_bar(
            x=middle[filled], y=each.voxels[filled], name=run.name, marker_color=color_of(index),
            hovertemplate="%{y:,} voxels about %{x:.2f}", showlegend=len(runs) > 1,
        )  # fmt: skip
    framed(axes(curve, "Probability given", "Share that is true"), 400)
    curve.update_xaxes(range=[0, 1.02])
    curve.update_yaxes(range=[0, 1.02])
    framed(axes(counts, "Probability given", "Voxels"), 400, yaxis_type="log", bargap=0.1)
    counts.update_xaxes(range=[0, 1])
    counts.update_yaxes(dtick=1)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show(curve, "metrics-reliability", RELIABLE)
    with right:
        show(counts, "metrics-reliability-counts", COUNTS)


def _table(
    runs: Sequence[Run],
    pooled: Sequence[ProbabilityHistogram],
    kept: Sequence[ProbabilityHistogram],
) -> None:
    rows = [
        {
            "Run": run.name,
            "Expected calibration error": reliability(counts).expected_calibration_error,
            "Brier score": brier_score(counts),
            "Voxels counted": counts.voxels,
            "Of all voxels (%)": 100 * counts.voxels / max(everything.voxels, 1),
            "Truth at probability 0 (%)": _percent_at_zero(everything),
        }
        for run, everything, counts in zip(runs, pooled, kept, strict=True)
    ]
    show_table(rows, COLUMNS)


def _percent_at_zero(counts: ProbabilityHistogram) -> float | None:
    true = int(counts.positives.sum())
    return 100 * int(counts.positives[0]) / true if true else None
