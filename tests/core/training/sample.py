"""Labelled cases for training, small enough to count by hand."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.io.datasets import LabelledCase
from core.presets import Preset
from core.volume import Volume, volume_from_array

TINY = Preset("tiny", "A small square for tests.", size=32)
SIDE, SLICES = 64, 4


@dataclass(frozen=True)
class Drawing:
    """Slices 0 without liver, 1 with liver, the others with liver and tumor."""

    tumor_slices: int = 2
    hu: int = 100

    def read(self) -> tuple[Volume, NDArray[np.uint8]]:
        labels = np.zeros((SIDE, SIDE, SLICES), np.uint8)
        labels[32:56, 16:48, 1:] = 1  # RAS+: the patient's right half
        labels[40:48, 24:40, SLICES - self.tumor_slices :] = 2
        hu = np.where(labels == 1, self.hu, 0) + np.where(labels == 2, self.hu - 60, 0)
        volume = volume_from_array(
            hu.astype(np.int16), np.diag([5.0, 5.0, 5.0, 1.0]), source="drawn", digest=str(self)
        )
        return volume, labels


def cases(
    *names: str, dataset: str = "phantom", tumors_labelled: bool = True, tumor_slices: int = 2
) -> list[LabelledCase]:
    return [
        LabelledCase(name, dataset, "train", Drawing(tumor_slices).read, tumors_labelled)
        for name in names
    ]
