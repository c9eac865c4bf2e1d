"""Pictures that only the walk draws: a network's input, the labels from the front, a thumbnail."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.draw.canvas import webp
from core.draw.colors import COLORS, PAPER, RGB, TEAL
from core.draw.slices import SIDE, upright
from core.labels import LIVER, TUMOR

Gray = NDArray[np.uint8]


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
    return webp(square.resize((side, side), Image.Resampling.BILINEAR))
