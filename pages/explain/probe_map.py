"""A slice to click on: where the lesion goes, or which one is painted away."""

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.cascade.segmentation import Segmentation
from core.draw.crop import Closeup
from core.study import Study
from core.whatif.probe.edit import Lesion
from core.whatif.probe.place import LesionMask
from pages.common.charts import framed
from pages.explain.pictures import png_url
from pages.explain.probe_state import LESION_KEY, PLACES, REFUSED, SLICE_KEY, Probed, ProbeTarget

if TYPE_CHECKING:
    import plotly.graph_objects as go

OUTSIDE = (
    "This place lies outside the liver that was found, where the tumor network never looks; click "
    "inside the blue outline. The lesion stays where it was."
)
NO_LESION = "No tumor is called at this place; click one that is outlined in orange."
# Pixels between the places that can be clicked.
STEP = 6


def slice_to_click(
    case: Study,
    segmentation: Segmentation,
    target: ProbeTarget,
    change: Lesion | LesionMask,
    answer: Probed | None,
) -> None:
    """Draw an axial slice of the scan as it is; a click on it chooses the place."""
    key = f"{SLICE_KEY}-{case.id[:8]}"
    own = change.at[2] if isinstance(change, Lesion) else change.middle
    st.session_state.setdefault(key, own + 1)
    z = st.slider("Axial slice", 1, case.volume.shape[2], key=key, persist_state="session") - 1
    chart = f"probe-map-{case.id[:8]}-{z}-{type(change).__name__}"
    st.plotly_chart(
        _figure(case, segmentation, target.closeup, z, change, answer),
        on_select=lambda: _clicked(case, segmentation, target, z, change, chart),
        selection_mode="points",
        key=chart,
        config={"displayModeBar": False},
        alt=f"Axial slice {z + 1} with the outlines of liver and tumors",
    )
    if isinstance(change, Lesion):
        x, y, at = change.at
        what = f"where the lesion shall be; now at voxel {x + 1}, {y + 1} of slice {at + 1}"
    else:
        what = "a lesion to paint away"
    st.caption(
        f"**Click** {what}. The scan as it is: liver blue, tumors orange, the change yellow."
    )


def _figure(
    case: Study,
    segmentation: Segmentation,
    closeup: Closeup,
    z: int,
    change: Lesion | LesionMask,
    answer: Probed | None,
) -> "go.Figure":
    import plotly.graph_objects as go

    shown = closeup.outlined(case.volume.hu[..., z], segmentation.labels[..., z])
    part = range(0) if answer is None else range(case.volume.shape[2])[answer.edit.part]
    if answer is not None and z in part:
        shown = closeup.ringed(shown, answer.edit.weight[..., part.index(z)] >= 0.5)
    figure = go.Figure(go.Image(source=png_url(shown), hoverinfo="skip"))
    columns, rows = (
        side.ravel()
        for side in np.meshgrid(
            np.arange(STEP // 2, closeup.width, STEP), np.arange(STEP // 2, closeup.height, STEP)
        )
    )
    figure.add_scatter(
        x=columns, y=rows, mode="markers", hoverinfo="none", showlegend=False,
        marker={"size": STEP, "opacity": 0.0, "symbol": "square"},
        selected={"marker": {"opacity": 0.0}}, unselected={"marker": {"opacity": 0.0}},
    )  # fmt: skip
    if isinstance(change, Lesion):
        column, row = closeup.pixel_of(change.at[0], change.at[1])
        figure.add_scatter(
            x=[column], y=[row], mode="markers", hoverinfo="skip", showlegend=False,
            marker={"symbol": "cross-thin", "size": 16,
                    "line": {"width": 2, "color": "#ffbe3c" if change.at[2] == z else "#9aa5a2"}},
        )  # fmt: skip
    figure.update_xaxes(visible=False, range=[-0.5, closeup.width - 0.5], fixedrange=True)
    figure.update_yaxes(
        visible=False, range=[closeup.height - 0.5, -0.5], scaleanchor="x", fixedrange=True
    )
    figure = framed(figure, 300, showlegend=False, hovermode="closest", hoverdistance=STEP)
    return figure.update_layout(dragmode=False, margin={"l": 0, "r": 0, "t": 0, "b": 0})


def _clicked(
    case: Study,
    segmentation: Segmentation,
    target: ProbeTarget,
    z: int,
    change: Lesion | LesionMask,
    chart: str,
) -> None:
    said: Any = st.session_state.get(chart) or {}
    points = said.get("selection", {}).get("points", [])
    if not points:
        return
    x, y = target.closeup.voxel_at(points[0]["x"], points[0]["y"])
    if isinstance(change, Lesion):
        if segmentation.labels[x, y, z]:
            PLACES.put((x, y, z), case.id)
        else:
            REFUSED.put(OUTSIDE)
        return
    for lesion in target.lesions:
        at = tuple(place - side.start for place, side in zip((x, y, z), lesion.region, strict=True))
        within = all(0 <= one < size for one, size in zip(at, lesion.mask.shape, strict=True))
        if within and lesion.mask[at]:
            st.session_state[f"{LESION_KEY}-{case.id[:8]}"] = lesion.number
            return
    REFUSED.put(NO_LESION)
