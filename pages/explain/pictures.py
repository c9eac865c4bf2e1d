"""Pictures as files, and the bar that says what their colors mean."""

import base64
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

RGB = NDArray[np.uint8]
GAP = 6


def png(picture: RGB) -> bytes:
    """Encode a picture [rows, columns, 3]."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()


def png_url(picture: RGB) -> str:
    """Encode a picture for a page, without a file."""
    return "data:image/png;base64," + base64.b64encode(png(picture)).decode()


def sheet(rows: Sequence[Sequence[RGB]]) -> RGB:
    """Set pictures of one size in rows, a little apart."""
    lines = [_joined(row, axis=1) for row in rows]
    return _joined(lines, axis=0)


def _joined(pictures: Sequence[RGB], axis: int) -> RGB:
    shape = list(pictures[0].shape)
    shape[axis] = GAP
    gap = np.full(shape, 255, np.uint8)
    parts = [part for picture in pictures for part in (picture, gap)][:-1]
    return np.concatenate(parts, axis=axis)
