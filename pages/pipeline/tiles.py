"""Pictures to choose from: the stages as a strip, channels as a sheet, layers as a U."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from pages.common import inline

FOLDER = Path(__file__).parent / "assets"
STRIP, SHEET, LETTER = "strip", "sheet", "letter"

_tiles = st.components.v2.component(
    "hepatoscope_tiles",
    html="<nav></nav>",
    css=inline.text(FOLDER, "tiles.css"),
    js=inline.text(FOLDER, "tiles.js"),
)


@dataclass(frozen=True)
class Tile:
    """One picture to choose.

    Parameters
    ----------
    picture : WebP; without one, `sign` stands in its place.
    place : CSS grid area, for the layers of a U.
    """

    name: str
    title: str
    note: str = ""
    picture: bytes | None = None
    sign: str = ""
    place: str = ""
    bottom: bool = False

    def message(self) -> dict[str, Any]:
        """Write it for the browser."""
        return {
            "name": self.name,
            "title": self.title,
            "note": self.note,
            "tip": f"{self.title} {self.note}".strip(),
            "image": "" if self.picture is None else _data_url(self.picture),
            "sign": self.sign,
            "place": self.place,
            "bottom": self.bottom,
        }


def tiles(
    shown: Sequence[Tile],
    chosen: str,
    *,
    key: str,
    layout: str,
    label: str,
    on_pick: Callable[[str], None],
    links: Sequence[tuple[str, str]] = (),
    pixels: bool = False,
) -> None:
    """Draw tiles; `on_pick` is called with the name of the one that was clicked.

    Parameters
    ----------
    links : text and CSS grid area of the arrows between the layers of a U.
    pixels : show pixels as they are.
    """

    def picked() -> None:
        said = st.session_state.get(key)
        name = said.get("picked") if said else None
        if name in {tile.name for tile in shown}:
            on_pick(name)

    _tiles(
        key=key,
        data={
            "tiles": [tile.message() for tile in shown],
            "chosen": chosen,
            "layout": layout,
            "label": label,
            "links": [{"text": text, "place": place} for text, place in links],
            "pixels": pixels,
        },
        on_picked_change=picked,
    )


def _data_url(picture: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"
