"""Windows: which Hounsfield units the grey scale shows, and back again."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Window:
    """A range of Hounsfield units spread over the grey scale."""

    low: float
    high: float

    @property
    def level(self) -> float:
        """Centre of the window in HU."""
        return (self.low + self.high) / 2

    @property
    def width(self) -> float:
        """Extent of the window in HU."""
        return self.high - self.low


LIVER_WINDOW = Window(-40, 160)


def apply_window(hu: NDArray[Any], window: Window) -> NDArray[np.uint8]:
    """Map `window` linearly on 0..255; values outside it saturate. Any shape."""
    if hu.dtype == np.int16:
        # One look into a table instead of five passes: of a scan it is all that is needed.
        return np.take(_table(window), hu.view(np.uint16))
    return _mapped(hu, window)


@lru_cache(maxsize=8)
def _table(window: Window) -> NDArray[np.uint8]:
    """Gray of every int16, by its bits."""
    return _mapped(np.arange(2**16, dtype=np.uint16).view(np.int16), window)


def _mapped(hu: NDArray[Any], window: Window) -> NDArray[np.uint8]:
    scaled = (hu.astype(np.float32) - window.low) * np.float32(255 / window.width)
    gray: NDArray[np.uint8] = np.rint(np.clip(scaled, 0, 255)).astype(np.uint8)
    return gray


def undo_window(gray: NDArray[np.uint8], window: Window) -> NDArray[np.float32]:
    """HU of an 8-bit image [any shape]; within half a grey step where nothing saturated."""
    return gray.astype(np.float32) * np.float32(window.width / 255) + np.float32(window.low)
