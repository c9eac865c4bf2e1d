"""Networks small enough to be explained in a test, and a slice to ask them about."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.explainers.network import KerasNetwork
from core.explainers.question import Question, plain_slice

SIDE = 32


def disk(row: float, column: float, radius: float) -> np.ndarray:
    y, x = np.mgrid[:SIDE, :SIDE]
    return (y - row) ** 2 + (x - column) ** 2 <= radius**2


LIVER, LESION = disk(16, 15, 13), disk(12, 18, 4)


def brightness_model(side: int = SIDE) -> Any:
    """A network whose answer grows with the gray of a pixel above 128, and by nothing else."""
    import keras

    # The name of the layer that Seg-Grad-CAM looks at.
    image = keras.Input((side, side, 3))
    seen = keras.layers.Conv2D(
        1, 1, activation="relu", name="decoder_stage1b_relu",
        kernel_initializer=keras.initializers.Constant(1 / 3),
        bias_initializer=keras.initializers.Constant(-128 / 255),
    )(image)  # fmt: skip
    return keras.Model(image, seen)


@pytest.fixture(scope="session")
def bright() -> KerasNetwork:
    return KerasNetwork(brightness_model())


@pytest.fixture
def question(tmp_path: Path) -> Question:
    """A liver of gray 128 with a lesion of gray 200."""
    gray = np.where(LESION, 200, np.where(LIVER, 128, 0)).astype(np.uint8)
    plain = plain_slice(gray, LIVER)
    target = np.full((SIDE, SIDE), 1 / SIDE**2, np.float32)
    return Question(tmp_path, gray, target, LIVER, plain, np.stack([plain, plain]), 3.0)
