"""Slices that were left out between others that show a label."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.editing.apply import MASKS
from core.editing.edits import Between, Target
from core.errors import BadEdits
from core.geometry.slices import Plane


def nearest_gap(labels: NDArray[np.uint8], target: Target, plane: Plane, index: int) -> Between:
    """Find the gap nearest to the slice `index` of `plane`; BadEdits where there is none."""
    others = tuple(axis for axis in range(3) if axis != plane.axis)
    shown = np.flatnonzero(MASKS[target](labels).any(axis=others)).tolist()
    gaps = [(low, high) for low, high in pairwise(shown) if high - low > 1]
    if not gaps:
        raise BadEdits(
            f"No {plane} slice is left out between others that show {target}; draw it on two "
            "slices with some between them."
        )
    low, high = min(gaps, key=lambda gap: max(gap[0] - index, index - gap[1], 0))
    return Between(target, plane, low, high)
