"""A plate of the largest lesions, each in the slice where it is longest."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.cascade.findings import Findings, Lesion
from core.cascade.labelled import Labelled
from core.cascade.measurement import lesion_map
from core.draw.slices import SOFT_TISSUE
from core.geometry.fits import Box
from core.geometry.slices import Plane
from core.geometry.windows import Window
from core.report.composite.palette import OKABE_ITO, Palette
from core.report.composite.panels import Panel, lesion_panel
from core.report.composite.picture import Picture, encode
from core.report.composite.sheet import sheet
from core.report.composite.view import View, squared, view_of
from core.volume import Volume

SIDE, COLUMNS, MOST = 506, 4, 8
SMALLEST_MM, ROOM = 50.0, 2.4


def lesion_plate(
    volume: Volume,
    segmentation: Labelled,
    findings: Findings,
    *,
    palette: Palette = OKABE_ITO,
    window: Window = SOFT_TISSUE,
) -> Picture:
    """Show up to eight of the largest lesions, at least one, with the diameters measured.

    Each panel is at least 50 mm wide and centered on its lesion; neighbors in the same slice
    are outlined and numbered too.
    """
    numbered = lesion_map(segmentation.labels)
    chosen = findings.lesions[:MOST]
    panels = [_panel(volume, numbered, lesion, findings, palette, window) for lesion in chosen]
    image, marks = sheet(panels, min(COLUMNS, len(panels)), palette)
    told = "; ".join(
        f"lesion {lesion.number}, {lesion.longest_diameter_mm:.0f} × "
        f"{lesion.short_diameter_mm:.0f} mm"
        for lesion in chosen
    )
    total = len(findings.lesions)
    which = "All lesions" if total <= MOST else f"The {MOST} largest of {total} lesions"
    caption = f"{which}, each in the axial slice where it is longest, with both diameters."
    return Picture("lesions", caption, f"{which}: {told}.", encode(image), *image.size, marks)


def _panel(
    volume: Volume,
    numbered: NDArray[np.int32],
    lesion: Lesion,
    findings: Findings,
    palette: Palette,
    window: Window,
) -> Panel:
    view = _around(volume, lesion)
    caption = (
        f"Lesion {lesion.number}\nslice {lesion.axial_slice + 1} of {volume.shape[2]}, "
        f"{lesion.volume_ml:.1f} mL"
    )
    drawn = lesion_panel(volume, numbered, view, window, palette, findings.lesions, caption)
    own = tuple(place for place in drawn.lesions if place[0] == lesion.number)
    return replace(drawn, lesions=own)


def _around(volume: Volume, lesion: Lesion) -> View:
    whole = view_of(volume, Plane.AXIAL, lesion.axial_slice, SIDE)
    (x0, y0), (x1, y1) = lesion.longest_endpoints_voxel
    column, row = volume.shape[0] - 1 - (x0 + x1) / 2, volume.shape[1] - 1 - (y0 + y1) / 2
    side = max(SMALLEST_MM, ROOM * lesion.longest_diameter_mm)
    rows, columns = (side / step / 2 for step in whole.pixel_mm)
    shape = (volume.shape[1], volume.shape[0])
    box = Box(
        max(0, round(row - rows)),
        min(shape[0], round(row + rows) + 1),
        max(0, round(column - columns)),
        min(shape[1], round(column + columns) + 1),
    )
    return replace(whole, box=squared(box, whole.pixel_mm, shape))
