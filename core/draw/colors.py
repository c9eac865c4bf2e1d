"""The colors of all pictures, and how they are laid over a slice."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.labels import LIVER, TUMOR

RGB = NDArray[np.uint8]
Color = tuple[int, int, int]

INK, FAINT, PAPER = (235, 238, 240), (165, 172, 178), (14, 17, 20)
AMBER, TEAL = (255, 176, 32), (32, 190, 170)
# Told apart with any kind of color vision where few lie side by side: Okabe and Ito, 2008.
SKY, ORANGE, GREEN = (86, 180, 233), (230, 159, 0), (0, 158, 115)
YELLOW, PINK, VERMILION = (240, 228, 66), (204, 121, 167), (213, 94, 0)
OKABE_ITO = (SKY, ORANGE, GREEN, YELLOW, PINK, VERMILION, (0, 114, 178))
COLORS = {LIVER: SKY, TUMOR: VERMILION}
# Those of the published pipeline, which not everybody can tell apart.
PUBLISHED = {LIVER: (64, 200, 110), TUMOR: (240, 62, 62)}

# From 0 to 1: lightness only rises, so that they read without color vision.
HEAT = ((13, 8, 60), (92, 18, 140), (187, 55, 120), (246, 132, 52), (250, 240, 130))
DOUBT = ((52, 16, 90), (135, 33, 107), (203, 65, 73), (246, 144, 36), (252, 250, 160))
# From the most against over nothing to the most for: blue, white, red, each end as dark as the
# other (ColorBrewer's RdBu, which reads without color vision too).
DIVERGING = ((33, 102, 172), (146, 197, 222), (247, 247, 247), (244, 165, 130), (178, 24, 43))


def ramp(share: NDArray[np.floating], colors: Sequence[Color]) -> NDArray[np.float64]:
    """Color values in 0..1 [rows, columns] by evenly spaced `colors`: [rows, columns, 3]."""
    stops = np.linspace(0, 1, len(colors))
    return np.stack([np.interp(share, stops, part) for part in zip(*colors, strict=True)], -1)


def blended(below: NDArray[np.uint8], color: NDArray[Any], opacity: NDArray[np.floating]) -> RGB:
    """Lay colors [rows, columns, 3] over a picture, gray or not, by an opacity [rows, columns]."""
    share = opacity[..., None]
    mixed: RGB = np.rint(colored(below) * (1 - share) + color * share).astype(np.uint8)
    return mixed


def colored(image: NDArray[np.uint8]) -> RGB:
    """Give a gray picture [rows, columns] three channels; one with colors stays."""
    return image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)


def tint(picture: RGB, mask: NDArray[np.bool_], color: Color, opacity: float) -> None:
    """Lay a color over what `mask` [rows, columns] marks of a picture, in place."""
    below = picture[mask] * (1 - opacity)
    picture[mask] = np.rint(below + np.array(color, np.float32) * opacity)
