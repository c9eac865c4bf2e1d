"""One picture that shows at a glance what was segmented, and the overlay it is made of."""

import io
from bisect import bisect_right
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from core.geometry.slices import Plane, slice_of
from core.geometry.windows import Window, apply_window
from core.labels import LIVER, TUMOR, organ_mask, tumor_mask
from core.volume import Volume

COLORS = {LIVER: (64, 200, 110), TUMOR: (240, 62, 62)}
SOFT_TISSUE = Window(-110, 190)
PANEL = 420
GAP = 8
INK, FAINT, PAPER = (235, 238, 240), (165, 172, 178), (14, 17, 20)
SCALE_BAR_MM = 50

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


class Style(StrEnum):
    """How labels are drawn over a slice."""

    FILL = "fill"
    CONTOUR = "contour"
    BOTH = "both"


def overlay(
    gray: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    opacity: float = 0.28,
    style: Style = Style.BOTH,
) -> NDArray[np.uint8]:
    """Lay liver (green) and tumor (red) over a gray slice.

    Parameters
    ----------
    gray, labels : uint8 [rows, columns].
    opacity : of the fill, 0 to 1. Contours are one pixel wide, inside the region, and opaque.
    style : fill, contour or both.

    Returns
    -------
    uint8 [rows, columns, 3]
    """
    picture = np.repeat(gray[..., None], 3, axis=2)
    for label, region in ((LIVER, organ_mask(labels)), (TUMOR, tumor_mask(labels))):
        color = np.array(COLORS[label], dtype=np.float32)
        if style is not Style.CONTOUR:
            filled = labels == label
            picture[filled] = np.rint(picture[filled] * (1 - opacity) + color * opacity)
        if style is not Style.FILL:
            picture[_contour(region)] = color
    return picture


def preview(
    volume: Volume,
    labels: NDArray[np.uint8],
    *,
    window: Window = SOFT_TISSUE,
    note: str = "",
) -> Image.Image:
    """Picture a segmentation: the most telling axial slice, plain and labelled, and a coronal one.

    Both slices are those with most tumor, without any with most liver, else the middle one.

    Parameters
    ----------
    volume : the scan.
    labels : uint8 [X, Y, Z] on its grid: 0 background, 1 liver, 2 tumor.
    window : gray scale.
    note : more to say in the caption, such as the preset.
    """
    axial, coronal = (telling_slice(labels, plane) for plane in (Plane.AXIAL, Plane.CORONAL))
    panels = [
        _panel(volume, None, Plane.AXIAL, axial, window),
        _panel(volume, labels, Plane.AXIAL, axial, window),
        _panel(volume, labels, Plane.CORONAL, coronal, window),
    ]
    place = (
        f"axial slice {axial + 1} of {volume.shape[2]} from the feet, "
        f"coronal slice {coronal + 1} of {volume.shape[1]} from the back"
    )
    synthetic = "Synthetic scan, no patient" if volume.synthetic else ""
    parts = (volume.source, synthetic, place, note)
    return _sheet(panels, " · ".join(part for part in parts if part))


def preview_png(volume: Volume, labels: NDArray[np.uint8], *, note: str = "") -> bytes:
    """Encode `preview` as PNG."""
    buffer = io.BytesIO()
    preview(volume, labels, note=note).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def telling_slice(labels: NDArray[np.uint8], plane: Plane) -> int:
    """Find the slice of `labels` [X, Y, Z] with most tumor, else most liver, else the middle."""
    others = tuple(axis for axis in range(3) if axis != plane.axis)
    for mask in (labels == TUMOR, labels == LIVER):
        areas = np.count_nonzero(mask, axis=others)
        if areas.any():
            return int(areas.argmax())
    return int(labels.shape[plane.axis]) // 2


