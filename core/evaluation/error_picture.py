"""What was found, missed and invented, laid over the slice it happened in."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.draw.preview import SOFT_TISSUE
from core.geometry.slices import Plane, slice_of
from core.geometry.windows import Window, apply_window

# Told apart with any kind of color vision: Okabe and Ito, 2008.
FOUND, MISSED, INVENTED = (0, 158, 115), (86, 180, 233), (230, 159, 0)
OPACITY = {FOUND: 0.35, MISSED: 0.75, INVENTED: 0.75}
# Longer side of the picture in pixels.
SIDE = 640


def error_picture(
    hu: NDArray[np.int16],
    truth: NDArray[np.bool_],
    called: NDArray[np.bool_],
    spacing: tuple[float, float],
    window: Window = SOFT_TISSUE,
) -> NDArray[np.uint8]:
    """Picture one axial slice with the voxels found (green), missed (blue), invented (orange).

    Parameters
    ----------
    hu, truth, called : one axial slice [X, Y] each, of the scan and of both masks.
    spacing : of a voxel along X and Y in mm; the pixels of the picture are square.

    Returns
    -------
    uint8 [rows, columns, 3] in radiological convention, `SIDE` pixels long.
    """
    gray = _upright(apply_window(hu, window), spacing, Image.Resampling.BICUBIC)
    true, mine = (
        _upright(mask.astype(np.uint8), spacing, Image.Resampling.NEAREST) > 0
        for mask in (truth, called)
    )
    picture = np.repeat(gray[..., None], 3, axis=2)
    for color, region in ((FOUND, true & mine), (MISSED, true & ~mine), (INVENTED, mine & ~true)):
        share = OPACITY[color]
        picture[region] = np.rint(picture[region] * (1 - share) + np.array(color) * share)
    return picture


def _upright(
    part: NDArray[np.uint8], spacing: tuple[float, float], how: Image.Resampling
) -> NDArray[np.uint8]:
    """Lay a slice [X, Y] as displayed, with square pixels."""
    width, height = (size * step for size, step in zip(part.shape, spacing, strict=True))
    scale = SIDE / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    upright = slice_of(part[:, :, None], Plane.AXIAL, 0)
    return np.asarray(Image.fromarray(np.ascontiguousarray(upright)).resize(size, how))
