"""One patch: what it is, what the autoencoder makes of it, and who is like it."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.atlas.encoders import reconstruction_error
from core.atlas.pictures import rounded
from core.atlas.selection import walk
from core.atlas.sheet import patch_sheet
from pages.common.frame import plain
from pages.common.widgets import show_picture
from pages.embeddings.chosen import captions
from pages.embeddings.pictures import NOT_SHIPPED, pictures_of
from pages.embeddings.slice_view import show_slice
from pages.embeddings.state import (
    NEIGHBOURS,
    Choice,
    ShownAtlas,
    choice_of,
    choose_rows,
    keep_choice,
    neighbours_of,
)

STEPS = 9
# Errors of a quarter of the grey scale are white.
BRIGHTEST = 0.25


def clicked_view(shown: ShownAtlas) -> None:
    """Show the patch that was clicked."""
    choice = choice_of(shown)
    row = choice.clicked
    assert row is not None
    place = shown.atlas.table.iloc[row]
    head, close = st.columns([3, 2], vertical_alignment="center")
    head.subheader("Clicked patch", anchor=False)
    close.button(
        "Close", icon=":material/close:", on_click=_close, args=(shown,), key="atlas-close",
        width="stretch",
    )  # fmt: skip
    st.markdown(
        f"**{plain(str(place['case']))}**, slice {place['slice'] + 1}: {place['mean_hu']:.0f} HU, "
        f"liver {place['liver_fraction']:.0%}, tumor {place['tumor_fraction']:.0%}"
    )
    _triple(shown, row)
    _neighbours(shown, row)
    with st.expander("Where it lies", icon=":material/crop_free:", expanded=True):
        show_slice(shown, row)
    if choice.before is not None and choice.before < len(shown.atlas):
        _walk(shown, choice.before, row)
    else:
        st.caption("Click another patch to see the way from this one to it.")


def _close(shown: ShownAtlas) -> None:
    keep_choice(shown, Choice(choice_of(shown).chosen))


def _triple(shown: ShownAtlas, row: int) -> None:
    pictures = pictures_of(shown)
    image = pictures.patches(np.array([row]))
    drawn = pictures.autoencoder.decode(shown.atlas.codes[[row]])
    if not pictures.are_true(row):
        sheet = patch_sheet(rounded(drawn), ["redrawn"], 3, scale=4)
        st.image(sheet, alt="The patch, redrawn")
        error = shown.atlas.table["reconstruction_error"].iloc[row]
        st.caption(
            f"Redrawn from its code; measured error {error:.4f}, mean of all "
            f"{shown.atlas.table['reconstruction_error'].mean():.4f}. {NOT_SHIPPED}"
        )
        return
    away = np.abs(image.astype(np.float32) - drawn) / 255
    difference = np.rint(np.clip(away / BRIGHTEST, 0, 1) * 255).astype(np.uint8)
    triple = np.concatenate([image, rounded(drawn), difference])
    sheet = patch_sheet(triple, ["original", "redrawn", "error"], 3, scale=4)
    st.image(sheet, alt="The patch, redrawn, and the error")
    error = float(reconstruction_error(image, drawn)[0])
    st.caption(
        f"Mean squared error {error:.4f}, mean of all "
        f"{shown.atlas.table['reconstruction_error'].mean():.4f}. In the third picture white is "
        "an error of 50 HU or more."
    )


def _neighbours(shown: ShownAtlas, row: int) -> None:
    rows, distances = neighbours_of(shown, row, NEIGHBOURS)
    st.markdown("**Most like it** (ringed on the map)")
    sheet = patch_sheet(pictures_of(shown).patches(rows), captions(shown, rows), columns=6)
    show_picture(sheet, "", alt=f"The {len(rows)} patches most like it")
    table = shown.atlas.table.iloc[rows]
    others = int((table["patient"] != shown.atlas.table["patient"].iloc[row]).sum())
    st.caption(
        f"Nearest {len(rows)} codes, {others} of other patients, at distances of "
        f"{distances[0]:.2f} to {distances[-1]:.2f}; below each, its share of tumor."
    )
    st.button(
        "Choose these",
        icon=":material/select_all:",
        on_click=_choose,
        args=(shown, rows),
        key="atlas-choose-near",
    )


def _choose(shown: ShownAtlas, rows: NDArray[np.int64]) -> None:
    choose_rows(shown, rows)


def _walk(shown: ShownAtlas, start: int, end: int) -> None:
    st.markdown("**The way here from the patch before**")
    codes = walk(shown.atlas.codes[start], shown.atlas.codes[end], STEPS)
    drawn = rounded(pictures_of(shown).autoencoder.decode(codes))
    shares = [f"{share:.0%}" for share in np.linspace(0, 1, STEPS)]
    sheet = patch_sheet(drawn, shares, columns=STEPS)
    show_picture(sheet, "", alt="Patches decoded on the way from one code to the other")
    st.caption(
        "What the decoder draws on the straight line between the two codes. No patient looked like "
        "the ones in between: it shows what the code's directions mean."
    )
