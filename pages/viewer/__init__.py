"""The slice viewer: three linked planes of a CT with its segmentation.

The browser draws. It holds the Hounsfield units and probabilities of the slices in view, so
windows, overlays, thresholds and the values under the pointer cost no round trip; Python is
asked only for slices that the browser does not have.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import streamlit as st

from core.volume import Volume
from pages.common.memory import Slot
from pages.viewer import assets
from pages.viewer.exchange import answer, read_request
from pages.viewer.memory import Memory, jump, recall, serve
from pages.viewer.scene import Layers, Voxel

MEMORIES = Slot[Memory]("viewers", keep=8)

__all__ = ["Hand", "ViewerState", "rearm", "redraw", "slice_viewer", "viewer_state"]

_component = st.components.v2.component(
    "hepatoscope_slice_viewer",
    html=assets.html(),
    css=assets.style(),
    js=assets.script(),
)


@dataclass(frozen=True)
class ViewerState:
    """What a viewer shows.

    Parameters
    ----------
    voxel : (x, y, z) of the crosshair in the RAS+ volume; the three slices meet there.
    lesion : number of the lesion that holds it, where one does.
    """

    voxel: Voxel
    lesion: int | None = None


Follow = Callable[[ViewerState], None]


class Hand(Protocol):
    """Takes what is drawn in a viewer. Whatever the browser says is passed on as it is."""

    @property
    def state(self) -> dict[str, float]:
        """Numbers of the last edit ``applied``, of those to ``undo`` and to ``redo``."""

    def take(self, edits: Any) -> bool:
        """Take edits that may have been taken before; tells whether anything is new."""


def slice_viewer(
    volume: Volume,
    segmentation: Layers | None,
    *,
    key: str,
    goto: Voxel | None = None,
    selected: int | None = None,
    follow: Follow | None = None,
    hand: Hand | None = None,
) -> ViewerState:
    """Draw the viewer; moving in it reruns nothing but the viewer.

    Parameters
    ----------
    volume : the scan.
    segmentation : its labels and probabilities, or None while there are none.
    key : name of this viewer; its position is kept in the session under it.
    goto : voxel (x, y, z) to jump to, once for every change of the value. After the jump
        the user is free to move on while the value stays.
    selected : number of the lesion whose outline lights up.
    follow : draws below the viewer what depends on its position; it is called again after
        every move, so it must be quick.
    hand : takes what the visitor draws; None where nothing can be drawn. The page runs again
        after each edit.

    Returns
    -------
    ViewerState
        The position when the page was drawn; `viewer_state` gives the present one.
    """
    memory = recall(MEMORIES.get(of=key), volume, segmentation)
    memory = jump(memory, volume, goto)
    MEMORIES.put(memory, of=key)
    _live_viewer(volume, segmentation, key, selected, follow, hand)
    return viewer_state(key) or _state_of(memory)


def viewer_state(key: str) -> ViewerState | None:
    """Tell where the viewer `key` stands; None before it was drawn."""
    memory = MEMORIES.get(of=key)
    return None if memory is None else _state_of(memory)


def redraw(key: str) -> None:
    """Send the slices of the viewer `key` anew: what was drawn in the browser does not hold."""
    memory = MEMORIES.get(of=key)
    if memory is not None:
        MEMORIES.put(replace(memory, scene=memory.scene.anew()), of=key)


def _state_of(memory: Memory) -> ViewerState:
    return ViewerState(memory.voxel, memory.scene.lesion_at(memory.voxel))


def rearm(key: str) -> None:
    """Let the next jump of the viewer `key` be made even if it leads where the last one led."""
    memory = MEMORIES.get(of=key)
    if memory is not None:
        MEMORIES.put(replace(memory, goto=None), of=key)


@st.fragment
def _live_viewer(
    volume: Volume,
    segmentation: Layers | None,
    key: str,
    selected: int | None,
    follow: Follow | None,
    hand: Hand | None,
) -> None:
    said = st.session_state.get(_component_key(key)) or {}
    if hand is not None and hand.take(said.get("edits")):
        st.rerun()
    request = read_request(said.get("request"), volume.shape)
    memory = MEMORIES.get(of=key)
    assert memory is not None
    memory, slices = serve(memory, request)
    MEMORIES.put(memory, of=key)
    position = {"voxel": memory.voxel, "jumps": memory.jumps, "answer": memory.served}
    drawn = {"editing": False} if hand is None else {"editing": True, **hand.state}
    shown = answer(
        volume,
        segmentation,
        memory.scene,
        slices,
        memory.slab,
        key=key,
        selected=selected,
        **position,
        **drawn,
    )
    _component(
        key=_component_key(key),
        data=shown,
        on_request_change=_rerun_is_enough,
        on_edits_change=_rerun_is_enough,
    )
    if follow is not None:
        follow(_state_of(memory))


def _rerun_is_enough() -> None:
    """Declare the request as state of the component; the rerun itself reads it."""


def _component_key(key: str) -> str:
    return f"{key}.component"
