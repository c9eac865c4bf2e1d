"""The map of patches: points that are chosen, clicked and colored in the browser.

The browser draws; Python is told what was done (a polygon, a patch) and answers with flags. The
pictures of the patches go as an element of their own, so that they are sent once. It is our own
because plotly's WebGL scatter takes ten times as long where there is no GPU, as on most hosts:
``python -m bench.embeddings_page``.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from pages.common import inline
from pages.embeddings.exchange import Points, points_message

__all__ = ["Points", "patch_map", "patch_pictures"]

FOLDER = Path(__file__).parent / "assets"
# Later modules import from earlier ones.
MAP = ("packet.js", "view.js", "paint.js", "gestures.js", "tip.js", "map.js")
PICTURES = ("packet.js", "pictures.js")

_map = st.components.v2.component(
    "hepatoscope_patch_map",
    html=inline.text(FOLDER, "map.html"),
    css=inline.text(FOLDER, "map.css"),
    js=inline.script(FOLDER, MAP),
)
_pictures = st.components.v2.component(
    "hepatoscope_patch_pictures",
    html="<div></div>",
    js=inline.script(FOLDER, PICTURES),
)


def patch_map(points: Points, *, key: str, on_done: Callable[[], None]) -> None:
    """Draw a map; `on_done` is called when the visitor did something on it: see `done_on`."""
    _map(key=key, data=points_message(points), on_done_change=on_done)


def done_on(key: str) -> Any:
    """Tell what the visitor did last on the map `key`, as the browser says it."""
    said = st.session_state.get(key)
    return said.get("done") if said else None


def patch_pictures(message: bytes, *, key: str) -> None:
    """Hand the pictures of an atlas to all maps on the page; draws nothing."""
    _pictures(key=key, data=message)
