"""What the map in the browser and Python say to each other."""

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Bits of a point's flags; paint.js has the same.
CHOSEN, OWN, NEAR, CLICKED = 1, 2, 4, 8

RGB = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Points:
    """What a map shows.

    Parameters
    ----------
    layout : names the positions; another layout is fitted into view anew.
    positions : float32 [N, 2].
    values : what the color says, float32 [N]; NaN or, of categories, below 0: none.
    title : of the values.
    palette : colors from the lowest to the highest value, or one a category.
    names : of the categories by their code; empty where values are continuous.
    flags : uint8 [N], sums of `CHOSEN`, `OWN`, `NEAR` and `CLICKED`.
    token : of the pictures in the browser.
    label : what the map shows, for those who cannot see it.
    """

    layout: str
    positions: NDArray[np.float32]
    values: NDArray[np.float32]
    title: str
    palette: Sequence[RGB]
    names: Mapping[int, str]
    flags: NDArray[np.uint8]
    token: str
    label: str


@dataclass(frozen=True, eq=False)
class Area:
    """Something was drawn around: the corners [K, 2] on the map."""

    polygon: NDArray[np.float32]


@dataclass(frozen=True)
class Patch:
    """The patch of this row was clicked."""

    index: int


@dataclass(frozen=True)
class Clear:
    """The choice was given up."""


Done = Area | Patch | Clear


def points_message(points: Points) -> bytes:
    """Write what the map component is given."""
    defined = points.values[np.isfinite(points.values)]
    low, high = (float(defined.min()), float(defined.max())) if len(defined) else (0.0, 1.0)
    header = {
        "layout": points.layout,
        "title": points.title,
        "palette": list(points.palette),
        "range": [low, high],
        "categorical": bool(points.names),
        "names": {str(code): name for code, name in points.names.items()},
        "token": points.token,
        "label": points.label,
        "serial": int(points.flags.astype(np.int64).sum()),
    }
    arrays: dict[str, NDArray[Any]] = {
        "positions": np.ascontiguousarray(points.positions, np.float32),
        "values": points.values.astype(np.float32),
        "flags": points.flags,
    }
    return message(header, arrays)


def message(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Write a header and arrays: four bytes with the header's length, the header, the arrays."""
    blobs = {name: array.tobytes() for name, array in arrays.items()}
    listed = [
        {"name": name, "kind": str(arrays[name].dtype), "bytes": len(blob)}
        for name, blob in blobs.items()
    ]
    text = json.dumps({**header, "arrays": listed}).encode()
    return b"".join((struct.pack("<I", len(text)), text, *blobs.values()))


def read_done(said: Any, layout: str, count: int) -> Done | None:
    """Read what the browser says, which may be anything; None unless it is of this `layout`."""
    if not isinstance(said, Mapping) or said.get("layout") != layout:
        return None
    try:
        match said["kind"]:
            case "area":
                corners = [(float(x), float(y)) for x, y in said["polygon"]]
                whole = len(corners) > 2 and all(map(math.isfinite, sum(corners, ())))
                return Area(np.array(corners, np.float32)) if whole else None
            case "patch":
                index = int(said["index"])
                return Patch(index) if 0 <= index < count else None
            case "clear":
                return Clear()
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return None
