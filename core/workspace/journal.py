"""Corrections as they are made: a line for each, on the disk before the next one.

The first line names the labels that the corrections begin with, and how many of them the saved
case holds already. A process that is killed leaves at most half a line, which is left out.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.editing.edits import Correction
from core.editing.file import MALFORMED, MOST_BYTES, edit_from_dict, edit_to_dict
from core.editing.history import History
from core.errors import BadEdits

NAME = "edits.jsonl"


class Did(StrEnum):
    """What a line tells."""

    MADE = "made"
    UNDONE = "undone"
    REDONE = "redone"


@dataclass(frozen=True)
class Event:
    """One thing that a reader did.

    Parameters
    ----------
    correction : that was made; None where one was taken back, or made again.
    """

    did: Did
    correction: Correction | None = None


@dataclass(frozen=True)
class Head:
    """What a journal goes on from.

    Parameters
    ----------
    labels : digest of the labels before the first correction.
    saved : corrections that the saved case holds.
    """

    labels: str
    saved: int


def begin(folder: Path, head: Head) -> None:
    """Begin a journal in place of the one before."""
    fresh = folder / f"{NAME}.new"
    with fresh.open("w", encoding="utf-8") as file:
        _write(file, {"labels": head.labels, "saved": head.saved})
    fresh.replace(folder / NAME)


def append(folder: Path, events: Iterable[Event]) -> None:
    """Write down what was done; it is on the disk when this returns. Raises OSError."""
    with (folder / NAME).open("a", encoding="utf-8") as file:
        if _is_torn(folder / NAME):
            # What a full disk cut short is no part of the next line.
            _write(file, None)
        for event in events:
            made = {} if event.correction is None else edit_to_dict(event.correction)
            _write(file, {"do": str(event.did), **made})


def read(folder: Path) -> tuple[Head | None, list[Event]]:
    """Read a journal: what it goes on from, None without one, and what was done since.

    Raises BadEdits where what was written whole is no journal.
    """
    path = folder / NAME
    if not path.is_file():
        return None, []
    with path.open("rb") as file:
        lines = file.read(MOST_BYTES).split(b"\n")
    # After the last line break stands nothing, or what was not written to its end.
    told = [one for line in lines[:-1] if (one := _told(line)) is not None]
    if not told:
        return None, []
    try:
        head = Head(str(told[0]["labels"]), int(told[0]["saved"]))
        return head, [_event(one) for one in told[1:]]
    except MALFORMED as error:
        raise BadEdits(DAMAGED.format(name=folder.name)) from error


def replayed(history: History, events: Iterable[Event]) -> History:
    """Do again what a journal tells; BadEdits where that cannot be."""
    for event in events:
        if event.did is Did.UNDONE:
            history = history.undo()
        elif event.did is Did.REDONE:
            history = history.redo()
        elif event.correction is not None:
            history = history.made(event.correction)
    return history


DAMAGED = "The corrections of the case “{name}” are damaged; take it in again from its scan."


def _write(file: Any, told: dict[str, Any] | None) -> None:
    file.write(("" if told is None else json.dumps(told)) + "\n")
    file.flush()
    os.fsync(file.fileno())


def _is_torn(path: Path) -> bool:
    with path.open("rb") as file:
        if not file.seek(0, os.SEEK_END):
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"


def _told(line: bytes) -> dict[str, Any] | None:
    """Read a line; None for an empty one, and one that a full disk cut short."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _event(told: dict[str, Any]) -> Event:
    did = Did(told["do"])
    return Event(did, edit_from_dict(told) if did is Did.MADE else None)
