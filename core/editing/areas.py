"""Which voxels an edit means."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.editing.edits import Marked, Polygon, Stroke, Voxel
from core.errors import BadEdits
from core.geometry.slices import Plane

Spacing = tuple[float, float, float]
Region = tuple[slice, slice, slice]
OUTSIDE = "That lies outside of the scan, so nothing was changed; draw on the slice."


@dataclass(frozen=True, eq=False)
class Area:
    """Voxels of a box.

    Parameters
    ----------
    region : the box in the volume.
    mask : bool [X, Y, Z] of the box.
    """

    region: Region
    mask: NDArray[np.bool_]


def stroke_area(stroke: Stroke, shape: Voxel, spacing: Spacing) -> Area:
    """Find the voxels whose middles a brush came over, by distances in mm.

    Raises BadEdits where there are none.
    """
    path = np.array(stroke.path, np.float64).reshape(-1, 3)
    step = np.array(spacing)
    reach = np.full(3, stroke.radius_mm) / step
    if stroke.plane is not None:
        # On its slice alone, whatever the hand did along the third axis.
        path[:, stroke.plane.axis] = round(float(path[0, stroke.plane.axis]))
        reach[stroke.plane.axis] = 0
    region = _box(path.min(axis=0) - reach, path.max(axis=0) + reach, shape)
    mask = np.zeros([side.stop - side.start for side in region], bool)
    start = np.array([side.start for side in region])
    # A dab is a line that ends where it begins.
    for one, other in pairwise([*path, path[-1]]):
        low, high = np.minimum(one, other) - reach, np.maximum(one, other) + reach
        try:
            part = _box(low, high, shape)
        except BadEdits:
            continue
        inside = tuple(
            slice(side.start - first, side.stop - first)
            for side, first in zip(part, start, strict=True)
        )
        axes = [np.arange(side.start, side.stop) for side in part]
        mask[inside] |= _near(axes, one, other, step) <= stroke.radius_mm**2
    if not mask.any():
        raise BadEdits(OUTSIDE)
    return Area(region, mask)


def _near(
    axes: Sequence[NDArray[np.int64]],
    one: NDArray[np.float64],
    other: NDArray[np.float64],
    step: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Squared distance in mm of each voxel of a box from the line between two places."""
    away = [(axis - start) * size for axis, start, size in zip(axes, one, step, strict=True)]
    line = (other - one) * step
    length = float(line @ line)
    x, y, z = np.meshgrid(*away, indexing="ij", sparse=True)
    along = (x * line[0] + y * line[1] + z * line[2]) / length if length else np.zeros(1)
    share = np.clip(along, 0, 1)
    distance: NDArray[np.float64] = (
        (x - share * line[0]) ** 2 + (y - share * line[1]) ** 2 + (z - share * line[2]) ** 2
    )
    return distance


def polygon_area(polygon: Polygon, shape: Voxel) -> Area:
    """Find the voxels of a slice whose middles a polygon holds; BadEdits where there are none."""
    from skimage.draw import polygon2mask

    corners = np.array(polygon.corners, np.float64).reshape(-1, 3)
    axis = polygon.plane.axis
    corners[:, axis] = round(float(corners[0, axis]))
    # Half a voxel more, so that what lies between two middles is in the scan, if in no voxel.
    room = np.where(np.arange(3) == axis, 0, 0.5)
    region = _box(corners.min(axis=0) - room, corners.max(axis=0) + room, shape)
    sides = [side for at, side in enumerate(region) if at != axis]
    flat = np.delete(corners, axis, axis=1) - [side.start for side in sides]
    sheet = polygon2mask([side.stop - side.start for side in sides], flat)
    mask = np.expand_dims(sheet, axis)
    if not mask.any():
        raise BadEdits("The polygon holds no voxel, so nothing was changed; draw it larger.")
    return Area(region, mask)


def marked_area(marked: Marked, shape: Voxel) -> Area:
    """Find voxels that were kept; BadEdits where they do not lie in the volume."""
    ends = [corner + size for corner, size in zip(marked.corner, marked.size, strict=True)]
    if min(marked.corner) < 0 or any(end > side for end, side in zip(ends, shape, strict=True)):
        raise BadEdits(OUTSIDE)
    x, y, z = (slice(first, end) for first, end in zip(marked.corner, ends, strict=True))
    return Area((x, y, z), marked.mask)


def sheet_region(plane: Plane, index: int, shape: Voxel) -> Region:
    """Name one slice of a volume; BadEdits where it has no such slice."""
    if not 0 <= index < shape[plane.axis]:
        raise BadEdits(OUTSIDE)
    x, y, z = (
        slice(index, index + 1) if axis == plane.axis else slice(0, size)
        for axis, size in enumerate(shape)
    )
    return x, y, z


def _box(low: NDArray[np.float64], high: NDArray[np.float64], shape: Voxel) -> Region:
    first = np.maximum(np.ceil(low), 0).astype(int)
    last = np.minimum(np.floor(high), np.array(shape) - 1).astype(int)
    if (first > last).any():
        raise BadEdits(OUTSIDE)
    x, y, z = (slice(int(a), int(b) + 1) for a, b in zip(first, last, strict=True))
    return x, y, z
