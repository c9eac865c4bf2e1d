"""A signed attribution map over its slice, with a bar that is centered on zero."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.geometry.windows import Window
from core.report.composite.drawing import (
    INK,
    SMALL,
    Canvas,
    orientation,
    outlines,
    scale_bar,
)
from core.report.composite.palette import LIVER_STROKE, Palette
from core.report.composite.panels import Panel
from core.report.composite.view import View, gray_panel
from core.volume import Volume

DIMMED = 0.55
FAINTEST = 0.04
BRIGHTEST = 99.8
BAR = (22, 0.3)


def attribution_panel(
    volume: Volume,
    organ: NDArray[np.bool_],
    attribution: NDArray[np.float32],
    view: View,
    window: Window,
    palette: Palette,
    caption: str,
) -> Panel:
    """Show what raised and what lowered the network's answer.

    Parameters
    ----------
    organ : bool [rows, columns], the liver in the displayed slice, outlined.
    attribution : float32 [rows, columns], on the same slice; its largest magnitude (99.8th
        percentile) takes the full color.

    Raises
    ------
    ValueError : `attribution` is not on the grid of the slice.
    """
    if attribution.shape != organ.shape:
        raise ValueError(f"the map has shape {attribution.shape}, the slice {organ.shape}")
    limit = float(np.percentile(np.abs(attribution), BRIGHTEST)) or float(np.abs(attribution).max())
    panel = gray_panel(volume, view, window).point(lambda value: DIMMED * value)
    if limit > 0:
        scaled = np.clip(attribution / limit, -1, 1).astype(np.float32)
        color, share = _diverging(np.asarray(view.enlarge(scaled)), palette)
        panel.paste(Image.fromarray(color), view.corner, Image.fromarray(share))
    canvas = Canvas.over(panel)
    orientation(canvas, view.plane)
    scale_bar(canvas, view.per_mm)
    canvas.lines(outlines(organ, view), INK, LIVER_STROKE)
    _bar(canvas, palette, limit)
    return Panel(canvas.finished, caption)


def _diverging(
    signed: NDArray[np.float32], palette: Palette
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Color [rows, columns, 3] by sign and its opacity by size of values in -1..1."""
    raised = (signed > 0)[..., None]
    ends = [np.array(end, np.uint8) for end in (palette.raises, palette.lowers)]
    color = np.where(raised, *ends)
    size = np.clip((np.abs(signed) - FAINTEST) / (1 - FAINTEST), 0, 1)
    return np.ascontiguousarray(color), np.rint(255 * np.sqrt(size)).astype(np.uint8)


def _bar(canvas: Canvas, palette: Palette, limit: float) -> None:
    """Draw the color bar at the right, its middle at zero."""
    side = canvas.finished.width
    width, share = BAR
    height, left, top = round(share * side), side - 16 - width, 60
    signed = np.linspace(1, -1, height, dtype=np.float32)[:, None].repeat(width, axis=1)
    color, opacity = _diverging(signed, palette)
    bar = Image.new("RGB", (width, height), (70, 70, 70))
    bar.paste(Image.fromarray(color), (0, 0), Image.fromarray(opacity))
    factor = canvas.image.width // side
    canvas.image.paste(bar.resize((width * factor, height * factor)), (left * factor, top * factor))
    canvas.draw.rectangle(
        [value * factor for value in (left, top, left + width, top + height)], None, INK, factor
    )
    for share, text in ((0.0, f"+{limit:.2g}"), (0.5, "0"), (1.0, f"-{limit:.2g}")):
        canvas.letter(left - 8, top + share * height, text, SMALL, "rm")
