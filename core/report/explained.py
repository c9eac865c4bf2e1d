"""An attribution map as a report takes it: over its slice, and how it is spread."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.explainers.attribution import Attribution, shares
from core.explainers.pictures import native_map
from core.explainers.question import Posed
from core.explainers.registry import methods
from core.geometry.slices import Plane, slice_of
from core.report.facts import ExplanationSummary


@dataclass(frozen=True, eq=False)
class Explained:
    """A map of one axial slice.

    Parameters
    ----------
    signed : float32 [rows, columns] as the slice is displayed, above 0 where a pixel raised the
        tumor probability.
    """

    summary: ExplanationSummary
    signed: NDArray[np.float32]


def explained_of(posed: Posed, found: Attribution, z: int) -> Explained | None:
    """Sum a map of axial slice `z` up for a report; None for a map that is blank."""
    spread = shares(found.values, posed.tumor, posed.organ)
    if spread is None:
        return None
    title = methods()[found.method].title.partition(" (")[0]
    summary = ExplanationSummary(title, spread.tumor, spread.liver, spread.outside, z)
    shown = slice_of(native_map(posed, found.values)[..., None], Plane.AXIAL, 0)
    return Explained(summary, np.ascontiguousarray(shown, np.float32))
