"""Pictures of what single channels answer, laid over the square that the network saw."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.cascade.asking import maps_of
from core.cascade.looks import Gray
from core.draw.overlay import heat
from core.draw.slices import upright
from core.models.features import LAYERS, FeatureNetwork, Layer, most_active, normalized
from core.walkthrough.drawing import thumbnail
from core.walkthrough.moment import Content, Number, Picture

SHOWN = 16


@dataclass(frozen=True, eq=False)
class LayerMaps:
    """What all layers of a network answer for one square.

    Parameters
    ----------
    square : uint8 [S, S], what it saw.
    maps : float32 [H, W, C] by layer.
    """

    square: Gray
    maps: dict[str, NDArray[np.float32]]


def look_inside(network: FeatureNetwork, square: Gray) -> LayerMaps:
    """Ask a network about one square, uint8 [S, S]."""
    return LayerMaps(square, maps_of(network, square))


def layer_named(name: str) -> Layer:
    """Look a layer up by its name."""
    return next(layer for layer in LAYERS if layer.name == name)


def summary_of(maps: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Sum up the most active channels of a layer [H, W, C] in one picture [H, W]."""
    chosen = most_active(maps, SHOWN)
    mean = np.stack([normalized(maps[..., one]) for one in chosen]).mean(axis=0)
    return normalized(mean.astype(np.float32))


def map_thumbnail(map_: NDArray[np.uint8]) -> bytes:
    """Encode one map [H, W] small, its pixels as they are."""
    return thumbnail(upright(heat(map_ / np.float32(255)), side=96, smooth=False), 96)


def channel_content(answered: LayerMaps, layer: Layer, channel: int) -> Content:
    """Show one channel alone and laid over what the network saw, and say what the layer is."""
    maps = answered.maps[layer.name]
    size, (height, width, count) = answered.square.shape[0], maps.shape
    map_ = normalized(maps[..., channel]) / np.float32(255)
    spread = np.repeat(np.repeat(map_, layer.stride, 0), layer.stride, 1)
    answers = maps[..., channel]
    quiet = np.ptp(maps, axis=(0, 1)) < 1e-3
    numbers = (
        Number("Maps", f"{height} × {width} × {count}"),
        Number("One of their pixels covers", f"{layer.stride} × {layer.stride} of {size} × {size}"),
        Number("Channels", count),
        Number("Channels that answer alike everywhere", int(quiet.sum())),
        Number(f"Channel {channel + 1}: lowest answer", float(answers.min()), "", 2),
        Number(f"Channel {channel + 1}: highest answer", float(answers.max()), "", 2),
    )
    pictures = (
        Picture("What the network saw", upright(answered.square, smooth=False)),
        Picture(
            f"Channel {channel + 1} of {layer.title.lower()}", upright(heat(map_), smooth=False)
        ),
        Picture("Laid over what it saw", upright(heat(spread, answered.square), smooth=False)),
    )
    return Content(numbers, pictures)
