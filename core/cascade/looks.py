"""What the networks look at: slices as numbers, and the liver cut out of them."""

import numpy as np
from numpy.typing import NDArray

CENTER = 128


def network_input(gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Stack one 8-bit slice on three channels: [N, S, S] to float32 [N, S, S, 3] in 0..1."""
    scaled = gray.astype(np.float32) / np.float32(255)
    return np.repeat(scaled[..., None], 3, axis=-1)


def liver_gray(gray: NDArray[np.uint8], liver: NDArray[np.bool_]) -> float:
    """Median grey of a case's liver in 8-bit slices, both of one shape; 128 without a liver."""
    return float(np.median(gray[liver])) if liver.any() else float(CENTER)


def mask_to_liver(
    gray: NDArray[np.uint8], liver: NDArray[np.bool_], median: float
) -> NDArray[np.uint8]:
    """Blacken all but the liver in 8-bit slices, and bring its `median` grey to 128.

    A fatty or unenhanced liver is as dark as a tumor in an enhanced one: what tells a tumor
    is its contrast with the liver around it. Both arrays of one shape, tumors included.
    """
    centered = np.clip(gray.astype(np.float32) + (CENTER - median), 1, 255)
    return np.where(liver, centered.astype(np.uint8), np.uint8(0))
