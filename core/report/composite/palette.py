"""The colors of a report's pictures; strokes tell liver from tumor where color cannot."""

from dataclasses import dataclass

from core.draw.colors import ORANGE, PUBLISHED, SKY, Color
from core.labels import LIVER, TUMOR


@dataclass(frozen=True)
class Stroke:
    """How an outline is drawn, in pixels of the printed picture; no `dash` is a solid line."""

    width: float
    dash: tuple[float, float] | None = None


# A gray copy keeps these apart: the liver is a thin solid line, a tumor a bold dashed one.
LIVER_STROKE = Stroke(3)
TUMOR_STROKE = Stroke(4.5, (15, 9))


@dataclass(frozen=True)
class Palette:
    """Which colors a picture uses.

    Parameters
    ----------
    name : to show.
    liver, tumor : of outlines, fills and surfaces.
    lowers, raises : ends of the attribution map; they differ in lightness too.
    """

    name: str
    liver: Color
    tumor: Color
    lowers: Color
    raises: Color


# Okabe and Ito, Color Universal Design (2008): told apart with every kind of color vision.
OKABE_ITO = Palette("blue and orange", SKY, ORANGE, (0, 92, 175), (255, 190, 60))
GREEN_RED = Palette(
    "green and red", PUBLISHED[LIVER], PUBLISHED[TUMOR], (20, 80, 190), (255, 130, 110)
)
PALETTES = (OKABE_ITO, GREEN_RED)
