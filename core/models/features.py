"""The maps inside a U-Net: which of its layers are worth a look, and what they answer."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# float32 [N, S, S, 3] in 0..1 to float32 [N, H, W, C] by the layer's name.
FeatureNetwork = Callable[[NDArray[np.float32]], dict[str, NDArray[np.float32]]]


@dataclass(frozen=True)
class Layer:
    """A layer of the U-Net.

    Parameters
    ----------
    name : in Keras.
    title : what it is in the U.
    stride : pixels of the input that one of its own covers along a side.
    channels : number of maps.
    skip : layer of the decoder that is given its maps as they are.
    """

    name: str
    title: str
    stride: int
    channels: int
    skip: str | None = None


ENCODER = (
    Layer("stem_activation", "Stem", 2, 32),
    Layer("block2a_expand_activation", "Encoder 1", 2, 96, "decoder_stage3b_relu"),
    Layer("block3a_expand_activation", "Encoder 2", 4, 144, "decoder_stage2b_relu"),
    Layer("block4a_expand_activation", "Encoder 3", 8, 240, "decoder_stage1b_relu"),
    Layer("block6a_expand_activation", "Encoder 4", 16, 672, "decoder_stage0b_relu"),
)
BOTTOM = Layer("top_activation", "Bottleneck", 32, 1280)
DECODER = (
    Layer("decoder_stage0b_relu", "Decoder 4", 16, 256),
    Layer("decoder_stage1b_relu", "Decoder 3", 8, 128),
    Layer("decoder_stage2b_relu", "Decoder 2", 4, 64),
    Layer("decoder_stage3b_relu", "Decoder 1", 2, 32),
    Layer("decoder_stage4b_relu", "Last decoder", 1, 16),
)
ANSWER = Layer("sigmoid", "Answer", 1, 1)
LAYERS = (*ENCODER, BOTTOM, *DECODER, ANSWER)


def most_active(maps: NDArray[np.float32], count: int = 16) -> list[int]:
    """Name the channels of `maps` [H, W, C] that vary most over the slice, the first most.

    By standard deviation: a channel that answers alike everywhere tells nothing of the slice.
    """
    spread = maps.std(axis=(0, 1))
    return [int(channel) for channel in np.argsort(-spread, kind="stable")[:count]]


def normalized(map_: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Spread one map [H, W] over 0..255, from its smallest to its largest answer."""
    low, high = float(map_.min()), float(map_.max())
    scaled = (map_ - low) * (255 / (high - low)) if high > low else np.zeros_like(map_)
    return np.rint(scaled).astype(np.uint8)
