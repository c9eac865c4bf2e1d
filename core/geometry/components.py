"""Where a mask lies and which pieces it falls into."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Region = tuple[slice, slice, slice]

# Lesions that share an edge or a corner are one.
CONNECTIVITY: Final = 26
# Sagittal sheets at a time.
SLAB = 16


@dataclass(frozen=True, eq=False)
class Components:
    """The pieces of a mask, numbered from 1 by size; the lists are in that order.

    Parameters
    ----------
    numbered : int32 [X, Y, Z], 0 where there is none.
    voxels : volume of each in voxels.
    regions : smallest box around each.
    centroids : of each, in voxels.
    """

    numbered: NDArray[np.int32]
    voxels: list[int]
    regions: list[Region]
    centroids: list[NDArray[np.float64]]


def bounding_box(mask: NDArray[np.bool_]) -> Region | None:
    """Find the smallest box around a boolean `mask` [X, Y, Z]; None if it is empty.

    Raises ValueError if `mask` is not 3-D.
    """
    if mask.ndim != 3:
        raise ValueError(f"expected a 3-D mask, got shape {mask.shape}")
    return _box(np.any(mask, axis=2), np.any(mask, axis=0))


def _box(from_above: NDArray[np.bool_], from_the_side: NDArray[np.bool_]) -> Region | None:
    """Find the box of what throws such shadows, [X, Y] and [Y, Z]."""
    if not from_above.any():
        return None
    x, y, z = (
        _span(np.any(shadow, axis=axis))
        for shadow, axis in ((from_above, 1), (from_above, 0), (from_the_side, 0))
    )
    return x, y, z


def box_where(
    array: NDArray[Any], marked: Callable[[NDArray[Any]], NDArray[np.bool_]]
) -> Region | None:
    """Find the smallest box around all that is `marked` in an array [X, Y, Z]; None without any.

    As `bounding_box` of ``marked(array)``, which is never made whole: it would be as large as
    the scan.
    """
    from_above = np.zeros(array.shape[:2], bool)
    from_the_side = np.zeros(array.shape[1:], bool)
    for first in range(0, len(array), SLAB):
        mask = marked(array[first : first + SLAB])
        from_above[first : first + SLAB] = mask.any(axis=2)
        from_the_side |= mask.any(axis=0)
    return _box(from_above, from_the_side)


def find_components(mask: NDArray[np.bool_]) -> Components:
    """Part a boolean `mask` [X, Y, Z] into its 26-connected components."""
    import cc3d

    numbered = np.zeros(mask.shape, np.int32)
    box = bounding_box(mask)
    if box is None:
        return Components(numbered, [], [], [])
    labelled = _unpadded(cc3d.connected_components(_padded(mask[box]), connectivity=CONNECTIVITY))
    found = cc3d.statistics(labelled)
    voxels = found["voxel_counts"][1:].astype(np.int64)
    order = np.argsort(-voxels, kind="stable")
    number = np.zeros(len(voxels) + 1, np.int32)
    number[order + 1] = np.arange(1, len(voxels) + 1)
    numbered[box] = number[labelled]
    start = [side.start for side in box]
    return Components(
        numbered,
        voxels[order].tolist(),
        [moved(found["bounding_boxes"][index + 1], box) for index in order],
        list(found["centroids"][1:][order] + start),
    )


def largest_component(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the largest 6-connected component of `mask` [X, Y, Z]; empty stays empty."""
    import cc3d

    box = bounding_box(mask)
    # Not `zeros_like`, which writes them: memory that nobody has written to costs nothing.
    largest = np.zeros(mask.shape, bool)
    if box is not None:
        found = cc3d.largest_k(_padded(mask[box]), k=1, connectivity=6)
        largest[box] = _unpadded(found).astype(bool)
    return largest


def drop_small(mask: NDArray[np.bool_], min_voxels: float) -> NDArray[np.bool_]:
    """Drop 26-connected components of `mask` [X, Y, Z] below `min_voxels`."""
    import cc3d

    if min_voxels <= 1 or not mask.any():
        return mask
    kept = cc3d.dust(_padded(mask), threshold=min_voxels, connectivity=CONNECTIVITY)
    return _unpadded(kept).astype(bool)


def _padded(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    # cc3d 4.1.1 makes no room for the components of a box that ends in one on every side.
    return np.pad(mask, 1)


def _unpadded(array: NDArray[np.generic]) -> NDArray[np.generic]:
    return np.ascontiguousarray(array[1:-1, 1:-1, 1:-1])


def _span(shadow: NDArray[np.bool_]) -> slice:
    hit = np.flatnonzero(shadow)
    return slice(int(hit[0]), int(hit[-1]) + 1)


def moved(box: Region, inside: Region) -> Region:
    """Give the place in a whole of a `box` that is counted in the box `inside` of it."""
    x, y, z = (
        slice(outer.start + side.start, outer.start + side.stop)
        for side, outer in zip(box, inside, strict=True)
    )
    return x, y, z


def widened(
    box: Region, shape: tuple[int, ...], by: list[float] | None = None
) -> tuple[slice, slice, slice]:
    """Widen a box on all sides by so many voxels along each axis, 1 unless told, in `shape`."""
    x, y, z = (
        slice(max(0, side.start - round(more)), min(size, side.stop + round(more)))
        for side, size, more in zip(box, shape, by or (1, 1, 1), strict=True)
    )
    return x, y, z
