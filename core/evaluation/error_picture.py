"""What was found, missed and invented, laid over the slice it happened in."""

import numpy as np
from numpy.typing import NDArray

from core.draw.colors import GREEN, ORANGE, SKY, colored, tint
from core.draw.slices import SOFT_TISSUE, displayed, upright
from core.geometry.windows import Window, apply_window

FOUND, MISSED, INVENTED = GREEN, SKY, ORANGE
OPACITY = {FOUND: 0.35, MISSED: 0.75, INVENTED: 0.75}


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
    pixel_mm = spacing[1], spacing[0]
    gray = upright(displayed(apply_window(hu, window)), pixel_mm)
    true, mine = (
        upright(displayed(mask.astype(np.uint8)), pixel_mm, smooth=False) > 0
        for mask in (truth, called)
    )
    picture = colored(gray)
    for color, region in ((FOUND, true & mine), (MISSED, true & ~mine), (INVENTED, mine & ~true)):
        tint(picture, region, color, OPACITY[color])
    return picture
