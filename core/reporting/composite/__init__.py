"""The pictures of a report, at print resolution and without a graphics card."""

from core.reporting.composite.case import case_picture, composite, pictures
from core.reporting.composite.lesions import lesion_plate
from core.reporting.composite.palette import GREEN_RED, OKABE_ITO, PALETTES, Palette
from core.reporting.composite.picture import Mark, Picture

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
