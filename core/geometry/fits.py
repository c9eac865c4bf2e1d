"""How axial slices sit in the square a network sees, and exactly back again."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def axial_view(array: NDArray[Any]) -> NDArray[Any]:
    """Show a RAS+ array [X, Y, Z] as axial slices [Z, rows, columns], a view.

    Radiological convention: anterior up, the patient's right on the left.
    """
    return array.transpose(2, 1, 0)[:, ::-1, ::-1]


def from_axial_view(slices: NDArray[Any]) -> NDArray[Any]:
    """Undo `axial_view`: slices [Z, rows, columns] to a RAS+ array [X, Y, Z], a view."""
    return slices[:, ::-1, ::-1].transpose(2, 1, 0)


@dataclass(frozen=True)
class Box:
    """A rectangle of an axial slice, in pixels, as slicing takes them."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def rows(self) -> int:
        """Pixels from top to bottom."""
        return self.bottom - self.top

    @property
    def columns(self) -> int:
        """Pixels from left to right."""
        return self.right - self.left

    @property
    def inside(self) -> tuple[slice, slice, slice]:
        """Index of the rectangle in slices [N, rows, columns]."""
        return slice(None), slice(self.top, self.bottom), slice(self.left, self.right)


def box_around(mask: NDArray[np.bool_], margin: float) -> Box:
    """Box of all that slices [N, rows, columns] mark, widened by a share of its sides.

    An empty mask has the whole slice for a box.
    """
    seen = mask.any(axis=0)
    edges: list[tuple[int, int]] = []
    for line, pixels in zip((np.any(seen, 1), np.any(seen, 0)), seen.shape, strict=True):
        marked = np.flatnonzero(line)
        if not len(marked):
            return Box(0, seen.shape[0], 0, seen.shape[1])
        spare = round(margin * (marked[-1] + 1 - marked[0]))
        edges.append((max(0, int(marked[0]) - spare), min(pixels, int(marked[-1]) + 1 + spare)))
    return Box(*edges[0], *edges[1])


@dataclass(frozen=True)
class SliceFit:
    """How a native slice, or a box of it, sits in the network's square, its aspect ratio kept.

    Parameters
    ----------
    rows, columns : pixels of the native slice.
    box : the part of it that is shown.
    size : side of the square in pixels.
    inner_rows, inner_columns : pixels of the square that the box fills; the rest is margin.
    """

    rows: int
    columns: int
    box: Box
    size: int
    inner_rows: int
    inner_columns: int

    @classmethod
    def of(
        cls,
        rows: int,
        columns: int,
        pixel_mm: tuple[float, float],
        size: int,
        box: Box | None = None,
    ) -> "SliceFit":
        """Fit a slice of `rows` x `columns` pixels of `pixel_mm` (row, column) into `size`."""
        box = box or Box(0, rows, 0, columns)
        height, width = box.rows * pixel_mm[0], box.columns * pixel_mm[1]
        side = max(height, width)
        inner_rows = max(1, round(size * height / side))
        inner_columns = max(1, round(size * width / side))
        return cls(rows, columns, box, size, inner_rows, inner_columns)

    @property
    def _inside(self) -> tuple[slice, slice]:
        top = (self.size - self.inner_rows) // 2
        left = (self.size - self.inner_columns) // 2
        return slice(top, top + self.inner_rows), slice(left, left + self.inner_columns)

    def shrink(self, slices: NDArray[Any]) -> NDArray[Any]:
        """Bring slices [N, rows, columns] (uint8 or float32) to [N, size, size], margins 0."""
        return self.fill(slices[self.box.inside])

    def fill(self, shown: NDArray[Any]) -> NDArray[Any]:
        """Bring what the box cuts out of slices (uint8 or float32) to [N, size, size]."""
        squares = np.zeros((len(shown), self.size, self.size), shown.dtype)
        squares[(slice(None), *self._inside)] = resize(shown, self.inner_rows, self.inner_columns)
        return squares

    def restore(self, squares: NDArray[Any]) -> NDArray[Any]:
        """Bring maps [N, size, size] back to native slices [N, rows, columns], 0 off the box."""
        shown = resize(squares[(slice(None), *self._inside)], self.box.rows, self.box.columns)
        if self.box == Box(0, self.rows, 0, self.columns):
            return shown
        slices = np.zeros((len(squares), self.rows, self.columns), squares.dtype)
        slices[self.box.inside] = shown
        return slices


def resize(slices: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
    """Resize slices [N, H, W] (uint8 or float32) bilinearly, antialiased when shrinking."""
    resized = np.empty((len(slices), rows, columns), slices.dtype)
    for target, image in zip(resized, slices, strict=True):
        picture = Image.fromarray(np.ascontiguousarray(image))
        target[...] = picture.resize((columns, rows), Image.Resampling.BILINEAR)
    return resized
