"""Doubt over a slice: where the networks change their mind, in color."""

import numpy as np
from numpy.typing import NDArray

from core.draw.colors import DOUBT, RGB
from core.draw.overlay import Style, heat, overlay
from core.draw.slices import SOFT_TISSUE, displayed, upright
from core.geometry.components import Region, widened
from core.geometry.windows import apply_window
from core.volume import Volume

# Standard deviations: where the colors end, and the largest, which a map writes as 255.
FULL, HIGHEST = 0.4, 0.5
MARGIN_MM = 25.0


def doubt_pictures(
    volume: Volume, labels: NDArray[np.uint8], doubt: NDArray[np.uint8], z: int, center: Region
) -> tuple[RGB, RGB]:
    """Draw an axial slice with the outlines of its labels, and the same slice with the doubt.

    Parameters
    ----------
    labels : uint8 [X, Y, Z] on the grid of `volume`.
    doubt : uint8 [X, Y], the map of that slice; 255 = 0.5.
    z : of the slice.
    center : box of what is to be seen; some of its surroundings are shown with it.

    Returns
    -------
    Two of uint8 [rows, columns, 3], square pixels, `SIDE` long, in radiological convention.
    """
    x, y, _ = widened(center, volume.shape, [MARGIN_MM / step for step in volume.spacing])
    pixel_mm = volume.spacing[1], volume.spacing[0]
    gray = upright(displayed(apply_window(volume.hu[x, y, z], SOFT_TISSUE)), pixel_mm)
    called = upright(displayed(labels[x, y, z]), pixel_mm, smooth=False)
    share = upright(displayed(doubt[x, y]), pixel_mm).astype(np.float32) * (HIGHEST / 255 / FULL)
    # Where nothing is in doubt the slice shows through.
    drawn = heat(share, gray, colors=DOUBT, most=0.85, rise=4)
    return overlay(gray, called, style=Style.CONTOUR), drawn