def _panel(
    volume: Volume, labels: NDArray[np.uint8] | None, plane: Plane, index: int, window: Window
) -> Image.Image:
    """Draw one slice, its pixels made square, in a panel with orientation marks and a scale."""
    hu = slice_of(volume.hu, plane, index)
    spacing = volume.spacing
    row_mm, column_mm = spacing[1 if plane is Plane.AXIAL else 2], spacing[0]
    height_mm, width_mm = hu.shape[0] * row_mm, hu.shape[1] * column_mm
    per_mm = PANEL / max(height_mm, width_mm)
    size = (max(1, round(width_mm * per_mm)), max(1, round(height_mm * per_mm)))
    gray = Image.fromarray(np.ascontiguousarray(apply_window(hu, window)))
    picture = np.asarray(gray.resize(size, Image.Resampling.BICUBIC))
    if labels is None:
        drawn = Image.fromarray(picture).convert("RGB")
    else:
        shown = Image.fromarray(np.ascontiguousarray(slice_of(labels, plane, index)))
        enlarged = np.asarray(shown.resize(size, Image.Resampling.NEAREST))
        drawn = Image.fromarray(overlay(picture, enlarged))
    panel = Image.new("RGB", (PANEL, PANEL))
    panel.paste(drawn, ((PANEL - size[0]) // 2, (PANEL - size[1]) // 2))
    _mark(panel, "AP" if plane is Plane.AXIAL else "SI", SCALE_BAR_MM * per_mm)
    return panel


def _mark(panel: Image.Image, vertical: str, bar: float) -> None:
    """Write R and L, the two `vertical` letters, and a bar of 5 cm that is `bar` pixels long."""
    draw = ImageDraw.Draw(panel)
    middle, far = PANEL // 2, PANEL - 6
    places = (
        ("R", 6, middle, "lm"),
        ("L", far, middle, "rm"),
        (vertical[0], middle, 4, "mt"),
        (vertical[1], middle, far, "mb"),
    )
    for letter, x, y, anchor in places:
        draw.text((x, y), letter, INK, sans(15), anchor, stroke_width=2, stroke_fill=PAPER)
    bottom = PANEL - 10
    draw.line((8, bottom, 8 + bar, bottom), INK, 2)
    draw.text((8, bottom - 4), "5 cm", INK, sans(12), "lb", stroke_width=2, stroke_fill=PAPER)


def _sheet(panels: list[Image.Image], caption: str) -> Image.Image:
    """Set panels side by side over a legend and a caption."""
    width = len(panels) * (PANEL + GAP) + GAP
    sheet = Image.new("RGB", (width, PANEL + 2 * GAP + 48), PAPER)
    for index, panel in enumerate(panels):
        sheet.paste(panel, (GAP + index * (PANEL + GAP), GAP))
    draw = ImageDraw.Draw(sheet)
    top = PANEL + 2 * GAP
    x = float(GAP)
    for label, name in ((LIVER, "liver"), (TUMOR, "tumor")):
        draw.rectangle((x, top + 3, x + 11, top + 14), COLORS[label])
        draw.text((x + 17, top + 1), name, INK, sans(14))
        x += 17 + draw.textlength(name, sans(14)) + 16
    draw.text((width - GAP, top + 1), "Research use only, not for diagnosis", INK, sans(14), "ra")
    small = sans(13)
    draw.text((GAP, top + 23), shortened(caption, width - 2 * GAP, small), FAINT, small)
    return sheet


def shortened(text: str, width: float, font: Font) -> str:
    """Cut `text` so that it fits into `width` pixels."""
    if font.getlength(text) <= width:
        return text
    fitting = bisect_right(range(len(text)), width, key=lambda n: font.getlength(text[:n] + "…"))
    return text[: max(0, fitting - 1)] + "…"


def _contour(region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels of a region [rows, columns] that have a neighbour outside it."""
    inside = region.copy()
    inside[1:] &= region[:-1]
    inside[:-1] &= region[1:]
    inside[:, 1:] &= region[:, :-1]
    inside[:, :-1] &= region[:, 1:]
    return region & ~inside


def sans(size: int) -> Font:
    """Give the sans-serif face that every picture is lettered in, `size` pixels high."""
    return ImageFont.load_default(size)
