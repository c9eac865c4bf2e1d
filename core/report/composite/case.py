"""One sheet that shows a case: the scan, what was found in it, and why, in six panels."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.cascade.findings import Findings
from core.cascade.labelled import Labelled
from core.cascade.measurement import lesion_map
from core.draw.slices import SOFT_TISSUE, telling_slice
from core.geometry.slices import Plane, slice_of
from core.geometry.windows import Window
from core.labels import organ_mask
from core.report.composite.attribution import attribution_panel
from core.report.composite.lesions import lesion_plate
from core.report.composite.palette import OKABE_ITO, Palette
from core.report.composite.panels import (
    Panel,
    labelled_panel,
    lesion_panel,
    plain_panel,
    solid_panel,
)
from core.report.composite.picture import Mark, Picture, encode
from core.report.composite.sheet import sheet
from core.report.composite.view import View, view_of
from core.volume import Volume

SIDE, COLUMNS = 680, 3
LETTERS = "ABCDEF"


def composite(
    volume: Volume,
    segmentation: Labelled,
    findings: Findings,
    *,
    attribution: NDArray[np.float32] | None = None,
    axial_slice: int | None = None,
    palette: Palette = OKABE_ITO,
    window: Window = SOFT_TISSUE,
) -> Image.Image:
    """Draw a case on one sheet of six panels, 2072 pixels wide (175 mm at 300 dots per inch).

    An axial slice plain, with the liver, and with its tumors numbered and measured; then the
    attribution map, where there is one, else a sagittal slice; a coronal slice; the liver as a
    solid. Voxels are drawn in their true proportions. Liver and tumor differ by stroke too, so
    that a gray copy tells them apart.

    Parameters
    ----------
    segmentation, findings : of this `volume`.
    attribution : signed float32 [rows, columns] on the displayed axial slice (as
        `core.geometry.slices.slice_of` shows it): positive where it raised the tumor probability.
    axial_slice : z index; None is the slice in which the largest lesion is longest, without
        any lesion the one with most liver.
    palette : colors.
    window : gray scale.

    Raises
    ------
    ValueError : `attribution` is not on the grid of the slice.
    """
    return _drawn(volume, segmentation, findings, attribution, axial_slice, palette, window)[0]


def case_picture(
    volume: Volume,
    segmentation: Labelled,
    findings: Findings,
    *,
    attribution: NDArray[np.float32] | None = None,
    axial_slice: int | None = None,
    palette: Palette = OKABE_ITO,
    window: Window = SOFT_TISSUE,
) -> Picture:
    """Encode `composite`, with its caption and where on it the lesions are."""
    image, marks, z = _drawn(
        volume, segmentation, findings, attribution, axial_slice, palette, window
    )
    slice_name = f"axial slice {z + 1} of {volume.shape[2]} from the feet"
    fourth = "sagittal slice" if attribution is None else "attribution map"
    caption = (
        f"{slice_name[0].upper()}{slice_name[1:]}: the scan alone, the liver outlined, its tumors "
        f"outlined and measured; {fourth}; coronal slice; a 3D view from the "
        f"front. Window {window_text(window)}."
    )
    shown = sorted({mark.lesion for mark in marks})
    names = ", ".join(map(str, shown)) or "none"
    alternative = (
        f"Six views of the scan; lesions in the axial slice shown: {names}. "
        f"The liver has a solid outline, tumors a dashed one."
    )
    return Picture("composite", caption, alternative, encode(image), *image.size, marks)


def pictures(
    volume: Volume,
    segmentation: Labelled,
    findings: Findings,
    *,
    attribution: NDArray[np.float32] | None = None,
    axial_slice: int | None = None,
    palette: Palette = OKABE_ITO,
    window: Window = SOFT_TISSUE,
) -> tuple[Picture, ...]:
    """Draw all pictures of a report: the composite, and with several lesions a plate of them."""
    first = case_picture(
        volume,
        segmentation,
        findings,
        attribution=attribution,
        axial_slice=axial_slice,
        palette=palette,
        window=window,
    )
    if len(findings.lesions) < 2:
        return (first,)
    return first, lesion_plate(volume, segmentation, findings, palette=palette, window=window)


def window_text(window: Window) -> str:
    """Write a window as its bounds in HU."""
    return f"{window.low:.0f} to {window.high:.0f} HU"


def _drawn(
    volume: Volume,
    segmentation: Labelled,
    findings: Findings,
    attribution: NDArray[np.float32] | None,
    axial_slice: int | None,
    palette: Palette,
    window: Window,
) -> tuple[Image.Image, tuple[Mark, ...], int]:
    labels, lesions = segmentation.labels, findings.lesions
    z = _chosen(labels, findings) if axial_slice is None else axial_slice
    organ = organ_mask(slice_of(labels, Plane.AXIAL, z))
    wide = view_of(volume, Plane.AXIAL, z, SIDE)
    close = view_of(volume, Plane.AXIAL, z, SIDE, organ)
    where = f"axial slice {z + 1} of {volume.shape[2]}"
    panels = [
        plain_panel(volume, wide, window, f"Scan\n{where}, window {window_text(window)}"),
        labelled_panel(
            volume, labels, wide, window, palette, f"Liver\n{where}, solid outline", tumors=False
        ),
        lesion_panel(
            volume, lesion_map(labels), close, window, palette, lesions,
            f"Tumors\n{where}, dashed outline, mm",
        ),
        _why(volume, labels, organ, attribution, close, window, palette),
        _across(volume, labels, Plane.CORONAL, window, palette),
        solid_panel(
            volume, labels, palette, lesions, SIDE, "3D view\nfrom the front, right and above"
        ),
    ]  # fmt: skip
    lettered = [
        Panel(panel.image, f"{letter}  {panel.caption}", panel.lesions)
        for letter, panel in zip(LETTERS, panels, strict=True)
    ]
    image, marks = sheet(lettered, COLUMNS, palette)
    return image, marks, z


def _chosen(labels: NDArray[np.uint8], findings: Findings) -> int:
    if findings.lesions:
        return findings.lesions[0].axial_slice
    return telling_slice(labels, Plane.AXIAL)


def _why(
    volume: Volume,
    labels: NDArray[np.uint8],
    organ: NDArray[np.bool_],
    attribution: NDArray[np.float32] | None,
    view: View,
    window: Window,
    palette: Palette,
) -> Panel:
    if attribution is None:
        return _across(volume, labels, Plane.SAGITTAL, window, palette)
    caption = "Attribution\nbright raises the tumor probability, dark lowers it"
    return attribution_panel(volume, organ, attribution, view, window, palette, caption)


def _across(
    volume: Volume, labels: NDArray[np.uint8], plane: Plane, window: Window, palette: Palette
) -> Panel:
    """Show the slice of `plane` with most tumor, else most liver."""
    index = telling_slice(labels, plane)
    view = view_of(volume, plane, index, SIDE)
    origin = "back" if plane is Plane.CORONAL else "left"
    caption = (
        f"{plane.capitalize()}\nslice {index + 1} of {volume.shape[plane.axis]} from the {origin}"
    )
    return labelled_panel(volume, labels, view, window, palette, caption)
