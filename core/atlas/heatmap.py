"""Where in a slice the autoencoder cannot redraw what it sees."""

import numpy as np
from numpy.typing import NDArray

from core.atlas.encoders import Autoencoder
from core.atlas.patches import PATCH

STRIDE = 8


def error_map(
    gray: NDArray[np.uint8], autoencoder: Autoencoder, stride: int = STRIDE
) -> NDArray[np.float32]:
    """Squared reconstruction error of each pixel of a slice uint8 [S, S], as share of 255²: [S, S].

    Windows of 32×32 pixels overlap at every `stride`; where several see a pixel, those in whose
    middle it lies count more, so that the windows leave no grid behind.
    """
    starts = _starts(gray.shape[0], stride), _starts(gray.shape[1], stride)
    corners = [(top, left) for top in starts[0] for left in starts[1]]
    windows = np.stack([gray[top : top + PATCH, left : left + PATCH] for top, left in corners])
    drawn = autoencoder.decode(autoencoder.encode(windows))
    errors = np.square((windows.astype(np.float32) - drawn) / np.float32(255))
    weight = _bell()
    total, weights = (np.zeros(gray.shape, np.float32) for _ in range(2))
    for (top, left), error in zip(corners, errors, strict=True):
        place = slice(top, top + PATCH), slice(left, left + PATCH)
        total[place] += weight * error
        weights[place] += weight
    blended: NDArray[np.float32] = total / weights
    return blended


def _starts(side: int, stride: int) -> list[int]:
    """First pixels of the windows along one side; the last window ends with the slice."""
    return sorted({*range(0, side - PATCH + 1, stride), side - PATCH})


def _bell() -> NDArray[np.float32]:
    """Weight of each pixel of a window [32, 32]: a raised cosine, nowhere 0."""
    line = np.sin(np.pi * (np.arange(PATCH) + 0.5) / PATCH) ** 2
    bell: NDArray[np.float32] = np.outer(line, line).astype(np.float32)
    return bell
