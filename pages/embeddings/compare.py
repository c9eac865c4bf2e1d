"""Two maps of the same patches side by side, and one map drawn many times."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.atlas.atlas import Atlas
from core.atlas.neighbourhoods import Repeat, agreement, sample, seed_grid
from core.atlas.projections import Tsne, check_size
from core.process.progress import Progress
from pages.common import jobs
from pages.common.charts import framed, show
from pages.common.memory import Slot
from pages.common.queues import Uses
from pages.common.widgets import pick
from pages.embeddings.colors import NAMES, colored
from pages.embeddings.map_view import colored_map, projection_on
from pages.embeddings.pictures import send_pictures
from pages.embeddings.state import COLOR_KEY, ShownAtlas, choice_of

if TYPE_CHECKING:
    import plotly.graph_objects as go

COMPONENTS = ("atlas-left", "atlas-right")
SEEDS = (0, 1, 2)
PERPLEXITIES = (5, 30, 100)
# The grid is drawn nine times over: so many patches of a larger atlas stand for all.
GRID_PATCHES = 1500
STAGES = ("Drawing nine maps",)
GRIDS = Slot[list[Repeat]]("atlas-seed-grids", keep=4)


def compare_view(shown: ShownAtlas) -> None:
    """Draw two maps with one choice, and offer the grid."""
    _pair(shown)
    st.subheader("Structure or luck?", anchor=False)
    st.markdown(
        "The same patches by t-SNE nine times, each from a random layout: in each row another "
        "**perplexity**, in each column another **seed**. What all maps of a row show is "
        "structure; what moves from seed to seed is luck."
    )
    _grid(shown)


@st.fragment
def _pair(shown: ShownAtlas) -> None:
    column = pick("Color of both", NAMES, COLOR_KEY)
    names = list(shown.maps)
    chosen = []
    for number, place in enumerate(st.columns(2, gap="medium")):
        with place:
            name = st.selectbox(
                ("Left map", "Right map")[number], names, index=min(1 + number, len(names) - 1),
                format_func=shown.maps.__getitem__, key=f"atlas-side-{number}",
            )  # fmt: skip
            colored_map(shown, name, column, COMPONENTS[number])
            st.caption(f"Trustworthiness {projection_on(shown, name)[1]:.3f}")
            chosen.append(name)
    marked = int(choice_of(shown).chosen.sum())
    st.caption(
        f"Choosing on one map marks the same patches on the other ({marked:,} chosen). "
        f"**{_shared(shown.id, chosen[0], chosen[1], shown):.0%}** of each patch's ten nearest on "
        "one map are among its ten nearest on the other."
    )
    send_pictures(shown)


@st.cache_data(max_entries=32, show_spinner="Comparing neighbourhoods")
def _shared(shown_id: str, first: str, second: str, _shown: ShownAtlas) -> float:
    count = len(_shown.known)
    return agreement(_shown.positions(first)[:count], _shown.positions(second)[:count])


def _grid(shown: ShownAtlas) -> None:
    repeats = GRIDS.get(of=shown.known.name)
    count = min(len(shown.known), GRID_PATCHES)
    if repeats is None:
        jobs.offer("Draw the nine maps", "grid_view", _begin, shown.known, key="atlas-grid")
        st.caption(
            f"Of {count:,} patches"
            + (f" drawn from the {len(shown.known):,}" if count < len(shown.known) else "")
            + "; about a minute, beside the page."
        )
        return
    column = str(st.session_state.get(COLOR_KEY) or next(iter(NAMES)))
    show(
        _grid_figure(shown.known, repeats, column),
        "atlas-seed-grid",
        f"t-SNE of the same {count:,} patches from random layouts, colored by {NAMES[column]}.",
    )
    for perplexity in PERPLEXITIES:
        maps = [one.positions for one in repeats if one.projection.perplexity == perplexity]
        pairs = [agreement(maps[0], other) for other in maps[1:]]
        if pairs:
            st.caption(
                f"Perplexity {perplexity}: on average {np.mean(pairs):.0%} of a patch's ten "
                "nearest stay so with another seed."
            )


def _grid_figure(atlas: Atlas, repeats: Sequence[Repeat], column: str) -> "go.Figure":
    from plotly.subplots import make_subplots

    rows = sample(len(atlas), GRID_PATCHES)
    values, palette, _ = colored(atlas.table, column)
    values = values[rows]
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    steps = np.nan_to_num((values - low) / max(high - low, 1e-9)) * (len(palette) - 1)
    colors = [f"rgb{palette[int(step)]}" for step in steps]
    titles = [
        f"perplexity {one.projection.perplexity:g}, seed {one.projection.seed}: "
        f"trust {one.trustworthiness:.3f}"
        for one in repeats
    ]
    figure = make_subplots(
        len(PERPLEXITIES), len(SEEDS), subplot_titles=titles, horizontal_spacing=0.02,
        vertical_spacing=0.06,
    )  # fmt: skip
    for number, one in enumerate(repeats):
        figure.add_scattergl(
            x=one.positions[:, 0],
            y=one.positions[:, 1],
            mode="markers",
            marker={"size": 3, "color": colors},
            hoverinfo="skip",
            row=number // len(SEEDS) + 1,
            col=number % len(SEEDS) + 1,
        )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.update_annotations(font_size=12)
    return framed(figure, 820, showlegend=False)


def _begin(atlas: Atlas) -> None:
    codes = atlas.codes[sample(len(atlas), GRID_PATCHES)]

    def work(progress: Progress, cancelled: Callable[[], bool]) -> list[Repeat]:
        check_size(len(codes), Tsne(max(PERPLEXITIES)))
        return seed_grid(
            codes, SEEDS, PERPLEXITIES, lambda done: progress(STAGES[0], done), cancelled
        )

    def keep(repeats: list[Repeat]) -> None:
        if len(repeats) == len(SEEDS) * len(PERPLEXITIES):
            GRIDS.put(repeats, of=atlas.name)

    jobs.begin(jobs.Job(f"Drawing nine maps of {atlas.name}", STAGES, work, keep, Uses.NOTHING))
