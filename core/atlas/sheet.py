"""A sheet of patches as one picture."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.draw.canvas import png, sans

SCALE = 3
GAP, CAPTION = 8, 22
# Legible where a sheet is shown at half its size.
FONT_PIXELS = 18
COLUMNS = 12
PAPER, INK = 255, 0


def patch_sheet(
    images: NDArray[np.uint8],
    captions: Sequence[str],
    columns: int = COLUMNS,
    scale: int = SCALE,
) -> bytes:
    """Draw patches uint8 [N, S, S] in rows of `columns`, each with its caption below: a PNG.

    Parameters
    ----------
    scale : pixels of the sheet for each pixel of a patch.
    """
    side = images.shape[1] * scale
    wide, high = side + GAP, side + CAPTION + GAP
    columns = min(columns, max(1, len(images)))
    rows = max(1, math.ceil(len(images) / columns))
    sheet = Image.new("L", (GAP + columns * wide, GAP + rows * high), PAPER)
    pen, font = ImageDraw.Draw(sheet), sans(FONT_PIXELS)
    for number, (image, caption) in enumerate(zip(images, captions, strict=True)):
        left, top = GAP + number % columns * wide, GAP + number // columns * high
        # Pixels stay squares: smoothing would draw texture that is not there.
        enlarged = Image.fromarray(image).resize((side, side), Image.Resampling.NEAREST)
        sheet.paste(enlarged, (left, top))
        pen.text((left, top + side), caption, fill=INK, font=font)
    return png(sheet)
