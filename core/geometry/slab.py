"""Some axial slices of a scan, as a scan of their own."""

import numpy as np
from numpy.typing import NDArray

from core.volume import Grid, Volume


def slab_of(volume: Volume, part: slice, hu: NDArray[np.int16] | None = None) -> Volume:
    """Take the axial slices `part` of `volume`; its slices are so much farther apart.

    Parameters
    ----------
    part : start, stop and a positive step, as indexing takes them.
    hu : int16 [X, Y, N], shown instead of those slices' own Hounsfield units.

    Raises
    ------
    ValueError
        If `part` holds no slice, or `hu` has another shape than it.
    """
    start, stop, step = part.indices(volume.shape[2])
    own = volume.hu[..., start:stop:step]
    if not own.shape[2]:
        raise ValueError(f"expected slices of 0 to {volume.shape[2] - 1}, got {part}")
    if hu is not None and hu.shape != own.shape:
        raise ValueError(f"expected Hounsfield units of shape {own.shape}, got {hu.shape}")
    affine = volume.affine.copy()
    affine[:3, 3] += affine[:3, 2] * start
    affine[:3, 2] *= step
    shape = own.shape[0], own.shape[1], own.shape[2]
    shown = own if hu is None else hu
    shown.setflags(write=False)
    return Volume(
        shown,
        affine,
        Grid(shape, affine),
        volume.source,
        volume.digest,
        volume.notes,
        synthetic=volume.synthetic,
    )


def spread_slices(mask: NDArray[np.bool_], most: int, through: int | None = None) -> slice:
    """Choose at most `most` evenly spaced axial slices among those that `mask` [X, Y, Z] marks.

    Without any mark they are spread over the whole scan.

    Parameters
    ----------
    through : a slice that shall be one of them, where it lies in their range.
    """
    marked = np.flatnonzero(mask.any(axis=(0, 1)))
    first, last = (int(marked[0]), int(marked[-1])) if len(marked) else (0, mask.shape[2] - 1)
    step = -(-(last + 1 - first) // most)
    if through is not None and first <= through <= last:
        first += (through - first) % step
    return slice(first, last + 1, step)
