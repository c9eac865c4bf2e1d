"""The patch atlas: what tumors look like to a network that was never told what a tumor is."""

import streamlit as st

from core.atlas.atlas import Atlas
from pages.common import jobs
from pages.common.frame import errors_shown, plain
from pages.common.opening import open_page
from pages.common.session import current_case
from pages.common.widgets import choose, draw_view
from pages.embeddings.originals import offer_originals, with_originals
from pages.embeddings.state import (
    PLACED,
    WITH_OWN_KEY,
    ShownAtlas,
    atlas_shown,
    atlases,
    open_atlas,
)

# Modules of pages.embeddings with the view they hold; only the one that is open is loaded.
VIEWS = {
    "Map": ("map_view", "map_view"),
    "Side by side": ("compare", "compare_view"),
    "My case": ("own_case", "own_case_view"),
    "How much it is worth": ("worth", "worth_view"),
}
HOW_TO_MAKE = "python -m core embed --data LITS_FOLDER --out weights/atlas/mine"


def page() -> None:
    open_page(
        "Patch atlas",
        "An autoencoder learned to redraw small patches of liver and was never told what a tumor "
        "is. Here is how it sorts them: patches with like codes lie side by side.",
    )
    jobs.show_running()
    with errors_shown():
        atlas = _choose_atlas()
        if atlas is not None:
            _draw(atlas_shown(atlas))


def _choose_atlas() -> Atlas | None:
    found = atlases()
    if not found:
        st.info("There is no atlas on this machine yet. Make one of labelled scans with")
        st.code(HOW_TO_MAKE, language=None)
        return None
    left, right = st.columns([2, 3], gap="medium", vertical_alignment="bottom")
    name = left.selectbox("Atlas", list(found), key="atlas-open", persist_state="session")
    atlas = with_originals(open_atlas(found[name]))
    with right.container(horizontal=True, vertical_alignment="bottom"):
        case = current_case()
        if case is not None and PLACED.get(case.id, atlas.name) is not None:
            st.session_state.setdefault(WITH_OWN_KEY, True)
            st.toggle("Show my case", key=WITH_OWN_KEY, persist_state="session")
        offer_originals(atlas)
    splits = ", ".join(
        f"{facts['patches']:,} of {len(facts['patients'])} patient(s)"
        + (f" in {split}" if split else "")
        for split, facts in atlas.facts["splits"].items()
    )
    st.caption(
        f"{len(atlas):,} patches of 32×32 pixels from slices with tumor, "
        f"{plain(', '.join(atlas.facts['data']))}: {splits}. Your own: `{HOW_TO_MAKE}`."
    )
    return atlas


def _draw(shown: ShownAtlas) -> None:
    view = choose("View", list(VIEWS), "atlas-view", hidden=True, linked=True)
    draw_view("embeddings", VIEWS[view], shown)


page()
