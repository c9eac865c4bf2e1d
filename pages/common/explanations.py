"""The explanations made of a visitor's cases, which a report may take over."""

from dataclasses import dataclass

from core.explainers.attribution import Attribution
from core.explainers.backgrounds import Background
from core.explainers.faithfulness import Curves
from core.explainers.question import Asked, Posed
from pages.common.memory import Slot


@dataclass(frozen=True)
class Wish:
    """What a visitor wants explained, and how.

    Parameters
    ----------
    of : names the scan and its result.
    z : axial slice.
    lesion : number of the lesion whose probability is explained; None for the whole slice.
    samples : None for the method's own number.
    """

    of: tuple[object, ...]
    z: int
    asked: Asked
    lesion: int | None
    method: str
    background: Background
    samples: int | None
    seed: int


@dataclass(frozen=True, eq=False)
class Explained:
    """An explanation with the slice that was asked about."""

    posed: Posed
    found: Attribution
    curves: Curves | None = None


# By wish.
EXPLANATIONS = Slot[Explained]("explanations", keep=32)
