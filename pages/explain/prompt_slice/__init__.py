"""A slice to point at: clicks are points of a prompt, a drag is its box.

Our own, because plotly reports clicks on marks alone, not on any place of an image.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from core.foundation.sam.prompts import Place, Prompt
from pages.common import inline

__all__ = ["changed", "prompt_slice"]

FOLDER = Path(__file__).parent / "assets"
MOST_POINTS = 20

_slice = st.components.v2.component(
    "hepatoscope_prompt_slice",
    html=inline.text(FOLDER, "slice.html"),
    css=inline.text(FOLDER, "slice.css"),
    js=inline.script(FOLDER, ("slice.js",)),
)


def prompt_slice(
    image: str,
    label: str,
    prompt: Prompt,
    shape: tuple[int, int],
    *,
    key: str,
    on_change: Callable[[Prompt], None],
) -> None:
    """Draw a slice with its prompt; `on_change` is given the new prompt after a click or drag.

    Parameters
    ----------
    image : address of the picture.
    label : what it shows, for those who cannot see it.
    shape : (rows, columns) of the slice that the prompt counts in.
    """

    def act() -> None:
        said = st.session_state.get(key) or {}
        on_change(changed(prompt, said.get("act"), shape))

    _slice(
        key=key,
        data={"image": image, "label": label, "prompt": _shares(prompt, shape)},
        on_act_change=act,
    )


def changed(prompt: Prompt, act: Any, shape: tuple[int, int]) -> Prompt:
    """Change a prompt as the browser says, which may be anything; what is unknown changes nothing.

    Parameters
    ----------
    act : has a `kind`: `inside` or `outside` with a `place`, `box` with a `box`, `undo`, `clear`.
    shape : (rows, columns) of the slice; the browser counts in shares of it.
    """
    if not isinstance(act, Mapping):
        return prompt
    try:
        match act.get("kind"):
            case "inside" if len(prompt.inside) < MOST_POINTS:
                return replace(prompt, inside=(*prompt.inside, _place(act["place"], shape)))
            case "outside" if len(prompt.outside) < MOST_POINTS:
                return replace(prompt, outside=(*prompt.outside, _place(act["place"], shape)))
            case "box":
                left, top, right, bottom = act["box"]
                first, last = _place((left, top), shape), _place((right, bottom), shape)
                whole = first[0] < last[0] and first[1] < last[1]
                return replace(prompt, box=(*first, *last)) if whole else prompt
            case "undo":
                return _undone(prompt)
            case "clear":
                return Prompt()
    except (KeyError, TypeError, ValueError):
        return prompt
    return prompt


def _undone(prompt: Prompt) -> Prompt:
    """Take the box back, else the last point beside, else the last point inside."""
    if prompt.box is not None:
        return replace(prompt, box=None)
    if prompt.outside:
        return replace(prompt, outside=prompt.outside[:-1])
    return replace(prompt, inside=prompt.inside[:-1])


def _place(shares: Any, shape: tuple[int, int]) -> Place:
    """Turn shares of width and height to (column, row); whole numbers are middles of pixels."""
    across, down = (float(share) for share in shares)
    if not (math.isfinite(across) and math.isfinite(down)):
        raise ValueError(f"expected two numbers, got {shares}")
    rows, columns = shape
    column, row = min(max(across, 0), 1) * columns - 0.5, min(max(down, 0), 1) * rows - 0.5
    return round(column, 2), round(row, 2)


def _shares(prompt: Prompt, shape: tuple[int, int]) -> dict[str, Any]:
    rows, columns = shape

    def share(place: Place) -> list[float]:
        return [(place[0] + 0.5) / columns, (place[1] + 0.5) / rows]

    box = prompt.box
    return {
        "inside": [share(place) for place in prompt.inside],
        "outside": [share(place) for place in prompt.outside],
        "box": None if box is None else [*share(box[:2]), *share(box[2:])],
    }
