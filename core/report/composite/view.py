"""Which part of which slice a panel shows, and where a voxel comes to lie on it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.geometry.components import largest_component
from core.geometry.fits import Box, box_around
from core.geometry.slices import Plane, slice_of
from core.geometry.windows import Window, apply_window
from core.volume import Volume

BODY_HU = -400
MARGIN = 0.06


@dataclass(frozen=True)
class View:
    """A box of a displayed slice in a square panel, its pixels made square.

    Parameters
    ----------
    plane, index : the slice, as `core.geometry.slices.slice_of` shows it.
    box : the part of it that is seen.
    pixel_mm : height and width of its pixels.
    side : of the panel in pixels.
    """

    plane: Plane
    index: int
    box: Box
    pixel_mm: tuple[float, float]
    side: int

    @cached_property
    def per_mm(self) -> float:
        """Pixels of the panel that a millimeter takes."""
        height, width = self.box.rows * self.pixel_mm[0], self.box.columns * self.pixel_mm[1]
        return self.side / max(height, width)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels that the box takes of the panel."""
        width = self.box.columns * self.pixel_mm[1] * self.per_mm
        height = self.box.rows * self.pixel_mm[0] * self.per_mm
        return max(1, round(width)), max(1, round(height))

    @property
    def corner(self) -> tuple[int, int]:
        """Left and top of the box in the panel."""
        width, height = self.size
        return (self.side - width) // 2, (self.side - height) // 2

    def place(self, column: float, row: float) -> tuple[float, float]:
        """Bring a point of the slice, whole numbers being pixel centers, to the panel's x, y."""
        left, top = self.corner
        x = left + (column + 0.5 - self.box.left) * self.pixel_mm[1] * self.per_mm
        y = top + (row + 0.5 - self.box.top) * self.pixel_mm[0] * self.per_mm
        return x, y

    def enlarge(self, image: NDArray[np.uint8] | NDArray[np.float32]) -> Image.Image:
        """Enlarge a slice [rows, columns] smoothly to `size`, the box alone."""
        edges = (self.box.left, self.box.top, self.box.right, self.box.bottom)
        whole = Image.fromarray(np.ascontiguousarray(image))
        return whole.resize(self.size, Image.Resampling.BICUBIC, edges)


def view_of(
    volume: Volume, plane: Plane, index: int, side: int, shown: NDArray[np.bool_] | None = None
) -> View:
    """Look at slice `index`: at what `shown` [rows, columns] marks in it, else at the body."""
    hu = slice_of(volume.hu, plane, index)
    rows_mm = volume.spacing[1 if plane is Plane.AXIAL else 2]
    pixel_mm = (rows_mm, volume.spacing[1 if plane is Plane.SAGITTAL else 0])
    # The largest component leaves the table out.
    marked = largest_component(hu[None] > BODY_HU)[0] if shown is None else shown
    box = squared(box_around(marked[None], MARGIN), pixel_mm, (hu.shape[0], hu.shape[1]))
    return View(plane, index, box, pixel_mm, side)


def squared(box: Box, pixel_mm: tuple[float, float], shape: tuple[int, int]) -> Box:
    """Widen `box` towards a square in millimeters, as far as the slice of `shape` reaches."""
    side = max(box.rows * pixel_mm[0], box.columns * pixel_mm[1])
    rows, columns = (round(side / step) for step in pixel_mm)
    top, bottom = _widened(box.top, box.bottom, rows, shape[0])
    left, right = _widened(box.left, box.right, columns, shape[1])
    return Box(top, bottom, left, right)


def _widened(start: int, stop: int, length: int, limit: int) -> tuple[int, int]:
    length = min(max(length, stop - start), limit)
    begin = min(max(0, (start + stop - length) // 2), limit - length)
    return begin, begin + length


def gray_panel(volume: Volume, view: View, window: Window) -> Image.Image:
    """Draw the scan alone on a black panel, RGB."""
    gray = apply_window(slice_of(volume.hu, view.plane, view.index), window)
    panel = Image.new("RGB", (view.side, view.side))
    panel.paste(view.enlarge(gray).convert("RGB"), view.corner)
    return panel
