"""Which slice is shown, and how it becomes a picture of square pixels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.geometry.components import box_where
from core.geometry.slices import Plane, slice_of
from core.geometry.windows import Window
from core.labels import LIVER, TUMOR, organ_mask

SOFT_TISSUE = Window(-110, 190)
# Longer side of a picture in pixels.
SIDE = 640

SMOOTH, AS_IT_IS = Image.Resampling.BICUBIC, Image.Resampling.NEAREST


def displayed(part: NDArray[Any]) -> NDArray[Any]:
    """Turn an axial slice [X, Y], or a part of one, as it is displayed: [rows, columns]."""
    return slice_of(part[:, :, None], Plane.AXIAL, 0)


def resized(
    image: NDArray[Any], size: tuple[int, int], how: Image.Resampling = SMOOTH
) -> NDArray[Any]:
    """Bring a picture [rows, columns] or [rows, columns, 3] to a `size` of (width, height)."""
    return np.asarray(Image.fromarray(np.ascontiguousarray(image)).resize(size, how))


def upright(
    image: NDArray[np.uint8], pixel_mm: tuple[float, float] = (1, 1), side: int = SIDE,
    *, smooth: bool = True,
) -> NDArray[np.uint8]:  # fmt: skip
    """Bring a picture [rows, columns] or [rows, columns, 3] to square pixels, `side` long.

    Parameters
    ----------
    pixel_mm : size of a pixel down the rows and along the columns.
    smooth : interpolate; without it the pixels stay visible as they are.
    """
    height, width = (count * step for count, step in zip(image.shape[:2], pixel_mm, strict=True))
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return resized(image, size, SMOOTH if smooth else AS_IT_IS)


def telling_slice(labels: NDArray[np.uint8], plane: Plane) -> int:
    """Find the slice of `labels` [X, Y, Z] with most tumor, else most liver, else the middle."""
    box = box_where(labels, organ_mask)
    if box is None:
        return int(labels.shape[plane.axis]) // 2
    others = tuple(axis for axis in range(3) if axis != plane.axis)
    tumor, liver = (np.count_nonzero(labels[box] == label, axis=others) for label in (TUMOR, LIVER))
    return int(box[plane.axis].start + (tumor if tumor.any() else liver).argmax())
