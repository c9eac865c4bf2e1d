"""The visitor's own case on the map: from a point to its box on the slice, and back."""

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.atlas.atlas import Atlas
from core.atlas.heatmap import error_map
from core.atlas.marking import marked, overlaid
from core.atlas.own import STAGES, OwnPatches, place_own
from core.atlas.patches import PATCH, SLICE_SIDE, Squares, squares_of
from core.cascade.segmentation import Segmentation
from core.draw.colors import COLORS
from core.labels import TUMOR
from core.process.progress import Progress
from core.study import Study
from pages.common import jobs
from pages.common.charts import framed
from pages.common.frame import plain
from pages.common.memory import Slot
from pages.common.queues import Uses
from pages.common.session import current_case
from pages.common.widgets import pick, show_picture
from pages.embeddings.colors import NAMES, colored
from pages.embeddings.map_view import choose_map, colored_map
from pages.embeddings.pictures import send_pictures
from pages.embeddings.state import (
    COLOR_KEY,
    PLACED,
    WITH_OWN_KEY,
    ShownAtlas,
    autoencoder,
    choice_of,
    choose_rows,
)

if TYPE_CHECKING:
    import plotly.graph_objects as go

AMBER = (255, 176, 32)
# An error of a tenth of the grey scale, 20 HU, is drawn in full color.
FULL = 0.01
COMPONENT = "atlas-own-component"
CLICKED = Slot[int | None]("atlas-own-clicked")


def own_case_view(shown: ShownAtlas) -> None:
    """Place the current case on the map, or say what is missing."""
    case = current_case()
    if case is None or case.segmentation is None:
        st.info(
            "Open a scan and segment it on the Segment page first; its patches are then placed "
            "among those of the atlas.",
            icon=":material/biotech:",
        )
        st.page_link(
            "pages/segment/page.py", label="Go to Segment", icon=":material/arrow_forward:"
        )
        return
    if PLACED.get(case.id, shown.known.name) is None:
        _offer(shown.known, case, case.segmentation)
        return
    if shown.own is None:
        st.info("Your patches are hidden: switch them on above.", icon=":material/visibility_off:")
        return
    _linked(shown, case, case.segmentation)


def _offer(atlas: Atlas, case: Study, segmentation: Segmentation) -> None:
    st.markdown(
        f"The slices of **{plain(case.title)}** in which a tumor was called (without any, twelve "
        f"of its liver) are cut into patches and placed on the maps of **{plain(atlas.name)}**. "
        "The maps stay as they are: nothing is fitted anew."
    )
    label = "Place this case on the map"
    jobs.offer(label, "add_location_alt", _begin, atlas, case, segmentation, key="atlas-place")
    st.caption("Beside the page; most of it is UMAP, which may take minutes on a small machine.")


def _begin(atlas: Atlas, case: Study, segmentation: Segmentation) -> None:
    encoder = autoencoder()

    def work(progress: Progress, cancelled: Callable[[], bool]) -> OwnPatches:
        return place_own(atlas, case.volume, segmentation.labels, encoder, progress, cancelled)

    def keep(placed: OwnPatches) -> None:
        PLACED.put(placed, case.id, atlas.name)
        st.session_state[WITH_OWN_KEY] = True

    title = f"Placing {case.title} on {atlas.name}"
    jobs.begin(jobs.Job(title, STAGES, work, keep, Uses.NOTHING, case))


@st.fragment
def _linked(shown: ShownAtlas, case: Study, segmentation: Segmentation) -> None:
    assert shown.own is not None
    left, right = st.columns([2, 3], gap="medium", vertical_alignment="bottom")
    with left:
        name = choose_map(shown)
    with right:
        column = pick("Color", NAMES, COLOR_KEY)
    index = _slice_of(shown, case)
    place, picture = st.columns(2, gap="medium")
    with place:
        colored_map(shown, name, column, COMPONENT)
        st.caption(
            f"Ringed in orange: the {len(shown.own.table):,} patches of your case. Click one to "
            "see its box on the slice."
        )
    squares = squares_of(case.volume, segmentation.labels, [index])
    with picture:
        _slice_chart(shown, squares, column)
        st.caption(
            "Click a square, or drag a box over several: they are chosen on the map. Magenta: the "
            "clicked patch; teal: chosen."
        )
    _heat(case, squares)
    send_pictures(shown)


