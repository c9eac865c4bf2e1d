"""Panels set side by side on white paper, a caption under each."""

from collections.abc import Sequence

from PIL import Image, ImageDraw

from core.draw.canvas import sans, shortened
from core.report.composite.drawing import Canvas
from core.report.composite.palette import LIVER_STROKE, TUMOR_STROKE, Palette, Stroke
from core.report.composite.panels import Panel
from core.report.composite.picture import Mark

PAPER, TEXT, FAINT = (255, 255, 255), (20, 22, 26), (90, 95, 102)
GAP, LINE, LEGEND = 16, 38, 56
TITLE_SIZE, CAPTION_SIZE = 32, 27
SAMPLE = 90


def sheet(
    panels: Sequence[Panel], columns: int, palette: Palette
) -> tuple[Image.Image, tuple[Mark, ...]]:
    """Lay out panels of one size in `columns`; return where the lesions came to lie."""
    side = panels[0].image.width
    rows = -(-len(panels) // columns)
    width = columns * side + (columns - 1) * GAP
    height = rows * (side + 2 * LINE + GAP) + LEGEND
    paper = Image.new("RGB", (width, height), PAPER)
    marks = []
    for position, panel in enumerate(panels):
        row, column = divmod(position, columns)
        left, top = column * (side + GAP), row * (side + 2 * LINE + GAP)
        paper.paste(panel.image, (left, top))
        _caption(paper, panel.caption, left, top + side + 8, side)
        for number, (x0, y0, x1, y1) in panel.lesions:
            spot = ((left + x0) / width, (top + y0) / height, (x1 - x0) / width, (y1 - y0) / height)
            marks.append(Mark(number, *(round(float(share), 5) for share in spot)))
    _legend(paper, palette, height - LEGEND)
    return paper, tuple(marks)


def _caption(paper: Image.Image, caption: str, left: int, top: int, width: int) -> None:
    """Write the first line of a caption as its title, the second one smaller."""
    draw = ImageDraw.Draw(paper)
    title, _, rest = caption.partition("\n")
    for text, size, ink, y in (
        (title, TITLE_SIZE, TEXT, top),
        (rest, CAPTION_SIZE, FAINT, top + LINE),
    ):
        draw.text((left + 2, y), shortened(text, width - 4, sans(size)), ink, sans(size))


def _legend(paper: Image.Image, palette: Palette, top: int) -> None:
    """Tell which stroke is what, and that nothing here is a diagnosis."""
    draw = ImageDraw.Draw(paper)
    middle, x = top + LEGEND / 2, 4.0
    for name, color, stroke in (
        ("liver", palette.liver, LIVER_STROKE),
        ("tumor", palette.tumor, TUMOR_STROKE),
    ):
        _sample(paper, x, middle, color, stroke)
        draw.text((x + SAMPLE + 14, middle), name, TEXT, sans(CAPTION_SIZE), "lm")
        x += SAMPLE + 50 + draw.textlength(name, sans(CAPTION_SIZE))
    notice = "Research use only. Not for diagnosis."
    draw.text((paper.width - 4, middle), notice, TEXT, sans(CAPTION_SIZE), "rm")


def _sample(
    paper: Image.Image, left: float, middle: float, color: tuple[int, int, int], stroke: Stroke
) -> None:
    canvas = Canvas.over(Image.new("RGB", (SAMPLE, 24), PAPER))
    canvas.lines([[(4.0, 12.0), (SAMPLE - 4.0, 12.0)]], color, stroke)
    paper.paste(canvas.finished, (round(left), round(middle) - 12))
