"""The panels of a composite: a slice plain, outlined and measured, and the liver as a solid."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.cascade.findings import Lesion
from core.geometry.slices import Plane, slice_of
from core.geometry.surfaces import mesh_of
from core.geometry.windows import Window
from core.labels import organ_mask, tumor_mask
from core.report.composite.drawing import (
    SMALL,
    Canvas,
    Rectangle,
    caliper,
    fill,
    label_beside,
    orientation,
    outlines,
    scale_bar,
    trace,
)
from core.report.composite.palette import LIVER_STROKE, TUMOR_STROKE, Palette
from core.report.composite.solid import Camera, Drawn, camera_for, draw_surface
from core.report.composite.view import View, gray_panel
from core.volume import Volume

TINT = 0.16
MOST_NAMED = 12
LIVER_FACES, TUMOR_FACES = 12_000, 8_000
SOLID_SIDE = 1.5
BACKGROUND = (12, 14, 18)


@dataclass(frozen=True)
class Panel:
    """A finished panel, and where on it the lesions are, in pixels."""

    image: Image.Image
    caption: str
    lesions: tuple[tuple[int, Rectangle], ...] = ()


def plain_panel(volume: Volume, view: View, window: Window, caption: str) -> Panel:
    """Show the scan as it is."""
    canvas = Canvas.over(gray_panel(volume, view, window))
    _finish(canvas, view)
    return Panel(canvas.finished, caption)


def labelled_panel(
    volume: Volume,
    labels: NDArray[np.uint8],
    view: View,
    window: Window,
    palette: Palette,
    caption: str,
    *,
    tumors: bool = True,
) -> Panel:
    """Show the outline of the liver, tinted, and of its tumors unless told otherwise."""
    panel = gray_panel(volume, view, window)
    shown_labels = slice_of(labels, view.plane, view.index)
    organ, tumor = organ_mask(shown_labels), tumor_mask(shown_labels)
    fill(panel, organ, view, palette.liver, TINT)
    canvas = Canvas.over(panel)
    canvas.lines(outlines(organ, view), palette.liver, LIVER_STROKE)
    if tumors:
        canvas.lines(outlines(tumor, view), palette.tumor, TUMOR_STROKE)
    _finish(canvas, view)
    return Panel(canvas.finished, caption)


def lesion_panel(
    volume: Volume,
    numbered: NDArray[np.int32],
    view: View,
    window: Window,
    palette: Palette,
    lesions: Sequence[Lesion],
    caption: str,
) -> Panel:
    """Outline and number the lesions of an axial slice; draw those diameters measured in it.

    Parameters
    ----------
    numbered : int32 [X, Y, Z], lesion numbers, as `core.cascade.measurement.lesion_map` gives them.
    lesions : those that may be shown.
    """
    inside = slice_of(numbered, Plane.AXIAL, view.index)
    canvas = Canvas.over(gray_panel(volume, view, window))
    _finish(canvas, view)
    seen = inside[view.box.top : view.box.bottom, view.box.left : view.box.right]
    here = [lesion for lesion in lesions if (seen == lesion.number).any()]
    canvas.lines(outlines(inside > 0, view), palette.tumor, TUMOR_STROKE)
    shape = (volume.shape[0], volume.shape[1])
    places = {lesion.number: extent(inside == lesion.number, view) for lesion in here}
    canvas.taken.extend(places.values())
    for lesion in here:
        measured = lesion.axial_slice == view.index
        if measured:
            caliper(canvas, view, lesion, shape)
        label_beside(canvas, places[lesion.number], name_of(lesion, measured, len(here)))
    return Panel(canvas.finished, caption, tuple(places.items()))


def name_of(lesion: Lesion, measured: bool, company: int) -> str:
    """Write the number of a lesion, with its diameters if measured and if there is room."""
    if not measured or company > MOST_NAMED:
        return str(lesion.number)
    return f"{lesion.number}: {lesion.longest_diameter_mm:.0f} x {lesion.short_diameter_mm:.0f} mm"


def extent(mask: NDArray[np.bool_], view: View) -> Rectangle:
    """Box on the panel around what `mask` [rows, columns] marks, which is not empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    left, top = view.place(columns[0] - 0.5, rows[0] - 0.5)
    right, bottom = view.place(columns[-1] + 0.5, rows[-1] + 0.5)
    return left, top, right, bottom


def solid_panel(
    volume: Volume,
    labels: NDArray[np.uint8],
    palette: Palette,
    lesions: Sequence[Lesion],
    side: int,
    caption: str,
) -> Panel:
    """Show the liver as a translucent solid with its tumors inside, seen from the front."""
    organ = mesh_of(organ_mask(labels), volume.affine, LIVER_FACES)
    if not len(organ.faces):
        return Panel(Image.new("RGB", (side, side), BACKGROUND), caption)
    tumors = mesh_of(tumor_mask(labels), volume.affine, TUMOR_FACES)
    drawn_side = round(side * SOLID_SIDE)
    camera = camera_for(organ.vertices_mm, drawn_side)
    front, inner = draw_surface(organ, camera), draw_surface(tumors, camera)
    image = Image.fromarray(_glass(front, inner, palette))
    canvas = Canvas.over(image.resize((side, side), Image.Resampling.BOX))
    silhouette = Image.fromarray(np.where(inner.seen, np.uint8(255), np.uint8(0)))
    edges = trace(np.asarray(silhouette.resize((side, side), Image.Resampling.BOX)))
    canvas.lines(edges, palette.tumor, TUMOR_STROKE)
    orientation(canvas, None)
    scale_bar(canvas, camera.per_mm / SOLID_SIDE)
    _number(canvas, camera, lesions)
    return Panel(canvas.finished, caption)


def _glass(front: Drawn, inner: Drawn, palette: Palette) -> NDArray[np.uint8]:
    """Color a dark liver and the bright tumors that shine through it, apart in gray too."""
    picture = np.full((*front.seen.shape, 3), BACKGROUND, np.float32)
    for surface, color, strength in ((front, palette.liver, 0.6), (inner, palette.tumor, 1.0)):
        lit = strength * surface.brightness[..., None] * np.array(color, np.float32)
        picture[surface.seen] = lit[surface.seen]
    covered = inner.seen & (front.nearness > inner.nearness)
    picture[covered] = 0.8 * picture[covered] + 51 * front.brightness[covered, None]
    return np.clip(picture, 0, 255).astype(np.uint8)


def _number(canvas: Canvas, camera: Camera, lesions: Sequence[Lesion]) -> None:
    """Write numbers on the lesions that are large enough, beside the others."""
    for lesion in lesions[:MOST_NAMED]:
        x, y, _ = (camera.project(np.array([lesion.centroid_mm]))[0] / SOLID_SIDE).tolist()
        radius = lesion.short_diameter_mm / 2 * camera.per_mm / SOLID_SIDE
        if radius > SMALL:
            canvas.taken.append(canvas.letter(x, y, str(lesion.number), SMALL, "mm"))
        else:
            around = (x - radius, y - radius, x + radius, y + radius)
            label_beside(canvas, around, str(lesion.number), SMALL)


def _finish(canvas: Canvas, view: View) -> None:
    orientation(canvas, view.plane)
    scale_bar(canvas, view.per_mm)
