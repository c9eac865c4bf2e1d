"""Two charts of the walk: how often each HU occurs, and what each threshold would call."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.walkthrough.moment import Moment
from core.walkthrough.scan import LOWEST, STEP, TISSUES
from pages.common.charts import framed

TEAL = "#18a08c"
CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"]}


def histogram_chart(moment: Moment, counts: NDArray[np.int64], height: int = 330) -> None:
    """Draw the histogram of the whole scan in the colors of tissues, with the window in it."""
    import plotly.graph_objects as go

    middles = LOWEST + STEP * (np.arange(len(counts)) + 0.5)
    shares = 100 * counts / counts.sum()
    figure = go.Figure()
    for name, low, high, color in TISSUES:
        inside = (middles >= low) & (middles < high)
        figure.add_bar(
            x=middles[inside], y=shares[inside], width=STEP, name=name,
            marker={"color": f"rgb{color}", "line": {"width": 0}},
            hovertemplate="%{x:.0f} HU: %{y:.2f} %<extra></extra>",
        )  # fmt: skip
    window = moment.settings.window
    figure.add_vrect(
        window.low, window.high, fillcolor=TEAL, opacity=0.13, line={"width": 1, "color": TEAL},
        annotation_text="window", annotation_position="inside top",
    )  # fmt: skip
    figure.update_xaxes(title="Hounsfield units", range=[LOWEST, 1000])
    # Air outnumbers everything else: on a linear scale nothing else is seen.
    figure.update_yaxes(
        title="Voxels (%, log scale)", type="log", dtick=1, tickformat="~g", range=[-3.5, 2]
    )
    framed(figure, height, barmode="overlay", bargap=0)
    st.plotly_chart(figure, key="pipeline-histogram-chart", config=CONFIG, alt="Histogram of HU")


def threshold_chart(moment: Moment, what: str) -> None:
    """Draw the volume that every threshold of the liver or tumor network would call."""
    import plotly.graph_objects as go

    _, overall = moment.known
    liver = what == "liver"
    volumes = overall.liver_ml if liver else overall.tumor_ml
    now = moment.settings.liver_threshold if liver else moment.settings.tumor_threshold
    levels = np.arange(1, len(volumes))
    figure = go.Figure(
        go.Scatter(
            x=levels / 255, y=volumes[levels], line={"color": "#2ecc71" if liver else "#ff4040"},
            fill="tozeroy", hovertemplate="from %{x:.2f}: %{y:,.1f} mL<extra></extra>",
        )
    )  # fmt: skip
    figure.add_vline(now, line={"dash": "dash", "width": 2, "color": TEAL})
    figure.update_xaxes(title="Threshold", range=[0, 1])
    top = float(volumes[max(1, round(0.03 * 255))]) * 1.1
    figure.update_yaxes(title="Called in the whole scan (mL)", range=[0, max(top, 1e-3)])
    framed(figure, 300, showlegend=False)
    st.plotly_chart(
        figure, key=f"pipeline-threshold-{what}", config=CONFIG, alt="Volume by threshold"
    )
