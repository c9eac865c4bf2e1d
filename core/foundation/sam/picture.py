"""Slices with SAM's masks: all of them in colors, or the chosen ones as labels."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import binary_dilation

from core.draw.preview import FAINT, GAP, INK, PAPER, overlay, sans, shortened
from core.foundation.sam.masks import MaskSet

RGB = NDArray[np.uint8]

# Longer side of a picture in pixels.
SIDE = 640
OPACITY = 0.45
# Told apart with any kind of color vision where few lie side by side: Okabe and Ito, 2008.
PALETTE = (
    (86, 180, 233), (230, 159, 0), (0, 158, 115), (240, 228, 66), (204, 121, 167), (213, 94, 0),
    (0, 114, 178), (170, 170, 255),
)  # fmt: skip


def labelled(gray: RGB, labels: NDArray[np.uint8], pixel_mm: tuple[float, float]) -> RGB:
    """Lay labels over a slice: liver green, tumor red.

    Parameters
    ----------
    gray, labels : uint8 [rows, columns], 1 liver, 2 tumor.
    pixel_mm : size of a pixel, (row, column).

    Returns
    -------
    uint8 [rows, columns, 3] with square pixels, `SIDE` long.
    """
    return overlay(_large(gray, pixel_mm, smooth=True), _large(labels, pixel_mm, smooth=False))


def colored(gray: RGB, found: MaskSet, pixel_mm: tuple[float, float]) -> RGB:
    """Lay all masks over a slice in colors, the largest at the bottom; returns as `labelled`."""
    picture = np.repeat(_large(gray, pixel_mm, smooth=True)[..., None], 3, axis=2)
    areas = [np.count_nonzero(found.mask(index)) for index in range(len(found))]
    for rank, index in enumerate(np.argsort(areas)[::-1]):
        region = _large(found.mask(int(index)).astype(np.uint8), pixel_mm, smooth=False) > 0
        color = np.array(PALETTE[rank % len(PALETTE)])
        picture[region] = np.rint(picture[region] * (1 - OPACITY) + color * OPACITY)
    return picture


def outlined(gray: RGB, mask: NDArray[np.bool_] | None, pixel_mm: tuple[float, float]) -> RGB:
    """Draw a slice with the outline of one mask, if there is one; returns as `labelled`."""
    picture = np.repeat(_large(gray, pixel_mm, smooth=True)[..., None], 3, axis=2)
    if mask is not None:
        region = _large(mask.astype(np.uint8), pixel_mm, smooth=False) > 0
        thick = binary_dilation(region, iterations=2) & ~region
        picture[thick] = PALETTE[0]
        picture[region] = np.rint(picture[region] * 0.8 + np.array(PALETTE[0]) * 0.2)
    return picture


def sheet_png(pictures: dict[str, RGB], note: str) -> bytes:
    """Set pictures of one size side by side, each under its name, over a note; as PNG."""
    height, width = next(iter(pictures.values())).shape[:2]
    sheet = Image.new("RGB", ((width + GAP) * len(pictures) + GAP, height + 70), PAPER)
    draw = ImageDraw.Draw(sheet)
    for number, (name, picture) in enumerate(pictures.items()):
        left = GAP + number * (width + GAP)
        draw.text((left, 6), shortened(name, width, sans(14)), INK, sans(14))
        sheet.paste(Image.fromarray(picture), (left, 28))
    told = f"{note} · Research use only, not for diagnosis"
    room = sheet.width - 2 * GAP
    draw.text((GAP, height + 40), shortened(told, room, sans(13)), FAINT, sans(13))
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _large(part: RGB, pixel_mm: tuple[float, float], *, smooth: bool) -> RGB:
    height, width = (count * mm for count, mm in zip(part.shape, pixel_mm, strict=True))
    scale = SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(np.ascontiguousarray(part)).resize(size, how))
