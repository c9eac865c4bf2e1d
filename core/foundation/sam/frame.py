"""Where a slice lies in the square that SAM sees, and back again."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Frame:
    """A slice in SAM's square: as large as fits, in the upper left, the rest is padding.

    Parameters
    ----------
    rows, columns : pixels of the native slice.
    inner_rows, inner_columns : pixels of the square that it fills. Their ratio is that of the
        slice in mm, so that a ball stays round whatever the pixels of the scan are.
    size : side of the square.
    """

    rows: int
    columns: int
    inner_rows: int
    inner_columns: int
    size: int

    @classmethod
    def of(cls, rows: int, columns: int, pixel_mm: tuple[float, float], size: int) -> "Frame":
        """Fit a slice of `rows` x `columns` pixels of `pixel_mm` (row, column) into `size`."""
        height, width = rows * pixel_mm[0], columns * pixel_mm[1]
        scale = size / max(height, width)
        inner_rows, inner_columns = (max(1, int(side * scale + 0.5)) for side in (height, width))
        return cls(rows, columns, inner_rows, inner_columns, size)

    def show(self, gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Bring a slice [rows, columns] to [inner_rows, inner_columns], bilinearly."""
        picture = Image.fromarray(np.ascontiguousarray(gray))
        shape = self.inner_columns, self.inner_rows
        return np.asarray(picture.resize(shape, Image.Resampling.BILINEAR))

    def to_square(self, points: NDArray[Any]) -> NDArray[np.float32]:
        """Say where `points` (float [..., 2]) of the slice, (column, row), lie in the square.

        Whole numbers are middles of pixels in both, as SAM's prompt encoder has it.
        """
        scale = np.array([self.inner_columns / self.columns, self.inner_rows / self.rows])
        moved: NDArray[np.float32] = ((points + 0.5) * scale - 0.5).astype(np.float32)
        return moved

    def restore(self, logits: Floats) -> Floats:
        """Bring mask logits of the square [N, S, S] back to the slice, [N, rows, columns].

        To SAM's full size, without the padding, then to the slice, both bilinearly, as in
        SAM's own post-processing.
        """
        low = logits.shape[-1]
        down = _way_back(low, self.size, self.inner_rows, self.rows)
        across = _way_back(low, self.size, self.inner_columns, self.columns)
        native = np.empty((len(logits), self.rows, self.columns), np.float32)
        for number, mask in enumerate(logits):
            native[number] = down @ mask @ across.T
        return native


@lru_cache(maxsize=8)
def _way_back(low: int, size: int, inner: int, native: int) -> Floats:
    """Weights [native, low] of one axis: `low` to `size` pixels, the `inner` ones to the slice."""
    return _bilinear(native, inner) @ _bilinear(size, low)[:inner]


def _bilinear(outputs: int, inputs: int) -> Floats:
    """Weights [outputs, inputs] of bilinear interpolation between middles of pixels."""
    places = np.clip((np.arange(outputs) + 0.5) * inputs / outputs - 0.5, 0, inputs - 1)
    before = np.minimum(places.astype(np.int64), max(0, inputs - 2))
    share = (places - before).astype(np.float32)
    weights = np.zeros((outputs, inputs), np.float32)
    each = np.arange(outputs)
    weights[each, np.minimum(before + 1, inputs - 1)] = share
    weights[each, before] += 1 - share
    return weights
