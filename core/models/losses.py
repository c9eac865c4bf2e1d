"""The loss of both networks: binary cross-entropy plus soft Dice."""

from typing import Any

import keras
from keras import ops

SMOOTH = 1.0


def dice_coefficient(truth: Any, probability: Any) -> Any:
    """Soft Dice of a whole batch [N, S, S, 1], pooled.

    Pooling over the batch keeps the loss defined on slices without the structure.
    Milletari et al., V-Net, 3DV 2016.
    """
    truth = ops.cast(truth, "float32")
    probability = ops.cast(probability, "float32")
    overlap = ops.sum(truth * probability)
    total = ops.sum(truth) + ops.sum(probability)
    return (2 * overlap + SMOOTH) / (total + SMOOTH)


def bce_dice_loss(truth: Any, probability: Any) -> Any:
    """Binary cross-entropy plus one minus soft Dice; targets may be coverages in 0..1."""
    truth = ops.cast(truth, "float32")
    probability = ops.cast(probability, "float32")
    cross_entropy = ops.mean(keras.losses.binary_crossentropy(truth, probability))
    return cross_entropy + 1 - dice_coefficient(truth, probability)
