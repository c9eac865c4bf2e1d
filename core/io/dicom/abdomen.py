"""How much of an abdomen a stack of slices shows, by a glance at a few of them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.errors import UnreadableScan, UnsupportedScan
from core.io.dicom.pixels import decode
from core.io.dicom.slices import Slice
from core.io.dicom.stack import depth_of

GLANCES = 16
# Finer pixels tell no more of a body.
PIXEL_MM = 3.0
BODY_HU, LUNG_HU, SOFT_TISSUE_HU = -300, -500, (-20, 200)
# A head is about 170 mm across, a slim adult's abdomen 230 mm.
LEAST_ACROSS_MM = 190
MOST_LUNG, LEAST_SOFT = 0.15, 0.3
# More than this needs no scan of a liver: longer ones are no better.
ENOUGH_MM = 200.0


def abdomen_mm(stack: Sequence[Slice]) -> float:
    """Length in mm, up to `ENOUGH_MM`, over which axial slices show trunk without much lung.

    0 where a slice cannot be decoded: whoever reads the stack says why.
    """
    chosen = [stack[i] for i in np.unique(np.linspace(0, len(stack) - 1, GLANCES).astype(int))]
    try:
        hu, _ = decode(chosen)
    except (UnreadableScan, UnsupportedScan):
        return 0.0
    thin = max(1, round(PIXEL_MM / max(stack[0].pixel_mm)))
    pixel_mm2 = thin**2 * float(np.prod(stack[0].pixel_mm))
    share = np.mean([_is_abdomen(plane[::thin, ::thin], pixel_mm2) for plane in hu])
    long = abs(depth_of(stack[-1]) - depth_of(stack[0]))
    return min(ENOUGH_MM, float(share) * long)


def _is_abdomen(plane: NDArray[np.int16], pixel_mm2: float) -> bool:
    outline = ndimage.binary_fill_holes(ndimage.binary_opening(plane > BODY_HU))
    area = int(np.count_nonzero(outline))
    if 2 * np.sqrt(area * pixel_mm2 / np.pi) < LEAST_ACROSS_MM:
        return False
    low, high = SOFT_TISSUE_HU
    lung = np.count_nonzero(outline & (plane < LUNG_HU)) / area
    soft = np.count_nonzero(outline & (plane >= low) & (plane <= high)) / area
    return bool(lung <= MOST_LUNG and soft >= LEAST_SOFT)