def _slice_of(shown: ShownAtlas, case: Study) -> int:
    """Ask for a slice; a click on one of the case's points leads to its slice."""
    assert shown.own is not None
    slices = sorted(set(shown.own.table["slice"].astype(int)))
    clicked = choice_of(shown).clicked
    key = "atlas-own-slice"
    if clicked is not None and clicked >= len(shown.known):
        there = int(shown.atlas.table["slice"].iloc[clicked])
        if CLICKED.get() != clicked:
            st.session_state[key] = there
    CLICKED.put(clicked)
    if st.session_state.get(key) not in slices:
        st.session_state[key] = slices[len(slices) // 2]
    if len(slices) == 1:
        return slices[0]
    return int(
        st.select_slider(
            "Slice", slices, key=key, format_func=lambda index: str(index + 1),
            persist_state="session",
        )
    )  # fmt: skip


def _slice_chart(shown: ShownAtlas, squares: Squares, column: str) -> None:
    index = int(squares.slices[0])
    table = shown.atlas.table
    own = np.arange(len(shown.known), len(shown.atlas))
    rows = own[table["slice"].to_numpy()[own] == index]
    st.plotly_chart(
        _slice_figure(shown, squares, rows, column),
        on_select=lambda: _selected(shown, f"atlas-own-chart-{index}", rows),
        selection_mode=("points", "box"),
        key=f"atlas-own-chart-{index}",
        config={"displayModeBar": False},
        theme="streamlit",
    )


def _selected(shown: ShownAtlas, key: str, rows: NDArray[np.int64]) -> None:
    said: Any = st.session_state.get(key) or {}
    points = said.get("selection", {}).get("point_indices", [])
    choose_rows(shown, rows[[point for point in points if point < len(rows)]])


def _slice_figure(
    shown: ShownAtlas, squares: Squares, rows: NDArray[np.int64], column: str
) -> "go.Figure":
    import plotly.graph_objects as go

    choice = choice_of(shown)
    places = shown.atlas.table.iloc[rows]
    values, _, _ = colored(shown.atlas.table, column)
    corners = list(zip(places["top"], places["left"], strict=True))
    marked_slice = marked(
        overlaid(squares.gray[0], squares.tumor[0] / 255 * 0.55, COLORS[TUMOR]),
        [corner for corner, row in zip(corners, rows, strict=True) if choice.chosen[row]],
        [corner for corner, row in zip(corners, rows, strict=True) if row == choice.clicked],
    )
    figure = go.Figure(go.Image(z=marked_slice, hoverinfo="skip"))
    figure.add_scatter(
        x=places["left"] + PATCH / 2 - 0.5,
        y=places["top"] + PATCH / 2 - 0.5,
        mode="markers",
        marker={"symbol": "square", "size": 16, "opacity": 0.3, "color": "#18b2a0"},
        text=[f"{NAMES[column]}: {values[row]:.3g}" for row in rows],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )
    figure.update_xaxes(visible=False, range=[-0.5, SLICE_SIDE - 0.5], constrain="domain")
    figure.update_yaxes(visible=False, range=[SLICE_SIDE - 0.5, -0.5], scaleanchor="x")
    figure = framed(figure, 430, showlegend=False)
    return figure.update_layout(dragmode="select", margin={"l": 0, "r": 0, "t": 0, "b": 0})


def _heat(case: Study, squares: Squares) -> None:
    st.subheader("Where the autoencoder cannot redraw the slice", anchor=False)
    # Shared by all visitors: by what is on the slice, which nobody can claim falsely.
    gray = squares.gray[0]
    heat = _error_of(sha256(gray.tobytes()).hexdigest(), gray)
    inside = squares.organ[0] >= 128
    drawn = np.where(inside, heat / FULL, 0)
    first, second, third = st.columns(3, gap="medium")
    show_picture(squares.gray[0], "The slice", at=first)
    called = overlaid(squares.gray[0], squares.tumor[0] / 255 * 0.55, COLORS[TUMOR])
    show_picture(called, "Tumor as called", at=second)
    errors = overlaid(squares.gray[0], drawn * 0.85, AMBER)
    show_picture(errors, "Reconstruction error inside the liver", at=third)
    tumor, liver = squares.tumor[0] >= 128, inside & (squares.tumor[0] < 128)
    figures = [
        f"{name} {heat[mask].mean():.4f}"
        for name, mask in (("tumor as called", tumor), ("the rest of the liver", liver))
        if mask.any()
    ]
    st.caption(
        "Windows of 32×32 pixels at every eighth pixel, blended. Full amber: an error of 20 HU or "
        f"more. Mean squared error here: {', '.join(figures)}. Edges and vessels are as hard to "
        "redraw as tumors: read it with the figures under “How much it is worth”."
    )


@st.cache_data(max_entries=16, show_spinner="Redrawing the slice window by window")
def _error_of(gray_sha256: str, _gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    return error_map(_gray, autoencoder())
