"""What is laid over a slice: labels, masks, and values in colors."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.draw.colors import COLORS, HEAT, RGB, Color, blended, colored, ramp, tint
from core.labels import LIVER, TUMOR, organ_mask, tumor_mask

Gray = NDArray[np.uint8]


class Style(StrEnum):
    """How labels are drawn over a slice."""

    FILL = "fill"
    CONTOUR = "contour"
    BOTH = "both"


def overlay(gray: Gray, labels: Gray, opacity: float = 0.28, style: Style = Style.BOTH) -> RGB:
    """Lay liver (blue) and tumor (orange) over a gray slice.

    Parameters
    ----------
    gray, labels : uint8 [rows, columns].
    opacity : of the fill, 0 to 1. Contours are one pixel wide, inside the region, and opaque.
    style : fill, contour or both.

    Returns
    -------
    uint8 [rows, columns, 3]
    """
    picture = colored(gray)
    for label, region in ((LIVER, organ_mask(labels)), (TUMOR, tumor_mask(labels))):
        if style is not Style.CONTOUR:
            tint(picture, labels == label, COLORS[label], opacity)
        if style is not Style.FILL:
            picture[contour(region)] = COLORS[label]
    return picture


def contour(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels of a region [rows, columns] that have a neighbour outside it."""
    inside = region.copy()
    inside[1:] &= region[:-1]
    inside[:-1] &= region[1:]
    inside[:, 1:] &= region[:, :-1]
    inside[:, :-1] &= region[:, 1:]
    return region & ~inside


def tinted(
    gray: Gray, masks: Sequence[tuple[NDArray[np.bool_], Color]], opacity: float = 0.55
) -> RGB:
    """Lay masks [rows, columns] in their colors over a gray picture, half transparent."""
    picture = colored(gray).copy()
    for mask, color in masks:
        tint(picture, mask, color, opacity)
    return picture


def heat(
    share: NDArray[np.floating],
    gray: Gray | None = None,
    *,
    colors: Sequence[Color] = HEAT,
    most: float = 0.6,
    rise: float = 3,
) -> RGB:
    """Color values in 0..1 [rows, columns]; over `gray`, it shows through where they are low.

    Parameters
    ----------
    most, rise : opacity of the colors, and how many times faster than the values it gets there.
    """
    color = ramp(share, colors)
    if gray is None:
        return np.rint(color).astype(np.uint8)
    return blended(gray, color, most * np.clip(share * rise, 0, 1))
