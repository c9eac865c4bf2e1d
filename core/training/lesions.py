"""Synthetic lesions: tumors painted into real livers, for a network to learn from.

Ellipsoids with irregular rims, dark to bright, with soft edges, texture, necrotic cores and
capsules, cut at the depths of neighbouring slices. Label-free tumor
synthesis after Hu et al., CVPR 2023.

The functions take their random numbers as arrays and their array library as ``xp``, so that
numpy and an accelerator's library paint the same lesion from the same numbers.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

# Numbers in 0..1 that one lesion is made of; see `_lesion`.
NUMBERS = 24
LOBES = (2, 3, 4, 5)


@dataclass(frozen=True)
class Painting:
    """How often lesions are painted, and within which bounds; lengths in pixels, greys of 255.

    Parameters
    ----------
    clean_share, tumor_share : share of the slices without and with a tumor that get lesions.
    most : lesions a slice at most.
    radius : smallest and largest radius, drawn evenly on a logarithmic scale.
    darker, brighter : contrast to the liver of the dark and of the bright ones.
    bright_share : share of lesions brighter than the liver.
    """

    clean_share: float = 0.45
    tumor_share: float = 0.15
    most: int = 3
    radius: tuple[float, float] = (1.6, 20.0)
    darker: tuple[float, float] = (10.0, 75.0)
    brighter: tuple[float, float] = (12.0, 50.0)
    bright_share: float = 0.08


def paint(
    planes: Any,
    liver: Any,
    tumor: Any,
    numbers: Any,
    noise: Any,
    gap: Any,
    how: Painting = Painting(),
    xp: Any = np,
) -> tuple[Any, Any]:
    """Paint lesions into slices, each shown with its neighbours.

    Parameters
    ----------
    planes : float32 [B, S, S, 3], greys of the slice below, the slice and the one above, the
        liver's median at 128.
    liver : float32 [B, S, S, 3], share of each pixel that is liver, tumors included.
    tumor : float32 [B, S, S], share of each pixel of the middle slice that is tumor.
    numbers : float32 [B, 1 + most, NUMBERS] in 0..1, the chances that decide.
    noise : float32 [B, S, S, 3], standard normal, from which texture is made.
    gap : float32 [B], distance of the neighbours in pixels.

    Returns
    -------
    planes, tumor : with the lesions.
    """
    has_tumor = xp.max(tumor, axis=(1, 2)) >= 0.5
    share = xp.where(has_tumor, how.tumor_share, how.clean_share)
    chosen = (numbers[:, 0, 0] < share) & (xp.sum(liver[..., 1], axis=(1, 2)) > 200)
    count = 1 + xp.floor(numbers[:, 0, 1] * how.most)
    texture = _textured(noise, xp)
    side = planes.shape[1]
    rows = xp.arange(side, dtype=np.float32)[None, :, None]
    columns = xp.arange(side, dtype=np.float32)[None, None, :]
    free = (liver[..., 1] >= 0.5) & (tumor < 0.5)
    for number in range(how.most):
        drawn = numbers[:, 1 + number]
        here = chosen & (number < count) & xp.any(free, axis=(1, 2))
        row, column = _spot(free, drawn[:, 0], xp)
        lesion = _lesion(drawn, rows - row[:, None, None], columns - column[:, None, None], how, xp)
        planes, cover = _laid_in(planes, liver, texture, drawn, lesion, gap, here, how, xp)
        tumor = xp.maximum(tumor, cover)
    return planes, tumor


def _spot(free: Any, chance: Any, xp: Any) -> tuple[Any, Any]:
    """Row and column [B] of a pixel drawn evenly from those that are `free` [B, S, S]."""
    flat = free.reshape(free.shape[0], -1)
    counted = xp.cumsum(flat.astype(np.float32), axis=1)
    wanted = 1 + xp.floor(chance * (counted[:, -1] - 1))
    place = xp.argmax(counted >= wanted[:, None], axis=1)
    side = free.shape[2]
    return (place // side).astype(np.float32), (place % side).astype(np.float32)


def _lesion(drawn: Any, down: Any, right: Any, how: Painting, xp: Any) -> tuple[Any, Any, Any, Any]:
    """Radius [B], angle, and the two axes of an ellipse [B, S, S] turned and stretched."""
    low, high = (float(np.log(bound)) for bound in how.radius)
    radius = xp.exp(low + (high - low) * drawn[:, 1])
    turn = (np.pi * drawn[:, 2])[:, None, None]
    stretch = xp.exp(0.7 * (drawn[:, 3] - 0.5))[:, None, None]
    along = (down * xp.cos(turn) + right * xp.sin(turn)) * stretch
    across = (right * xp.cos(turn) - down * xp.sin(turn)) / stretch
    angle = xp.arctan2(across, along + 1e-6)
    rim = xp.ones_like(angle)
    for lobe, place in zip(LOBES, range(4, 12, 2), strict=True):
        size = 0.45 / lobe * (drawn[:, place] - 0.5)
        phase = 2 * np.pi * drawn[:, place + 1]
        rim = rim + size[:, None, None] * xp.cos(lobe * angle + phase[:, None, None])
    return radius, along, across, rim


def _laid_in(
    planes: Any,
    liver: Any,
    texture: Any,
    drawn: Any,
    lesion: tuple[Any, Any, Any, Any],
    gap: Any,
    here: Any,
    bounds: Painting,
    xp: Any,
) -> tuple[Any, Any]:
    radius, along, across, rim = lesion
    bright = drawn[:, 12] < bounds.bright_share
    dark, light = bounds.darker, bounds.brighter
    contrast = xp.where(
        bright,
        light[0] + (light[1] - light[0]) * drawn[:, 13],
        -(dark[0] + (dark[1] - dark[0]) * drawn[:, 13]),
    )
    middle = (2.2 * drawn[:, 14] - 1.1) * radius
    tall = xp.exp(0.6 * (drawn[:, 15] - 0.5)) * radius
    edge = 0.5 + 2.0 * drawn[:, 16]
    core = xp.where((radius > 6) & (drawn[:, 17] < 0.5), 1.2 * drawn[:, 18] - 0.3, 0.0)
    capsule = xp.where((radius > 4) & (drawn[:, 19] < 0.25), 40 * (drawn[:, 20] - 0.5), 0.0)
    fade, grain = 0.3 + 0.6 * drawn[:, 21], 1 + 9 * drawn[:, 22]

    depth = xp.stack([-gap, xp.zeros_like(gap), gap], axis=-1) - middle[:, None]
    flat = ((along**2 + across**2) / (radius[:, None, None] * rim) ** 2)[..., None]
    far = xp.sqrt(flat + ((depth / tall[:, None]) ** 2)[:, None, None, :])
    wide = (1, 1, 1)
    pixels = (far - 1) * radius.reshape(-1, *wide)
    soft = 1 / (1 + xp.exp(xp.clip(2 * pixels / edge.reshape(-1, *wide), -30, 30)))
    soft = soft * here.reshape(-1, *wide)
    inside = xp.clip(1 - far, 0, 1)
    shell = xp.exp(-((pixels / 1.5) ** 2)) * here.reshape(-1, *wide)
    painted = 128 + (planes - 128) * (1 - fade.reshape(-1, *wide) * soft)
    painted = painted + soft * (
        contrast.reshape(-1, *wide) * (1 + core.reshape(-1, *wide) * inside)
        + grain.reshape(-1, *wide) * texture
    )
    painted = xp.clip(painted + capsule.reshape(-1, *wide) * shell, 1, 255)
    planes = planes + (painted - planes) * liver
    return planes, soft[..., 1] * liver[..., 1]


def _textured(noise: Any, xp: Any) -> Any:
    """Smooth noise [B, S, S, 3] to the grain of a scan, of unit deviation again."""
    for axis in (1, 2):
        noise = (xp.roll(noise, 1, axis) + 2 * noise + xp.roll(noise, -1, axis)) / np.sqrt(6)
    return noise
