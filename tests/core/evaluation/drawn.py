"""Cases drawn by hand, with a truth of our choice."""

import numpy as np
from numpy.typing import NDArray

from core.io.datasets import LabelledCase
from tests import scene


def labelled(
    truth: NDArray[np.uint8], name: str = "case", tumors_labelled: bool = True
) -> LabelledCase:
    """The scene with a truth of our choice."""
    return LabelledCase(name, "drawn", None, lambda: (scene.scan(), truth), tumors_labelled)


def truth() -> NDArray[np.uint8]:
    return scene.draw()[1]


def blind(images: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.zeros(images.shape[:3], np.float32)
