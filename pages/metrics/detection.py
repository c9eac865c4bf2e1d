"""Lesions found against lesions invented, over the threshold and by size."""

from collections.abc import Sequence
from typing import cast

import streamlit as st

from core.evaluation.curves import froc_at, lesion_froc, lesion_records
from core.evaluation.run import Run
from core.metrics.detection import Criterion, Detection, Froc, detection_by_size
from pages.common.charts import axes, color_of, framed, show
from pages.common.widgets import choose, show_table
from pages.metrics.state import BY_DIGEST

CRITERIA = {"touched": "Touched: any shared voxel", "matched": "Matched: IoU of at least 0.5"}
FROC = (
    "Free-response curve: how many of the true lesions are found, against false lesions for each "
    "case. Lesions stay as the run called them; a higher threshold drops those whose most certain "
    "voxel does not reach it, so a curve ends, at its right, with the run's own threshold, and "
    "nothing is known below that. The circle is the threshold chosen above."
)
BY_SIZE = (
    "Share of the true lesions found, by their size (diameter of a sphere of the same volume), "
    "with the counts: small ones are where networks of 128 pixels fail first."
)


def detection_view(runs: Sequence[Run], threshold: float, own: Sequence[float]) -> None:
    """Draw the free-response curves and the share of lesions found by size."""
    st.subheader("Lesions found, true and false", anchor=False)
    criterion = cast(
        Criterion,
        choose(
            "A lesion is found where it is",
            CRITERIA,
            "thresholds-criterion",
            "One voxel is a mild test. At an IoU of 0.5 most of the lesion must be right, as in "
            "the LiTS challenge.",
        ),
    )
    curve, sizes = st.columns(2, gap="medium")
    with curve:
        _froc(runs, threshold, own, criterion)
    with sizes:
        _by_size(runs, criterion)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=BY_DIGEST)
def _curve(run: Run, criterion: Criterion) -> Froc | None:
    return lesion_froc(run, criterion)


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs=BY_DIGEST)
def _classes(run: Run, criterion: Criterion) -> dict[str, Detection]:
    return detection_by_size(lesion_records(run), criterion)


def _froc(runs: Sequence[Run], threshold: float, own: Sequence[float], by: Criterion) -> None:
    import plotly.graph_objects as go

    figure = go.Figure()
    for index, (run, lowest) in enumerate(zip(runs, own, strict=True)):
        curve = _curve(run, by)
        if curve is None:
            continue
        figure.add_scatter(
            x=curve.false_positives, y=curve.sensitivity, mode="lines+markers", name=run.name,
            line={"color": color_of(index)}, marker={"size": 5}, customdata=curve.threshold,
            hovertemplate="%{y:.0%} found, %{x:.2f} false a case, from %{customdata:.2f}",
        )  # fmt: skip
        found, false = froc_at(curve, max(threshold, lowest))
        figure.add_scatter(
            x=[false], y=[found], mode="markers", showlegend=False, hoverinfo="skip",
            marker={"symbol": "circle-open", "size": 15, "color": color_of(index), "line_width": 2},
        )  # fmt: skip
    if not figure.data:
        st.info("No lesion with a probability was predicted, so there is no curve to draw.")
        return
    axes(figure, "False lesions per case", "True lesions found")
    framed(figure, 380, yaxis_tickformat=".0%")
    figure.update_xaxes(rangemode="tozero")
    figure.update_yaxes(range=[0, 1.03])
    show(figure, "metrics-froc", FROC)


def _by_size(runs: Sequence[Run], criterion: Criterion) -> None:
    import plotly.graph_objects as go

    figure, rows = go.Figure(), []
    for index, run in enumerate(runs):
        classes = _classes(run, criterion)
        if not any(counts.truth + counts.predicted for counts in classes.values()):
            continue
        rows += [_row(run, size, counts) for size, counts in classes.items()]
        figure.add_bar(
            x=list(classes), y=[_found(counts) for counts in classes.values()], name=run.name,
            text=[f"{each.found} of {each.truth}" for each in classes.values()],
            textposition="outside", marker_color=color_of(index), cliponaxis=False,
            hovertemplate="%{text} found<extra>%{x}</extra>",
        )  # fmt: skip
    if not rows:
        st.info("The size of voxels is not known in these data, so lesions have no size class.")
        return
    framed(axes(figure, "Diameter", "True lesions found"), 380, yaxis_tickformat=".0%", bargap=0.35)
    figure.update_yaxes(range=[0, 1.12])
    show(figure, "metrics-found-by-size", BY_SIZE)
    with st.expander("The counts, and how many predicted lesions are true"):
        show_table(rows)


def _found(counts: Detection) -> float:
    return counts.found / counts.truth if counts.truth else 0.0


def _row(run: Run, size: str, counts: Detection) -> dict[str, object]:
    return {
        "Run": run.name,
        "Diameter": size,
        "True lesions": counts.truth,
        "Found": counts.found,
        "Predicted lesions": counts.predicted,
        "True ones": counts.true,
        "Invented": counts.false_positive,
    }
