"""Maps with parameters of the visitor's own."""

from collections.abc import Callable
from typing import Literal, cast

import streamlit as st

from core.atlas.neighbourhoods import trustworthiness
from core.atlas.projections import Projection, Tsne, Umap, check_size, project
from core.process.progress import Progress
from pages.common import jobs
from pages.common.queues import Uses
from pages.common.widgets import choose
from pages.embeddings.state import DRAWN, MAP_KEY, Drawn, ShownAtlas

KEPT = 4
STAGES = ("Drawing", "Judging")


def draw_anew(shown: ShownAtlas, name: str) -> None:
    """Offer to draw a map with other parameters; it joins the others to choose from."""
    with st.expander("Draw a map with other parameters", icon=":material/tune:"):
        method = choose("Method", ["t-SNE", "UMAP"], "atlas-anew-method")
        projection = _tsne() if method == "t-SNE" else _umap()
        label = "Draw this map"
        jobs.offer(label, "scatter_plot", _begin, shown, projection, key="atlas-draw-anew")
        st.caption(
            f"Of all {len(shown.known):,} patches of the atlas, none left out. It runs beside the "
            "page; the last four maps are kept for this visit."
        )


def _tsne() -> Projection:
    first, second, third, fourth = st.columns(4, gap="medium")
    with first:
        perplexity = st.slider("Perplexity", 2, 200, 30, key="atlas-perplexity",
                               help="How many neighbours each patch minds, roughly.")  # fmt: skip
    with second:
        exaggeration = st.slider("Exaggeration", 1.0, 8.0, 1.0, 0.5, key="atlas-exaggeration",
                                 help="Above 1 pulls groups together.")  # fmt: skip
    with third:
        start = st.selectbox("Begins from", ["pca", "random"], key="atlas-start",
                             help="A random layout shows what is luck.")  # fmt: skip
    with fourth:
        seed = st.number_input("Seed", 0, 9999, 1, key="atlas-seed")
    begun = cast(Literal["pca", "random"], start)
    return Tsne(float(perplexity), float(exaggeration), begun, int(seed))


def _umap() -> Projection:
    first, second, third = st.columns(3, gap="medium")
    with first:
        neighbours = st.slider("Neighbours", 2, 200, 15, key="atlas-umap-neighbours")
    with second:
        min_dist = st.slider("Least distance", 0.0, 0.99, 0.1, 0.01, key="atlas-min-dist",
                             help="How close patches may come on the map.")  # fmt: skip
    with third:
        seed = st.number_input("Seed", 0, 9999, 1, key="atlas-umap-seed")
    return Umap(int(neighbours), float(min_dist), int(seed))


def _named(projection: Projection) -> str:
    match projection:
        case Tsne(perplexity, exaggeration, start, seed):
            pulled = f", ×{exaggeration:g}" if exaggeration != 1 else ""
            begun = ", random" if start == "random" else ""
            return f"t-SNE {perplexity:g}{pulled}{begun}, seed {seed}"
        case Umap(neighbours, min_dist, seed):
            return f"UMAP {neighbours}, {min_dist:g}, seed {seed}"
    return "PCA"


def _begin(shown: ShownAtlas, projection: Projection) -> None:
    atlas = shown.known

    def work(progress: Progress, cancelled: Callable[[], bool]) -> Drawn:
        check_size(len(atlas), projection)
        progress(STAGES[0], 0)
        positions = project(atlas.codes, projection, cancelled)
        progress(STAGES[0], 1)
        return Drawn(
            _named(projection), projection, positions, trustworthiness(atlas.codes, positions)
        )

    def keep(drawn: Drawn) -> None:
        others = (one for one in DRAWN.get(of=atlas.name) or () if one.name != drawn.name)
        DRAWN.put((*others, drawn)[-KEPT:], of=atlas.name)
        st.session_state[MAP_KEY] = drawn.name

    jobs.begin(
        jobs.Job(f"Drawing {_named(projection)} of {atlas.name}", STAGES, work, keep, Uses.NOTHING)
    )
