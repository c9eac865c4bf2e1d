"""What the Embeddings page keeps for one visitor: the open atlas, the choice, their own patches."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.atlas.atlas import FACTS, MAPS, Atlas, read_atlas, shipped_atlases
from core.atlas.encoders import AUTOENCODER_DIR, Autoencoder, load_autoencoder
from core.atlas.own import OwnPatches, joined
from core.atlas.projections import Projection
from core.atlas.selection import inside, nearest
from core.models.store import weights_digest
from pages.common.memory import Slot
from pages.common.session import current_case
from pages.embeddings.exchange import CHOSEN, CLICKED, NEAR, OWN, Area, Clear, Done, Patch

MAP_KEY = "atlas-map"
COLOR_KEY = "atlas-color"
WITH_OWN_KEY = "atlas-with-own"
MAP_NAMES = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP"}
NEIGHBOURS = 12
PREPARING = "The autoencoder is being prepared; the first time on a machine this takes a minute."


@dataclass(frozen=True, eq=False)
class Choice:
    """Which patches a visitor means.

    Parameters
    ----------
    chosen : bool [N], by lasso or box.
    clicked : row of the patch that is looked at.
    before : row of the one looked at before, where a walk begins.
    """

    chosen: NDArray[np.bool_]
    clicked: int | None = None
    before: int | None = None


@dataclass(frozen=True, eq=False)
class Drawn:
    """A map with parameters of the visitor's."""

    name: str
    projection: Projection
    positions: NDArray[np.float32]
    trustworthiness: float


@dataclass(frozen=True, eq=False)
class ShownAtlas:
    """The open atlas with the visitor's own patches at its end, where they are shown.

    Parameters
    ----------
    id : names the rows: another id means other rows.
    """

    id: str
    atlas: Atlas
    known: Atlas
    own: OwnPatches | None
    drawn: tuple[Drawn, ...] = field(default=())

    @property
    def maps(self) -> dict[str, str]:
        """Maps by their key, with names to show."""
        return {**MAP_NAMES, **{drawn.name: drawn.name for drawn in self.drawn}}

    def positions(self, name: str) -> NDArray[np.float32]:
        """Positions [N, 2] on a map of `maps`; NaN for own patches on one drawn without them."""
        if name in MAPS:
            return self.atlas.map(name)
        found = next(drawn.positions for drawn in self.drawn if drawn.name == name)
        missing = len(self.atlas) - len(found)
        return np.concatenate([found, np.full((missing, 2), np.nan, np.float32)])


CHOICES = Slot[Choice]("atlas-choice")
# By name of the atlas.
PLACED = Slot[OwnPatches]("atlas-own-patches")
DRAWN = Slot[tuple[Drawn, ...]]("atlas-maps-drawn", keep=4)


@st.cache_resource(max_entries=4, show_spinner="Opening the atlas")
def _opened(folder: Path, changed: int, encoder: str) -> Atlas:
    return read_atlas(folder, encoder)


def open_atlas(folder: Path) -> Atlas:
    """Open the atlas of `folder`; BadAtlas where another autoencoder made it than the one here."""
    facts = folder / FACTS
    changed = facts.stat().st_mtime_ns if facts.is_file() else 0
    return _opened(folder, changed, weights_digest(AUTOENCODER_DIR))


def atlases() -> dict[str, Path]:
    """Folders of the atlases at hand by name, the one of real patients first."""
    return {folder.name: folder for folder in shipped_atlases()}


@st.cache_resource(max_entries=1, show_spinner=PREPARING)
def _autoencoder(digest: str) -> Autoencoder:
    return load_autoencoder()


def autoencoder() -> Autoencoder:
    """Load the autoencoder once for all visitors; WeightsMissing where there is none."""
    there = AUTOENCODER_DIR / "model.weights.h5"
    return _autoencoder(weights_digest(AUTOENCODER_DIR) if there.is_file() else "")


def atlas_shown(known: Atlas) -> ShownAtlas:
    """Join the visitor's own patches to an atlas, if they were placed on it and are to be seen."""
    case = current_case()
    own = None if case is None else PLACED.get(case.id, known.name)
    if not st.session_state.get(WITH_OWN_KEY, True):
        own = None
    atlas = known if own is None else joined(known, own)
    drawn = DRAWN.get(of=known.name) or ()
    # All visitors share what is cached by this name.
    whose = "known" if own is None else f"{own.digest}-{crc32(own.images.tobytes()):08x}"
    return ShownAtlas(f"{known.name}-{whose}-{known.facts['written']}", atlas, known, own, drawn)


def choice_of(shown: ShownAtlas) -> Choice:
    """Tell what is chosen in `shown`."""
    return CHOICES.get(of=shown.id) or Choice(np.zeros(len(shown.atlas), bool))


def keep_choice(shown: ShownAtlas, choice: Choice) -> None:
    """Keep what is chosen in `shown`; that of another atlas is given up."""
    CHOICES.put(choice, of=shown.id)


def act(shown: ShownAtlas, name: str, done: Done | None) -> None:
    """Do what the visitor did on the map `name` of `shown`."""
    choice = choice_of(shown)
    match done:
        case Area(polygon):
            chosen = inside(shown.positions(name), polygon)
            keep_choice(shown, replace(choice, chosen=chosen))
        case Patch(index):
            click(shown, index)
        case Clear():
            keep_choice(shown, Choice(np.zeros(len(shown.atlas), bool)))


def click(shown: ShownAtlas, index: int) -> None:
    """Look at the patch of row `index`."""
    choice = choice_of(shown)
    before = choice.clicked if choice.clicked != index else choice.before
    keep_choice(shown, replace(choice, clicked=index, before=before))


def choose_rows(shown: ShownAtlas, rows: NDArray[np.int64]) -> None:
    """Choose `rows` and nothing else."""
    chosen = np.zeros(len(shown.atlas), bool)
    chosen[rows] = True
    keep_choice(shown, replace(choice_of(shown), chosen=chosen))


def neighbours_of(shown: ShownAtlas, row: int, count: int) -> tuple[NDArray[np.int64], Any]:
    """Find the `count` patches most like that of `row`, itself left out: rows and distances."""
    rows, distances = nearest(shown.atlas.codes, shown.atlas.codes[row], count + 1)
    other = rows != row
    return rows[other][:count], distances[other][:count]


def flags_of(shown: ShownAtlas) -> NDArray[np.uint8]:
    """Flag every patch of `shown`: chosen, own, near the clicked one, clicked."""
    choice = choice_of(shown)
    flags = np.where(choice.chosen, CHOSEN, 0).astype(np.uint8)
    if shown.own is not None:
        flags[-len(shown.own.table) :] |= OWN
    if choice.clicked is not None:
        near, _ = neighbours_of(shown, choice.clicked, NEIGHBOURS)
        flags[near] |= NEAR
        flags[choice.clicked] |= CLICKED
    return flags


Draw = Callable[[ShownAtlas], None]
