"""Where patches lie in their slices."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.atlas.marking import marked
from core.atlas.originals import squares_of_case
from core.atlas.own import OWN
from core.atlas.patches import gray_squares
from core.atlas.pictures import same_slice
from core.atlas.selection import boxes
from core.io.datasets import LabelledCase
from core.study import Study
from pages.common.frame import errors_shown
from pages.common.session import cases
from pages.common.widgets import show_picture
from pages.embeddings.pictures import pictures_of
from pages.embeddings.state import ShownAtlas, choice_of

PIECES = "The slice pieced together from its patches in the atlas; the rest of it is not there."


def slice_view(shown: ShownAtlas, rows: NDArray[np.int64]) -> None:
    """Show the slices that chosen `rows` come from, one at a time."""
    places = boxes(shown.atlas.table, rows)
    names = [
        f"{case}, slice {index + 1} ({len(tops)})"
        for case, index, tops in zip(places["case"], places["slice"], places["top"], strict=True)
    ]
    st.markdown("**Where they lie**")
    picked = st.selectbox(
        "Slice", range(len(names)), format_func=names.__getitem__, key=f"atlas-slice-{shown.id}",
        label_visibility="collapsed",
    )  # fmt: skip
    place = places.iloc[int(picked or 0)]
    table = shown.atlas.table.iloc[rows]
    here = (table["case"] == place["case"]) & (table["slice"] == place["slice"])
    show_slice(shown, int(rows[int(np.flatnonzero(here.to_numpy())[0])]))


def show_slice(shown: ShownAtlas, row: int) -> None:
    """Show the slice of `row`, its chosen patches and the clicked one marked."""
    gray, note = slice_of_row(shown, row)
    choice = choice_of(shown)
    table = shown.atlas.table
    here = same_slice(table, row)
    chosen = [_corner(shown, one) for one in here if choice.chosen[one]]
    clicked = [_corner(shown, one) for one in here if one == choice.clicked]
    show_picture(marked(gray, chosen, clicked), "", alt="The slice, with its patches marked")
    st.caption(f"{note} Teal: chosen; magenta: clicked. Patient's right on the left.")


def slice_of_row(shown: ShownAtlas, row: int) -> tuple[NDArray[np.uint8], str]:
    """Give the slice of `row` as the atlas saw it [384, 384], and a sentence on what it is."""
    place = shown.atlas.table.iloc[row]
    index = np.array([int(place["slice"])])
    pictures = pictures_of(shown)
    with errors_shown():
        if place["dataset"] == OWN and (case := _own_case(shown)) is not None:
            return gray_squares(case.volume, index)[0], "Your scan."
        if (original := pictures.original(row)) is not None:
            gray = _original(original.dataset, original.name, int(place["slice"]), original)
            return gray, "The slice itself, from the data folder."
    return pictures.mosaic(row), PIECES


@st.cache_data(max_entries=64, show_spinner="Reading the slice")
def _original(dataset: str, name: str, index: int, _case: LabelledCase) -> NDArray[np.uint8]:
    gray: NDArray[np.uint8] = squares_of_case(_case, np.array([index])).gray[0]
    return gray


def _own_case(shown: ShownAtlas) -> Study | None:
    return None if shown.own is None else cases().get(shown.own.digest)


def _corner(shown: ShownAtlas, row: int) -> tuple[int, int]:
    place = shown.atlas.table.iloc[row]
    return int(place["top"]), int(place["left"])
