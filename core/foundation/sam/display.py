"""A slice as SAM and the visitor see it: windowed, anterior up, the patient's right on the left."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.geometry.slices import Plane, slice_of
from core.geometry.windows import Window, apply_window
from core.volume import Volume


def gray_slice(volume: Volume, z: int, window: Window) -> NDArray[np.uint8]:
    """Window axial slice `z` as it is displayed: uint8 [rows, columns]."""
    return apply_window(slice_of(volume.hu, Plane.AXIAL, z), window)


def pixel_mm(volume: Volume) -> tuple[float, float]:
    """Size in mm of a pixel of a displayed axial slice, (row, column)."""
    return volume.spacing[1], volume.spacing[0]


def upright(part: NDArray[Any]) -> NDArray[Any]:
    """Show an axial slice [X, Y] as it is displayed, [rows, columns], a view."""
    return part.T[::-1, ::-1]


def laid_down(shown: NDArray[Any]) -> NDArray[Any]:
    """Undo `upright`: [rows, columns] to [X, Y], a view."""
    return shown[::-1, ::-1].T
