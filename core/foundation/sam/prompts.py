"""What SAM is asked about: points and a box, clicked or drawn from a mask."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.foundation.sam.masks import MaskSet
from core.foundation.sam.model import EncodedSlice, Sam, ask

Place = tuple[float, float]


@dataclass(frozen=True)
class Prompt:
    """One object that is meant, by points and a box of the slice; whole numbers: mid-pixel.

    Parameters
    ----------
    inside, outside : points (column, row) in the object and beside it.
    box : left, top, right, bottom of the object; None without.
    """

    inside: tuple[Place, ...] = ()
    outside: tuple[Place, ...] = ()
    box: tuple[float, float, float, float] | None = None

    def __bool__(self) -> bool:
        return bool(self.inside or self.outside or self.box)

    @property
    def several(self) -> bool:
        """Whether it is so vague, a single point, that three masks are worth having."""
        return len(self.inside) == 1 and not self.outside and self.box is None


def answer(sam: Sam, seen: EncodedSlice, prompt: Prompt) -> MaskSet:
    """Ask SAM for what `prompt` means: three masks for a single point, else one; best rated first.

    Raises ValueError where the prompt is empty.
    """
    places = (*prompt.inside, *prompt.outside)
    points = positive = box = None
    if places:
        points = np.array(places, np.float32)[None]
        positive = np.array([[True] * len(prompt.inside) + [False] * len(prompt.outside)])
    if prompt.box is not None:
        box = np.array([prompt.box], np.float32)
    logits, rated = ask(sam, seen, points, positive, box, several=prompt.several)
    found = MaskSet.of(seen.frame.restore(logits[0]), rated[0])
    return found.chosen(np.argsort(-found.rated, kind="stable"))


def draw_prompt(
    mask: NDArray[np.bool_],
    rng: np.random.Generator,
    *,
    inside: int = 1,
    outside: int = 0,
    box: bool = False,
) -> Prompt:
    """Draw a prompt from the mask [rows, columns] of one object, which must not be empty.

    Parameters
    ----------
    rng : decides the points; the same state draws the same ones.
    inside, outside : how many points in the object, and in the rest of its box widened by half.
    box : whether to add the object's box, corners in the middles of its outermost pixels.
    """
    rows, columns = np.nonzero(mask)
    if not len(rows):
        raise ValueError("nothing is marked, so no prompt can be drawn")
    edges = float(columns.min()), float(rows.min()), float(columns.max()), float(rows.max())
    return Prompt(
        _drawn(rng, rows, columns, inside),
        _drawn(rng, *_beside(mask), outside),
        edges if box else None,
    )


def _beside(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pixels around an object: in its box, widened by half of it and by two pixels at least."""
    sides: list[tuple[int, int]] = []
    for axis, size in enumerate(mask.shape):
        there = np.flatnonzero(mask.any(axis=1 - axis))
        room = max(2, (there[-1] + 1 - there[0]) // 2)
        sides.append((max(0, int(there[0]) - room), min(size, int(there[-1]) + 1 + room)))
    (top, bottom), (left, right) = sides
    rows, columns = np.nonzero(~mask[top:bottom, left:right])
    return rows + top, columns + left


def _drawn(
    rng: np.random.Generator, rows: NDArray[np.intp], columns: NDArray[np.intp], count: int
) -> tuple[Place, ...]:
    if not len(rows) or not count:
        return ()
    chosen = rng.choice(len(rows), min(count, len(rows)), replace=False)
    return tuple((float(columns[at]), float(rows[at])) for at in chosen)


def objects_of(mask: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Part a mask [rows, columns] into the objects to ask about, the largest first."""
    from scipy.ndimage import label

    numbered, count = label(mask, np.ones((3, 3)))
    parts = [numbered == number for number in range(1, count + 1)]
    return sorted(parts, key=np.count_nonzero, reverse=True)
