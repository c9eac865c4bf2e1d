"""Patches marked on their slice."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from core.atlas.patches import PATCH

CHOSEN_RGB, CLICKED_RGB = (24, 178, 160), (224, 70, 160)
LINE = 2

Corner = tuple[int, int]


def marked(
    gray: NDArray[np.uint8], chosen: Iterable[Corner], clicked: Iterable[Corner] = ()
) -> NDArray[np.uint8]:
    """Frame patches, given by their corners (top, left), on a slice: uint8 [S, S, 3].

    The slice is gray [S, S] or in colors [S, S, 3]; it stays as it is.
    """
    picture = np.repeat(gray[..., None], 3, axis=2) if gray.ndim == 2 else gray.copy()
    for corners, color in ((chosen, CHOSEN_RGB), (clicked, CLICKED_RGB)):
        for top, left in corners:
            inner = np.zeros((PATCH, PATCH), bool)
            inner[LINE:-LINE, LINE:-LINE] = True
            picture[top : top + PATCH, left : left + PATCH][~inner] = color
    return picture


def overlaid(
    gray: NDArray[np.uint8], share: NDArray[np.floating], color: tuple[int, int, int]
) -> NDArray[np.uint8]:
    """Lay `color` on a slice [S, S] as strongly as `share` [S, S], 0..1, says: uint8 [S, S, 3]."""
    weight = np.clip(share, 0, 1)[..., None]
    mixed = gray[..., None] * (1 - weight) + np.array(color) * weight
    picture: NDArray[np.uint8] = np.rint(mixed).astype(np.uint8)
    return picture
