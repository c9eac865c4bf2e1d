"""Doubt over a slice: where the networks change their mind, in color."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.draw.preview import SOFT_TISSUE, Style, overlay
from core.geometry.components import Region, widened
from core.geometry.slices import Plane, slice_of
from core.geometry.windows import apply_window
from core.volume import Volume

RGB = NDArray[np.uint8]

# From no doubt to FULL and more; lightness only rises, so that it reads without color vision.
COLORS = ((52, 16, 90), (135, 33, 107), (203, 65, 73), (246, 144, 36), (252, 250, 160))
# Standard deviations: where the colors end, and the largest, which a map writes as 255.
FULL, HIGHEST = 0.4, 0.5
MARGIN_MM = 25.0
# Longer side of a picture in pixels.
SIDE = 640


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
    spacing = volume.spacing[:2]
    gray = _upright(apply_window(volume.hu[x, y, z], SOFT_TISSUE), spacing, smooth=True)
    called = _upright(labels[x, y, z], spacing, smooth=False)
    share = _upright(doubt[x, y], spacing, smooth=True).astype(np.float32) * (HIGHEST / 255 / FULL)
    stops = np.linspace(0, 1, len(COLORS))
    color = np.stack([np.interp(share, stops, part) for part in zip(*COLORS, strict=True)], -1)
    # Where nothing is in doubt the slice shows through.
    opacity = 0.85 * np.clip(share * 4, 0, 1)[..., None]
    drawn = np.rint(gray[..., None] * (1 - opacity) + color * opacity).astype(np.uint8)
    return overlay(gray, called, style=Style.CONTOUR), drawn


def _upright(
    part: NDArray[np.uint8], spacing: tuple[float, ...], *, smooth: bool
) -> NDArray[np.uint8]:
    """Lay a slice [X, Y] as displayed, with square pixels, `SIDE` long."""
    width, height = (count * step for count, step in zip(part.shape, spacing, strict=True))
    scale = SIDE / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    shown = Image.fromarray(np.ascontiguousarray(slice_of(part[:, :, None], Plane.AXIAL, 0)))
    how = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    return np.asarray(shown.resize(size, how))
