"""Pictures of axial slices around the liver, with square pixels, and the way back to voxels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import binary_erosion

from core.draw.colors import DOUBT, RGB, YELLOW, colored
from core.draw.overlay import Style, heat, overlay
from core.draw.slices import AS_IT_IS, SMOOTH, SOFT_TISSUE, displayed, resized
from core.geometry.components import bounding_box
from core.geometry.windows import apply_window
from core.volume import Volume

Levels = NDArray[np.uint8]

SIDE = 420
MARGIN_MM = 20.0
RING = 2


@dataclass(frozen=True)
class Closeup:
    """A rectangle of the axial slices that is shown, the same for all of them.

    Parameters
    ----------
    x, y : voxels shown.
    width, height : of the pictures in pixels; the longer one is `SIDE`.
    """

    x: slice
    y: slice
    width: int
    height: int

    @staticmethod
    def around(volume: Volume, mask: NDArray[np.bool_]) -> "Closeup":
        """Show what `mask` [X, Y, Z] marks, with a margin; the whole slice if it is empty."""
        box = bounding_box(mask)
        x, y = (slice(0, size) for size in volume.shape[:2])
        if box is not None:
            x, y = (
                slice(max(0, side.start - more), min(size, side.stop + more))
                for side, size, more in zip(
                    box[:2],
                    volume.shape[:2],
                    (round(MARGIN_MM / mm) for mm in volume.spacing[:2]),
                    strict=True,
                )
            )
        wide, high = (
            (side.stop - side.start) * mm
            for side, mm in zip((x, y), volume.spacing[:2], strict=True)
        )
        scale = SIDE / max(wide, high)
        return Closeup(x, y, max(1, round(wide * scale)), max(1, round(high * scale)))

    def gray(self, hu: NDArray[np.int16]) -> RGB:
        """Draw a slice [X, Y] in gray, uint8 [rows, columns, 3]."""
        return colored(self._gray(hu))

    def outlined(self, hu: NDArray[np.int16], labels: Levels) -> RGB:
        """Draw a slice [X, Y] with the outlines of its labels, liver blue and tumors orange."""
        shown = self.upright(labels, AS_IT_IS)
        return overlay(self._gray(hu), shown, style=Style.CONTOUR)

    def heat(self, hu: NDArray[np.int16], probability: Levels) -> RGB:
        """Draw a probability [X, Y], 255 = 1, over a slice; where it is 0 the slice shows."""
        share = self.upright(probability).astype(np.float32) / 255
        return heat(share, self._gray(hu), colors=DOUBT, most=0.85, rise=5)

    def ringed(self, picture: RGB, mask: NDArray[np.bool_]) -> RGB:
        """Draw the outline of a mask [X, Y] on a picture, in yellow."""
        inside = self.upright(mask.astype(np.uint8) * np.uint8(255)) >= 128
        whole = binary_erosion(inside, iterations=RING, border_value=1)
        drawn = picture.copy()
        drawn[inside & ~whole] = YELLOW
        return drawn

    def pixel_of(self, x: int, y: int) -> tuple[float, float]:
        """Column and row of the middle of a voxel, as plots count: 0 is the first one's middle."""
        right, down = (
            (side.stop - 1 - place + 0.5) / (side.stop - side.start)
            for side, place in ((self.x, x), (self.y, y))
        )
        return right * self.width - 0.5, down * self.height - 0.5

    def voxel_at(self, column: float, row: float) -> tuple[int, int]:
        """Voxel (x, y) at a column and row of the picture; the nearest one shown."""
        x, y = (
            int(np.clip(side.stop - 1 - np.floor(share * (side.stop - side.start)), side.start,
                        side.stop - 1))
            for side, share in (
                (self.x, (column + 0.5) / self.width),
                (self.y, (row + 0.5) / self.height),
            )
        )  # fmt: skip
        return x, y

    def _gray(self, hu: NDArray[np.int16]) -> Levels:
        return self.upright(apply_window(hu, SOFT_TISSUE))

    def upright(self, slice_xy: NDArray[Any], how: Image.Resampling = SMOOTH) -> NDArray[Any]:
        """Lay what is shown of a slice [X, Y] as displayed, in the size of the picture."""
        part = displayed(slice_xy[self.x, self.y])
        return resized(part, (self.width, self.height), how)
