"""The pictures of a report, at print resolution and without a graphics card."""

from core.report.composite.case import case_picture, composite, pictures
from core.report.composite.lesions import lesion_plate
from core.report.composite.palette import GREEN_RED, OKABE_ITO, PALETTES, Palette
from core.report.composite.picture import Mark, Picture

__all__ = [
    "GREEN_RED",
    "OKABE_ITO",
    "PALETTES",
    "Mark",
    "Palette",
    "Picture",
    "case_picture",
    "composite",
    "lesion_plate",
    "pictures",
]
