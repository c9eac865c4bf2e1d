"""Letters and lines on a picture, and the picture as a file."""

import io
from bisect import bisect_right
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.draw.colors import AMBER, INK, PAPER, RGB, Color, colored
from core.geometry.fits import Box

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

OPPOSITE = dict(zip("RLAPSI", "LRPAIS", strict=True))
NOTICE = "Research use only, not for diagnosis"


def sans(size: int) -> Font:
    """Give the sans-serif face that every picture is lettered in, `size` pixels high."""
    return ImageFont.load_default(size)


def shortened(text: str, width: float, font: Font) -> str:
    """Cut `text` so that it fits into `width` pixels."""
    if font.getlength(text) <= width:
        return text
    fitting = bisect_right(range(len(text)), width, key=lambda n: font.getlength(text[:n] + "…"))
    return text[: max(0, fitting - 1)] + "…"


def lettered(image: NDArray[np.uint8], left: str, top: str) -> RGB:
    """Write the letters of the anatomical directions at the four edges of a picture."""
    picture = _copy(image)
    draw, (width, height) = ImageDraw.Draw(picture), picture.size
    size = max(13, min(width, height) // 26)
    places = (
        (left, 8, height // 2, "lm"),
        (OPPOSITE[left], width - 8, height // 2, "rm"),
        (top, width // 2, 6, "mt"),
        (OPPOSITE[top], width // 2, height - 8, "mb"),
    )
    for letter, x, y, anchor in places:
        draw.text((x, y), letter, INK, sans(size), anchor, stroke_width=2, stroke_fill=PAPER)
    return np.asarray(picture)


def scaled(image: NDArray[np.uint8], mm_across: float, bar_mm: int = 50) -> RGB:
    """Draw a bar of `bar_mm` into the lower left of a picture that is `mm_across` wide."""
    picture = _copy(image)
    draw, (width, height) = ImageDraw.Draw(picture), picture.size
    size, bottom, bar = max(12, width // 34), height - 12, bar_mm * width / mm_across
    draw.line((12, bottom, 12 + bar, bottom), INK, 3)
    words = f"{bar_mm / 10:g} cm"
    draw.text((12, bottom - 6), words, INK, sans(size), "lb", stroke_width=2, stroke_fill=PAPER)
    return np.asarray(picture)


def framed(image: NDArray[np.uint8], box: Box, of: tuple[int, int], color: Color) -> RGB:
    """Outline a box of a slice of `of` (rows, columns) in an enlarged picture of that slice."""
    picture = _copy(image)
    down, across = picture.height / of[0], picture.width / of[1]
    edges = (
        box.left * across, box.top * down, box.right * across - 1, box.bottom * down - 1,
    )  # fmt: skip
    ImageDraw.Draw(picture).rectangle(edges, outline=color, width=max(2, picture.width // 200))
    return np.asarray(picture)


def lined(image: NDArray[np.uint8], share: float, color: Color = AMBER) -> RGB:
    """Draw a level line at a `share` of the height of a picture, from its top."""
    picture = _copy(image)
    y = share * picture.height
    ImageDraw.Draw(picture).line((0, y, picture.width, y), color, max(2, picture.width // 220))
    return np.asarray(picture)


def squared(image: NDArray[np.uint8], side: int | None = None) -> RGB:
    """Set a picture on a dark square, whole; its longer side is that of the square, or `side`."""
    rows, columns = image.shape[:2]
    side = side or max(rows, columns)
    square = np.full((side, side, 3), PAPER, np.uint8)
    top, left = (side - rows) // 2, (side - columns) // 2
    square[top : top + rows, left : left + columns] = colored(image)
    return square


def png(picture: Image.Image | NDArray[np.uint8], **options: Any) -> bytes:
    """Encode a picture as PNG, as small as can be unless `options` say otherwise."""
    return _encoded(picture, "PNG", **(options or {"optimize": True}))


def webp(picture: Image.Image | NDArray[np.uint8], quality: int = 82) -> bytes:
    """Encode a picture as WebP, with loss."""
    return _encoded(picture, "WEBP", quality=quality, method=3)


def _encoded(picture: Image.Image | NDArray[np.uint8], kind: str, **options: Any) -> bytes:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _copy(image: NDArray[np.uint8]) -> Image.Image:
    return Image.fromarray(colored(image).copy())
