"""A U-Net that sees by brightness alone, with a map in every layer."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.models.features import LAYERS, FeatureNetwork


def load_brightness(folder: Path, size: int) -> FeatureNetwork:
    """Answer with the mean brightness under each pixel, stronger in later channels."""

    def look(images: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        count, side = images.shape[:2]
        maps = {}
        for layer in LAYERS:
            small, step = side // layer.stride, layer.stride
            blocks = images[..., 0].reshape(count, small, step, small, step).mean(axis=(2, 4))
            maps[layer.name] = blocks[..., None] * np.arange(layer.channels, dtype=np.float32)
        return maps

    return look
