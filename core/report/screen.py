"""The pictures of a report for a screen: smaller, and any slice that a sentence speaks of."""

import io
from dataclasses import dataclass

from PIL import Image

from core.cascade.measurement import lesion_map
from core.draw.canvas import webp
from core.draw.slices import SOFT_TISSUE
from core.geometry.slices import Plane, slice_of
from core.labels import organ_mask, tumor_mask
from core.report.composite.palette import Palette
from core.report.composite.panels import labelled_panel, lesion_panel
from core.report.composite.picture import Mark, Picture
from core.report.composite.view import view_of
from core.study import Examined

WIDEST, SLICE_SIDE = 1400, 640


@dataclass(frozen=True)
class Shown:
    """A picture for a screen: WebP, with its words and where on it the lesions are."""

    name: str
    caption: str
    alternative: str
    webp: bytes
    size: tuple[int, int]
    marks: tuple[Mark, ...] = ()


def on_screen(picture: Picture) -> Shown:
    """Bring a printed picture to the size of a screen."""
    image = Image.open(io.BytesIO(picture.png))
    size = min(WIDEST, image.width), round(image.height * min(WIDEST, image.width) / image.width)
    small = image.resize(size, Image.Resampling.LANCZOS)
    return Shown(
        picture.name,
        picture.caption,
        picture.alternative,
        webp(small.convert("RGB")),
        size,
        picture.marks,
    )


def slice_on_screen(study: Examined, z: int, palette: Palette) -> Shown:
    """Draw axial slice `z` with what was called in it."""
    volume, labels = study.volume, study.segmentation.labels
    shown = slice_of(labels, Plane.AXIAL, z)
    organ = organ_mask(shown)
    view = view_of(volume, Plane.AXIAL, z, SLICE_SIDE, organ if organ.any() else None)
    if tumor_mask(shown).any():
        lesions = study.findings.lesions
        panel = lesion_panel(volume, lesion_map(labels), view, SOFT_TISSUE, palette, lesions, "")
        here = f"lesions {', '.join(str(number) for number, _ in panel.lesions)}"
    else:
        panel = labelled_panel(volume, labels, view, SOFT_TISSUE, palette, "")
        here = "no lesion" if organ.any() else "no liver"
    marks = tuple(
        Mark(number, *(side / SLICE_SIDE for side in (x0, y0, x1 - x0, y1 - y0)))
        for number, (x0, y0, x1, y1) in panel.lesions
    )
    name = f"Slice {z + 1} of {volume.shape[2]} from the feet"
    return Shown("slice", name, f"{name}: {here}.", webp(panel.image), panel.image.size, marks)
