"""Where to look in a segmented scan: areas slice by slice, and the largest lesion."""

import numpy as np
from numpy.typing import NDArray

from core.geometry.calipers import measure_region
from core.geometry.components import box_where, find_components
from core.labels import TUMOR, tumor_mask


def axial_areas(
    labels: NDArray[np.uint8], spacing: tuple[float, float, float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Area of the organ (liver and tumor) and of the tumor on every axial slice.

    Parameters
    ----------
    labels : uint8 [X, Y, Z]: 0 background, 1 liver, 2 tumor.
    spacing : voxel size in mm along X, Y, Z.

    Returns
    -------
    organ, tumor : float64 [Z] each, in mm²; zeros where nothing is labelled.
    """
    organ = np.zeros(labels.shape[2], np.int64)
    tumor = np.zeros_like(organ)
    # A sagittal sheet at a time: a mask of the whole volume would double the memory.
    for sheet in labels:
        organ += np.count_nonzero(sheet, axis=0)
        tumor += np.count_nonzero(sheet == TUMOR, axis=0)
    pixel_mm2 = np.float64(spacing[0] * spacing[1])
    return organ * pixel_mm2, tumor * pixel_mm2


def largest_lesion(
    labels: NDArray[np.uint8], affine: NDArray[np.float64]
) -> tuple[int, int, int] | None:
    """Find a voxel (x, y, z) in the middle of the largest tumor; None without tumor.

    Parameters
    ----------
    labels : uint8 [X, Y, Z]: 0 background, 1 liver, 2 tumor.
    affine : (4, 4), voxel index to RAS millimeters.

    Returns
    -------
    tuple of int or None
        On the axial slice where the lesion with the most voxels is longest, which is the slice
        that tables and reports name, the voxel of that lesion nearest to its middle there.
    """
    box = box_where(labels, tumor_mask)
    if box is None:
        return None
    largest = find_components(tumor_mask(labels[box])).numbered == 1
    depth = measure_region(largest, affine).z
    section = np.argwhere(largest[:, :, depth])
    middle = section[np.argmin(((section - section.mean(axis=0)) ** 2).sum(axis=1))]
    x, y, z = (int(side.start) for side in box)
    return x + int(middle[0]), y + int(middle[1]), z + depth
