"""Pictures of slices, squares and maps, large enough to teach with."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.draw.preview import COLORS, INK, PAPER, sans
from core.geometry.fits import Box
from core.labels import LIVER, TUMOR

Gray = NDArray[np.uint8]
RGB = NDArray[np.uint8]

# Longer side of a picture in pixels.
SIDE = 640
AMBER, BLUE, TEAL = (255, 176, 32), (70, 150, 255), (32, 190, 170)
# From 0 to 1: lightness only rises, so that it reads without color vision.
HEAT = ((13, 8, 60), (92, 18, 140), (187, 55, 120), (246, 132, 52), (250, 240, 130))
OPPOSITE = dict(zip("RLAPSI", "LRPAIS", strict=True))


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
    how = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
    return np.asarray(Image.fromarray(np.ascontiguousarray(image)).resize(size, how))


def colored(image: NDArray[np.uint8]) -> RGB:
    """Give a gray picture [rows, columns] three channels; one with colors stays."""
    return image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)


def heat(share: NDArray[np.floating], gray: Gray | None = None) -> RGB:
    """Color values in 0..1 [rows, columns]; over `gray`, it shows through where they are low."""
    stops = np.linspace(0, 1, len(HEAT))
    color = np.stack([np.interp(share, stops, part) for part in zip(*HEAT, strict=True)], -1)
    opacity = 0.6 * np.clip(share * 3, 0, 1)[..., None]
    below = color if gray is None else gray[..., None]
    mixed: RGB = np.rint(below * (1 - opacity) + color * opacity).astype(np.uint8)
    return mixed


def tinted(gray: Gray, masks: Sequence[tuple[NDArray[np.bool_], tuple[int, int, int]]]) -> RGB:
    """Lay masks [rows, columns] in their colors over a gray picture, half transparent."""
    picture = colored(gray).astype(np.float32)
    for mask, color in masks:
        picture[mask] = picture[mask] * 0.45 + np.array(color, np.float32) * 0.55
    return np.rint(picture).astype(np.uint8)


def lettered(image: NDArray[np.uint8], left: str, top: str) -> RGB:
    """Write the letters of the anatomical directions at the four edges of a picture."""
    picture = Image.fromarray(colored(image).copy())
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
    picture = Image.fromarray(colored(image).copy())
    draw, (width, height) = ImageDraw.Draw(picture), picture.size
    size, bottom, bar = max(12, width // 34), height - 12, bar_mm * width / mm_across
    draw.line((12, bottom, 12 + bar, bottom), INK, 3)
    words = f"{bar_mm / 10:g} cm"
    draw.text((12, bottom - 6), words, INK, sans(size), "lb", stroke_width=2, stroke_fill=PAPER)
    return np.asarray(picture)


def framed(
    image: NDArray[np.uint8], box: Box, of: tuple[int, int], color: tuple[int, int, int]
) -> RGB:
    """Outline a box of a slice of `of` (rows, columns) in an enlarged picture of that slice."""
    picture = Image.fromarray(colored(image).copy())
    down, across = picture.height / of[0], picture.width / of[1]
    edges = (
        box.left * across, box.top * down, box.right * across - 1, box.bottom * down - 1,
    )  # fmt: skip
    ImageDraw.Draw(picture).rectangle(edges, outline=color, width=max(2, picture.width // 200))
    return np.asarray(picture)


def lined(image: NDArray[np.uint8], share: float, color: tuple[int, int, int] = AMBER) -> RGB:
    """Draw a level line at a `share` of the height of a picture, from its top."""
    picture = Image.fromarray(colored(image).copy())
    y = share * picture.height
    ImageDraw.Draw(picture).line((0, y, picture.width, y), color, max(2, picture.width // 220))
    return np.asarray(picture)


def stacked(square: Gray, side: int = SIDE) -> RGB:
    """Draw one square three times, one behind the other: the channels of a network's input."""
    card = round(side * 0.8)
    face = Image.fromarray(upright(square, side=card, smooth=False))
    picture = Image.new("RGB", (side, side), PAPER)
    draw = ImageDraw.Draw(picture)
    for number in (2, 1, 0):
        at = round((side - card) * number / 2), round((side - card) * (2 - number) / 2)
        picture.paste(face.convert("RGB"), at)
        draw.rectangle((*at, at[0] + card - 1, at[1] + card - 1), outline=TEAL, width=3)
    return np.asarray(picture)


def front_view(labels: NDArray[np.uint8], spacing: tuple[float, float, float]) -> RGB:
    """Look at labels [X, Y, Z] from the front: what is far is dark, tumors shine through.

    Patient's right on the left; square pixels, one a mm at most.
    """
    depth = labels.shape[1]
    organ, nearest = np.zeros(labels.shape[::2], bool), np.full(labels.shape[::2], depth)
    tumor = np.zeros_like(organ)
    for y in range(depth):
        sheet = labels[:, y]
        organ |= sheet > 0
        tumor |= sheet == TUMOR
        nearest[sheet > 0] = depth - 1 - y
    seen = nearest[organ]
    span = max(1, int(np.ptp(seen))) if seen.size else 1
    first = int(seen.min()) if seen.size else 0
    shade = np.where(organ, 1 - 0.75 * np.clip((nearest - first) / span, 0, 1), 0)[..., None]
    color = np.where(tumor[..., None], COLORS[TUMOR], COLORS[LIVER])
    picture = np.where(organ[..., None], shade * color, PAPER).astype(np.uint8)
    shown = picture.transpose(1, 0, 2)[::-1, ::-1]
    return upright(shown, (spacing[2], spacing[0]))


def thumbnail(image: NDArray[np.uint8], side: int = 104) -> bytes:
    """Encode a small square picture as WebP; what is longer than wide is cut at its ends."""
    rows, columns = image.shape[:2]
    edge = min(rows, columns)
    top, left = (rows - edge) // 2, (columns - edge) // 2
    square = Image.fromarray(np.ascontiguousarray(image[top : top + edge, left : left + edge]))
    buffer = io.BytesIO()
    small = square.resize((side, side), Image.Resampling.BILINEAR)
    small.save(buffer, "WEBP", quality=82)
    return buffer.getvalue()


def squared(image: NDArray[np.uint8]) -> RGB:
    """Set a picture on a dark square, whole."""
    rows, columns = image.shape[:2]
    side = max(rows, columns)
    square = np.full((side, side, 3), PAPER, np.uint8)
    top, left = (side - rows) // 2, (side - columns) // 2
    square[top : top + rows, left : left + columns] = colored(image)
    return square


def montage_png(pictures: Sequence[NDArray[np.uint8]], height: int = SIDE) -> bytes:
    """Set pictures side by side at one height, and encode them as PNG."""
    gap = 12
    images = [Image.fromarray(colored(picture)) for picture in pictures]
    sized = [
        image.resize((max(1, round(image.width * height / image.height)), height))
        for image in images
    ]
    width = sum(image.width for image in sized) + gap * (len(sized) - 1)
    sheet, x = Image.new("RGB", (width, height), PAPER), 0
    for image in sized:
        sheet.paste(image, (x, 0))
        x += image.width + gap
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
