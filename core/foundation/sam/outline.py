"""A box that was drawn around something on a slice, and the outline that SAM gives it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.editing.edits import Marked, Pen, Place, marked
from core.errors import BadEdits
from core.foundation.sam.masks import MaskSet
from core.foundation.sam.prompts import Prompt
from core.geometry.slices import Plane, slice_of
from core.geometry.windows import LIVER_WINDOW, Window, apply_window
from core.metrics.overlap import overlap
from core.volume import Volume

Box = tuple[float, float, float, float]
# Is given the number of a slice, the slice as it is displayed, uint8 [rows, columns], the size of
# its pixels in mm (row, column), and what is meant on it.
Asked = Callable[[int, NDArray[np.uint8], tuple[float, float], Prompt], MaskSet]
# Axes of the volume along a displayed row, and down a displayed column.
ACROSS = {Plane.AXIAL: 0, Plane.CORONAL: 0, Plane.SAGITTAL: 1}
DOWN = {Plane.AXIAL: 1, Plane.CORONAL: 2, Plane.SAGITTAL: 2}


# Carried on, an outline fades where it shares less than this IoU with the slice before, or where
# what it holds is so many HU from what it held at first; it goes no further than so many slices.
LEAST_SHARED, MOST_HU, MOST_CARRIED = 0.5, 30.0, 15
# Pixels that a box is widened by on the next slice, where the outline may have grown.
ROOM = 1


def outline_in_box(
    volume: Volume,
    plane: Plane,
    corners: tuple[Place, Place],
    pen: Pen,
    ask: Asked,
    *,
    carry: bool = False,
    window: Window = LIVER_WINDOW,
) -> Marked:
    """Outline what lies in a box on the slice of its first corner.

    Parameters
    ----------
    corners : of the box, voxels (x, y, z).
    carry : on to the slices around, each in the box of the one before, until it fades.

    Raises
    ------
    BadEdits
        The slice is not in the scan, or SAM sees nothing in the box.
    """
    index = round(corners[0][plane.axis])
    if not 0 <= index < volume.shape[plane.axis]:
        raise BadEdits("That slice is not in the scan; draw the box on a slice.")
    looked = _Looked(volume, plane, ask, window)
    first = looked.outline(index, looked.box_of(corners))
    if not first.any():
        raise BadEdits("SAM sees nothing in that box; draw it around what stands out.")
    sheets = {index: first}
    if carry:
        for way in (1, -1):
            sheets |= _carried(looked, index, first, way)
    low, high = min(sheets), max(sheets)
    shown = np.stack([sheets[at] for at in range(low, high + 1)])
    where = [np.flatnonzero(shown.any(axis=tuple({0, 1, 2} - {axis}))) for axis in (1, 2)]
    (top, bottom), (left, right) = ((int(at[0]), int(at[-1]) + 1) for at in where)
    rows, columns = first.shape
    part = shown[:, top:bottom, left:right][:, ::-1, ::-1]
    # [slice, down, across] to [X, Y, Z].
    mask = np.moveaxis(part.transpose(0, 2, 1), 0, plane.axis)
    corner = [0, 0, 0]
    corner[plane.axis] = low
    corner[ACROSS[plane]], corner[DOWN[plane]] = columns - right, rows - bottom
    how = f"SAM, a box on the {plane} slice {index + 1}"
    if carry:
        how += f", carried to slices {low + 1} to {high + 1}"
    return marked(pen, (corner[0], corner[1], corner[2]), mask, how)


@dataclass(frozen=True, eq=False)
class _Looked:
    """Slices of a volume as they are displayed, and what SAM answers about them."""

    volume: Volume
    plane: Plane
    ask: Asked
    window: Window

    def box_of(self, corners: tuple[Place, Place]) -> Box:
        """Bring the corners of a box (voxels) to a displayed slice: left, top, right, bottom."""
        across, down = ACROSS[self.plane], DOWN[self.plane]
        columns, rows = self.volume.shape[across], self.volume.shape[down]
        xs = sorted(_inside(columns - 1 - corner[across], columns) for corner in corners)
        ys = sorted(_inside(rows - 1 - corner[down], rows) for corner in corners)
        return xs[0], ys[0], xs[1], ys[1]

    def outline(self, index: int, box: Box) -> NDArray[np.bool_]:
        """Outline what lies in a box of a slice, bool [rows, columns]."""
        spacing = self.volume.spacing
        gray = apply_window(slice_of(self.volume.hu, self.plane, index), self.window)
        pixel = spacing[DOWN[self.plane]], spacing[ACROSS[self.plane]]
        return self.ask(index, gray, pixel, Prompt(box=box)).mask(0)

    def mean_hu(self, index: int, mask: NDArray[np.bool_]) -> float:
        """Mean density of a mask on a slice."""
        return float(slice_of(self.volume.hu, self.plane, index)[mask].mean())


def _carried(
    looked: _Looked, index: int, first: NDArray[np.bool_], way: int
) -> dict[int, NDArray[np.bool_]]:
    """Carry an outline on to the slices above (`way` 1) or below (-1), until it fades."""
    found: dict[int, NDArray[np.bool_]] = {}
    density, before = looked.mean_hu(index, first), first
    last = looked.volume.shape[looked.plane.axis] - 1
    for at in range(index + way, index + way * (MOST_CARRIED + 1), way):
        if not 0 <= at <= last:
            break
        mask = looked.outline(at, _around(before))
        shared = overlap(before, mask)
        if not mask.any() or shared.iou < LEAST_SHARED:
            break
        if abs(looked.mean_hu(at, mask) - density) > MOST_HU:
            break
        found[at] = before = mask
    return found


def _around(mask: NDArray[np.bool_]) -> Box:
    rows, columns = np.nonzero(mask)
    height, width = mask.shape
    return (
        _inside(columns.min() - ROOM, width),
        _inside(rows.min() - ROOM, height),
        _inside(columns.max() + ROOM, width),
        _inside(rows.max() + ROOM, height),
    )


def _inside(place: float, size: int) -> float:
    return min(max(float(place), 0.0), size - 1.0)
