"""Two answers to one scan beside each other: how far they agree, and where they do not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.score import TARGETS
from core.metrics.overlap import overlap


@dataclass(frozen=True)
class Agreement:
    """How far two answers agree about one target.

    Parameters
    ----------
    dice : of both; NaN where neither called anything.
    both_ml, only_first_ml, only_second_ml : what was called by both, or by one alone.
    """

    dice: float
    both_ml: float
    only_first_ml: float
    only_second_ml: float


def agreement_of(
    first: NDArray[np.uint8], second: NDArray[np.uint8], voxel_ml: float
) -> dict[str, Agreement]:
    """Compare two sets of labels [X, Y, Z] of one scan, by target: ``organ`` and ``tumor``."""
    found = {}
    for name, target in TARGETS.items():
        shared = overlap(target(first), target(second))
        found[name] = Agreement(
            shared.dice,
            shared.true_positive * voxel_ml,
            shared.false_negative * voxel_ml,
            shared.false_positive * voxel_ml,
        )
    return found


def slice_of_dispute(first: NDArray[np.uint8], second: NDArray[np.uint8], target: str) -> int:
    """Find the axial slice on which two sets of labels [X, Y, Z] differ most, else tell most."""
    one, other = TARGETS[target](first), TARGETS[target](second)
    disputed = np.count_nonzero(one ^ other, axis=(0, 1))
    areas = disputed if disputed.any() else np.count_nonzero(one | other, axis=(0, 1))
    return int(areas.argmax())
