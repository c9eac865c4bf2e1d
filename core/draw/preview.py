"""One picture that shows at a glance what was segmented."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.draw.canvas import lettered, png, scaled, squared
from core.draw.colors import colored
from core.draw.overlay import overlay
from core.draw.sheet import label_legend, sheet
from core.draw.slices import SOFT_TISSUE, telling_slice, upright
from core.geometry.slices import Plane, slice_of
from core.geometry.windows import Window, apply_window
from core.volume import Volume

PANEL = 420


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
    panels = (
        _panel(volume, None, Plane.AXIAL, axial, window),
        _panel(volume, labels, Plane.AXIAL, axial, window),
        _panel(volume, labels, Plane.CORONAL, coronal, window),
    )
    place = (
        f"axial slice {axial + 1} of {volume.shape[2]} from the feet, "
        f"coronal slice {coronal + 1} of {volume.shape[1]} from the back"
    )
    synthetic = "Synthetic scan, no patient" if volume.synthetic else ""
    parts = (volume.source, synthetic, place, note)
    caption = " · ".join(part for part in parts if part)
    return sheet([("", panel) for panel in panels], caption, label_legend())


def preview_png(volume: Volume, labels: NDArray[np.uint8], *, note: str = "") -> bytes:
    """Encode `preview` as PNG."""
    return png(preview(volume, labels, note=note))


def _panel(
    volume: Volume, labels: NDArray[np.uint8] | None, plane: Plane, index: int, window: Window
) -> NDArray[np.uint8]:
    """Draw one slice in a square panel, with orientation marks and a scale."""
    hu, (x_mm, y_mm, z_mm) = slice_of(volume.hu, plane, index), volume.spacing
    pixel_mm = (y_mm if plane is Plane.AXIAL else z_mm, x_mm)
    picture = upright(apply_window(hu, window), pixel_mm, PANEL)
    if labels is not None:
        called = upright(slice_of(labels, plane, index), pixel_mm, PANEL, smooth=False)
        picture = overlay(picture, called)
    across = max(count * step for count, step in zip(hu.shape, pixel_mm, strict=True))
    panel = squared(colored(picture), PANEL)
    return scaled(lettered(panel, "R", "A" if plane is Plane.AXIAL else "S"), across)
