"""A box that was drawn around something on a slice, and the outline that SAM gives it."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.editing.edits import Marked, Pen, Place, marked
from core.errors import BadEdits
from core.foundation.sam.masks import MaskSet
from core.foundation.sam.prompts import Prompt
from core.geometry.slices import Plane, slice_of
from core.geometry.windows import LIVER_WINDOW, Window, apply_window
from core.volume import Volume

# Is given a slice as it is displayed, uint8 [rows, columns], the size of its pixels in mm (row,
# column), and what is meant on it.
Asked = Callable[[NDArray[np.uint8], tuple[float, float], Prompt], MaskSet]
# Axes of the volume along a displayed row, and down a displayed column.
ACROSS = {Plane.AXIAL: 0, Plane.CORONAL: 0, Plane.SAGITTAL: 1}
DOWN = {Plane.AXIAL: 1, Plane.CORONAL: 2, Plane.SAGITTAL: 2}


def outline_in_box(
    volume: Volume,
    plane: Plane,
    corners: tuple[Place, Place],
    pen: Pen,
    ask: Asked,
    window: Window = LIVER_WINDOW,
) -> Marked:
    """Outline what lies in a box on the slice of its first corner.

    Parameters
    ----------
    corners : of the box, voxels (x, y, z).

    Raises
    ------
    BadEdits
        The slice is not in the scan, or SAM sees nothing in the box.
    """
    index = round(corners[0][plane.axis])
    if not 0 <= index < volume.shape[plane.axis]:
        raise BadEdits("That slice is not in the scan; draw the box on a slice.")
    across, down = ACROSS[plane], DOWN[plane]
    gray = apply_window(slice_of(volume.hu, plane, index), window)
    rows, columns = gray.shape
    xs = sorted(_inside(columns - 1 - corner[across], columns) for corner in corners)
    ys = sorted(_inside(rows - 1 - corner[down], rows) for corner in corners)
    box = (xs[0], ys[0], xs[1], ys[1])
    pixel = volume.spacing[down], volume.spacing[across]
    shown = ask(gray, pixel, Prompt(box=box)).mask(0)
    sheet = shown[::-1, ::-1].T
    if not sheet.any():
        raise BadEdits("SAM sees nothing in that box; draw it around what stands out.")
    where = [np.flatnonzero(sheet.any(axis=1 - axis)) for axis in range(2)]
    first = [int(places[0]) for places in where]
    part = sheet[first[0] : int(where[0][-1]) + 1, first[1] : int(where[1][-1]) + 1]
    corner = [0, 0, 0]
    corner[plane.axis], corner[across], corner[down] = index, first[0], first[1]
    how = f"SAM, a box on the {plane} slice {index + 1}"
    mask = np.expand_dims(part, plane.axis)
    return marked(pen, (corner[0], corner[1], corner[2]), mask, how)


def _inside(place: float, size: int) -> float:
    return min(max(place, 0.0), size - 1.0)
