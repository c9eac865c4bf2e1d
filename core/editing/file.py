"""Edits as a file: JSON that names the labels it begins with, so that it is replayed on no others.

Nothing in it is trusted: every field is checked, and what is not known is refused.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, fields, is_dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from core.editing.edits import (
    Between,
    Correction,
    Edit,
    Fill,
    Lesion,
    Marked,
    Merge,
    Polygon,
    Smooth,
    Split,
    Stroke,
)
from core.errors import BadEdits

FORMAT = "hepatoscope-edits-1"
KINDS: dict[str, type[Any]] = {
    kind.__name__.lower(): kind
    for kind in (Stroke, Polygon, Marked, Fill, Smooth, Between, Lesion, Split, Merge)
}
MOST_BYTES, MOST_EDITS, MOST_PLACES = 64_000_000, 100_000, 20_000
MOST_NUMBER = 100_000
# What a value raises that is none of its type.
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, OverflowError)
UNREADABLE = "These corrections cannot be read ({what}); save them again where they were made."


def labels_digest(labels: NDArray[np.uint8]) -> str:
    """SHA-256 of labels [X, Y, Z] and their shape."""
    named = f"{labels.shape}".encode() + np.ascontiguousarray(labels).tobytes()
    return sha256(named).hexdigest()


def edits_to_json(
    edits: Sequence[Correction], start: NDArray[np.uint8], scan: str, made_from: dict[str, Any]
) -> bytes:
    """Write edits.

    Parameters
    ----------
    start : labels [X, Y, Z] that they begin with.
    scan : digest of the scan.
    made_from : where those labels came from, such as preset and weights; told, not read.
    """
    told = {
        "format": FORMAT,
        "scan": scan,
        "starts_from": {"labels": labels_digest(start), "shape": start.shape, **made_from},
        "edits": [edit_to_dict(one) for one in edits],
    }
    return json.dumps(told, indent=1).encode() + b"\n"


def edit_to_dict(made: Correction) -> dict[str, Any]:
    """Write one edit as plain values."""
    kind = type(made.edit).__name__.lower()
    return {"by": made.by, "at": made.at, "kind": kind, "what": asdict(made.edit)}


def key_of(corrections: Sequence[Correction]) -> str:
    """Name a list of corrections by what they are; empty for none."""
    if not corrections:
        return ""
    told = json.dumps([edit_to_dict(one) for one in corrections])
    return sha256(told.encode()).hexdigest()[:16]


def read_edits(path: Path) -> bytes:
    """Read a file of edits, no more than is allowed; BadEdits where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadEdits(
            f"There is no file “{path.name}” of corrections that can be read."
        ) from error


def edits_from_json(content: bytes, start: NDArray[np.uint8]) -> tuple[Correction, ...]:
    """Read edits that begin with the labels `start` [X, Y, Z].

    Raises
    ------
    BadEdits
        They cannot be read, or begin with other labels.
    """
    if len(content) > MOST_BYTES:
        raise BadEdits(f"More than {MOST_BYTES / 1e6:.0f} MB of corrections are not read.")
    try:
        told = json.loads(content)
        if not isinstance(told, dict) or told.get("format") != FORMAT:
            raise BadEdits(UNREADABLE.format(what=f"no file of the format {FORMAT}"))
        begins, listed = told["starts_from"]["labels"], told["edits"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadEdits(UNREADABLE.format(what="damaged")) from error
    if begins != labels_digest(start):
        raise BadEdits(
            "These corrections begin with other labels; give the labels that they were made on, "
            "as they were before the first correction."
        )
    if not isinstance(listed, list) or len(listed) > MOST_EDITS:
        raise BadEdits(UNREADABLE.format(what=f"more than {MOST_EDITS:,} edits"))
    return tuple(edit_from_dict(one, number) for number, one in enumerate(listed, start=1))


def edit_from_dict(told: Any, number: int = 1) -> Correction:
    """Read one edit, the `number`-th; BadEdits where it is none."""
    try:
        edit: Edit = value_of(KINDS[told["kind"]], told["what"])
        return Correction(
            edit, value_of(str, told.get("by", "")), value_of(str, told.get("at", ""))
        )
    except MALFORMED as error:
        raise BadEdits(UNREADABLE.format(what=f"edit {number} is none")) from error


def value_of(hint: Any, told: Any) -> Any:
    """Read a value of the type `hint`; one of `MALFORMED` where it is none."""
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        if not isinstance(told, dict) or set(told) - set(hints):
            raise ValueError("unknown fields")
        known = {one.name for one in fields(hint) if one.name in told}
        return hint(**{name: value_of(hints[name], told[name]) for name in known})
    if get_origin(hint) is UnionType:
        return None if told is None else value_of(get_args(hint)[0], told)
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint), told)
    if issubclass(hint, StrEnum):
        return hint(told)
    if type(told) is not hint and not (hint is float and type(told) is int):
        raise TypeError(f"no {hint.__name__}")
    if hint in (int, float) and not (math.isfinite(told) and abs(told) <= MOST_NUMBER):
        raise ValueError("out of range")
    return hint(told)


def _tuple(kinds: tuple[Any, ...], told: Any) -> tuple[Any, ...]:
    if not isinstance(told, list | tuple):
        raise TypeError("no list")
    if kinds[-1] is ...:
        if not 0 < len(told) <= MOST_PLACES:
            raise ValueError("no places, or too many")
        return tuple(value_of(kinds[0], one) for one in told)
    if len(told) != len(kinds):
        raise ValueError("of another length")
    return tuple(value_of(kind, one) for kind, one in zip(kinds, told, strict=True))
