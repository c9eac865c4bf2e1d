"""Several pictures as one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.draw.canvas import NOTICE, png, sans, shortened
from core.draw.colors import COLORS, FAINT, INK, PAPER, RGB, colored
from core.draw.slices import SIDE
from core.labels import LIVER, TUMOR

GAP = 8
NAMES, LEGEND, NOTE = 24, 24, 24


def sheet(
    pictures: Sequence[tuple[str, RGB]], note: str, legend: Image.Image | None = None
) -> Image.Image:
    """Set pictures of one size side by side under their names, over a legend and a note.

    Parameters
    ----------
    pictures : each behind what is written above it.
    legend : set to the left of the notice that every sheet carries.
    """
    rows, columns = pictures[0][1].shape[:2]
    above = NAMES if any(name for name, _ in pictures) else 0
    below = max(LEGEND, legend.height if legend else 0)
    width = len(pictures) * (columns + GAP) + GAP
    paper = Image.new("RGB", (width, above + rows + 2 * GAP + below + NOTE), PAPER)
    pen = ImageDraw.Draw(paper)
    for index, (name, picture) in enumerate(pictures):
        left = GAP + index * (columns + GAP)
        pen.text((left, GAP), shortened(name, columns, sans(15)), INK, sans(15))
        paper.paste(Image.fromarray(picture), (left, GAP + above))
    top = above + rows + 2 * GAP
    if legend:
        paper.paste(legend, (GAP, top))
    pen.text((width - GAP, top + 1), NOTICE, INK, sans(14), "ra")
    text = shortened(note, width - 2 * GAP, sans(13))
    pen.text((GAP, top + below - 1), text, FAINT, sans(13))
    return paper


def label_legend() -> Image.Image:
    """Say which color is the liver and which a tumor."""
    legend = Image.new("RGB", (180, LEGEND), PAPER)
    pen, x = ImageDraw.Draw(legend), 0.0
    for label, name in ((LIVER, "liver"), (TUMOR, "tumor")):
        pen.rectangle((x, 3, x + 11, 14), COLORS[label])
        pen.text((x + 17, 1), name, INK, sans(14))
        x += 17 + pen.textlength(name, sans(14)) + 16
    return legend


def montage_png(pictures: Sequence[NDArray[np.uint8]], height: int = SIDE) -> bytes:
    """Set pictures side by side at one height, and encode them as PNG."""
    gap = 12
    images = [Image.fromarray(colored(picture)) for picture in pictures]
    sized = [
        image.resize((max(1, round(image.width * height / image.height)), height))
        for image in images
    ]
    width = sum(image.width for image in sized) + gap * (len(sized) - 1)
    paper, x = Image.new("RGB", (width, height), PAPER), 0
    for image in sized:
        paper.paste(image, (x, 0))
        x += image.width + gap
    return png(paper)


def grid(rows: Sequence[Sequence[RGB]], gap: int = 6) -> RGB:
    """Set pictures of one size in rows, a little white between them."""
    return _joined([_joined(row, 1, gap) for row in rows], 0, gap)


def _joined(pictures: Sequence[RGB], axis: int, gap: int) -> RGB:
    shape = list(pictures[0].shape)
    shape[axis] = gap
    between = np.full(shape, 255, np.uint8)
    parts = [part for picture in pictures for part in (picture, between)][:-1]
    return np.concatenate(parts, axis=axis)
