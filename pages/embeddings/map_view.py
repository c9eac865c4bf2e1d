"""The atlas as a map: colored, chosen from, and each patch opened."""

import streamlit as st

from core.atlas.projections import Pca, Projection, Tsne, Umap
from pages.common.widgets import pick
from pages.embeddings import Points, done_on, patch_map
from pages.embeddings.chosen import chosen_view
from pages.embeddings.clicked import clicked_view
from pages.embeddings.colors import NAMES, colored
from pages.embeddings.draw_anew import draw_anew
from pages.embeddings.exchange import read_done
from pages.embeddings.pictures import pictures_token, send_pictures
from pages.embeddings.state import COLOR_KEY, MAP_KEY, ShownAtlas, act, choice_of, flags_of

COMPONENT = "atlas-component"
HOW = (
    "Every point is a patch of 32×32 pixels. **Drag** to draw around patches, **click** one to see "
    "what it is and who is like it, **wheel** to zoom."
)
MEANING = {
    "pca": (
        "**PCA** turns the codes so that the two directions in which they differ most lie flat. "
        "Distances mean what they seem to, but all other directions are pressed together."
    ),
    "tsne": (
        "**t-SNE** keeps neighbours together. Which patches lie side by side means something; "
        "**how large a group is, how dense, and how far apart groups lie does not**: it makes "
        "every neighbourhood about as wide. Draw it anew with other seeds and perplexities before "
        "you believe a shape."
    ),
    "umap": (
        "**UMAP** keeps neighbours together too, and a little more of the large shape. Distances "
        "between groups still mean little, and the seed decides where they lie."
    ),
}


def map_view(shown: ShownAtlas) -> None:
    """Draw the map, what is chosen on it, and the patch that was clicked."""
    _live(shown)


@st.fragment
def _live(shown: ShownAtlas) -> None:
    left, right = st.columns([2, 3], gap="medium", vertical_alignment="bottom")
    with left:
        name = choose_map(shown)
    with right:
        column = pick("Color", NAMES, COLOR_KEY)
    st.caption(HOW)
    place, side = st.columns([3, 2], gap="medium")
    with place:
        colored_map(shown, name, column, COMPONENT)
        st.caption(_meaning(shown, name))
    with side:
        if choice_of(shown).clicked is None:
            chosen_view(shown)
        else:
            clicked_view(shown)
    if choice_of(shown).clicked is not None:
        chosen_view(shown)
    draw_anew(shown, name)
    # Last: the map is there before the pictures for its pointer are.
    send_pictures(shown)


def choose_map(shown: ShownAtlas) -> str:
    """Ask for one of the maps of `shown`; another atlas may lack the one chosen before."""
    if st.session_state.get(MAP_KEY) not in shown.maps:
        st.session_state[MAP_KEY] = "tsne"
    name = st.segmented_control(
        "Map", list(shown.maps), format_func=shown.maps.__getitem__, key=MAP_KEY, required=True,
        persist_state="session",
    )  # fmt: skip
    return str(name)


def colored_map(shown: ShownAtlas, name: str, column: str, key: str) -> None:
    """Draw one map of `shown`; what is done on it is done to the choice of the whole page."""
    values, palette, names = colored(shown.atlas.table, column)
    layout = f"{shown.id}/{name}"

    def done() -> None:
        act(shown, name, read_done(done_on(key), layout, len(shown.atlas)))

    patch_map(
        Points(
            layout,
            shown.positions(name),
            values,
            NAMES[column],
            palette,
            names,
            flags_of(shown),
            pictures_token(shown),
            f"{shown.maps[name]} map of {len(shown.atlas):,} patches, colored by {NAMES[column]}",
        ),
        key=key,
        on_done=done,
    )


def projection_on(shown: ShownAtlas, name: str) -> tuple[Projection, float]:
    """Give how the map `name` of `shown` was drawn, and its trustworthiness."""
    from core.atlas.projections import projection_of

    if name in shown.known.facts["maps"]:
        facts = shown.known.facts["maps"][name]
        return projection_of(facts["projection"]), float(facts["trustworthiness"])
    drawn = next(one for one in shown.drawn if one.name == name)
    return drawn.projection, drawn.trustworthiness


def _meaning(shown: ShownAtlas, name: str) -> str:
    projection, trust = projection_on(shown, name)
    match projection:
        case Tsne(perplexity, _, start, seed):
            drawn = f"perplexity {perplexity:g}, seed {seed}, begun from a {start} layout"
        case Umap(neighbours, min_dist, seed):
            drawn = f"{neighbours} neighbours, least distance {min_dist:g}, seed {seed}"
        case Pca():
            drawn = "nothing to choose"
    method = type(projection).__name__.lower()
    return (
        f"{MEANING[method]} This one: {drawn}; trustworthiness **{trust:.3f}** (1: whoever lies "
        "side by side is alike; about 0.5 by chance)."
    )
