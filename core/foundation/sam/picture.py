"""Slices with SAM's masks: all of them in colors, or the chosen ones as labels."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from core.draw import colors
from core.draw.colors import OKABE_ITO, RGB, tint
from core.draw.overlay import overlay
from core.draw.slices import upright
from core.foundation.sam.masks import MaskSet

OPACITY = 0.45
PALETTE = (*OKABE_ITO, (170, 170, 255))


def labelled(gray: RGB, labels: NDArray[np.uint8], pixel_mm: tuple[float, float]) -> RGB:
    """Lay labels over a slice: liver green, tumor red.

    Parameters
    ----------
    gray, labels : uint8 [rows, columns], 1 liver, 2 tumor.
    pixel_mm : size of a pixel, (row, column).

    Returns
    -------
    uint8 [rows, columns, 3] with square pixels, `SIDE` long.
    """
    return overlay(upright(gray, pixel_mm), upright(labels, pixel_mm, smooth=False))


def colored(gray: RGB, found: MaskSet, pixel_mm: tuple[float, float]) -> RGB:
    """Lay all masks over a slice in colors, the largest at the bottom; returns as `labelled`."""
    picture = colors.colored(upright(gray, pixel_mm))
    areas = [np.count_nonzero(found.mask(index)) for index in range(len(found))]
    for rank, index in enumerate(np.argsort(areas)[::-1]):
        region = upright(found.mask(int(index)).astype(np.uint8), pixel_mm, smooth=False) > 0
        tint(picture, region, PALETTE[rank % len(PALETTE)], OPACITY)
    return picture


def outlined(gray: RGB, mask: NDArray[np.bool_] | None, pixel_mm: tuple[float, float]) -> RGB:
    """Draw a slice with the outline of one mask, if there is one; returns as `labelled`."""
    picture = colors.colored(upright(gray, pixel_mm))
    if mask is not None:
        region = upright(mask.astype(np.uint8), pixel_mm, smooth=False) > 0
        thick = binary_dilation(region, iterations=2) & ~region
        picture[thick] = PALETTE[0]
        tint(picture, region, PALETTE[0], 0.2)
    return picture
