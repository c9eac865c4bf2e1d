"""What a browser asks for: an edit as it is, or one that is found for the reader first."""

from dataclasses import dataclass
from typing import Any

from core.editing.edits import Edit, Pen, Place, Target, Voxel
from core.editing.file import MALFORMED, edit_from_dict, value_of
from core.errors import BadEdits
from core.geometry.slices import Plane


@dataclass(frozen=True)
class Boxed:
    """An outline of what lies in a box on a slice of `plane`, between two corners.

    Parameters
    ----------
    carry : on to the slices around, until it fades.
    """

    plane: Plane
    one: Place
    other: Place
    pen: Pen
    carry: bool = False


@dataclass(frozen=True)
class Grown:
    """What is connected to a voxel and looks like it."""

    at: Voxel
    pen: Pen


@dataclass(frozen=True)
class Bridged:
    """The slices that were left out nearest to the slice `index`."""

    plane: Plane
    index: int
    target: Target


@dataclass(frozen=True)
class Undone:
    """The last edit taken back, or made again."""

    again: bool


Wish = Edit | Boxed | Grown | Bridged | Undone
KINDS: dict[str, type[Any]] = {"box": Boxed, "grow": Grown, "between": Bridged}


def wish_from(told: Any) -> Wish:
    """Read what a browser says, which may be anything; BadEdits where it means nothing."""
    try:
        what = told["do"]
        if what in ("undo", "redo"):
            return Undone(what == "redo")
        if what == "edit":
            return edit_from_dict(told).edit
        wish: Wish = value_of(KINDS[what], told["what"])
        return wish
    except MALFORMED as error:
        raise BadEdits(
            "The browser asked for a correction that is not known; load the page anew."
        ) from error
