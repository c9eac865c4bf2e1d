"""Which case to look at next: where the networks doubt, and where that would change the answer.

Taken at their word, probabilities tell what to expect of their own labels: the Dice with a truth
drawn from them, and the volume that would change sides. Uncertainty sampling by expected change
(Settles, Active Learning Literature Survey, 2009), for masks.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.cascade.segmentation import Segmentation
from core.geometry.components import box_where
from core.labels import organ_mask, tumor_mask
from core.volume import Volume

# Slices that are named of each case.
MOST_SLICES = 5
T = TypeVar("T")


@dataclass(frozen=True)
class Doubt:
    """What is expected to be wrong with the tumors of a case.

    Parameters
    ----------
    expected_dice : of the labels with what is true; None where nobody was asked, or nothing is
        likely.
    expected_wrong_ml : volume that is expected on the wrong side, mL.
    slices : axial indices with most of it, the worst first, and its share in mL.
    """

    expected_dice: float | None
    expected_wrong_ml: float
    slices: tuple[tuple[int, float], ...]

    @property
    def worst(self) -> int | None:
        """Axial index to look at first."""
        return self.slices[0][0] if self.slices else None

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Doubt":
        """Read it as JSON has it."""
        dice = told["expected_dice"]
        slices = tuple((int(z), float(ml)) for z, ml in told["slices"])
        return cls(None if dice is None else float(dice), float(told["expected_wrong_ml"]), slices)


NOBODY = Doubt(None, 0.0, ())


def doubt_of(volume: Volume, found: Segmentation) -> Doubt:
    """Tell what the networks themselves expect to be wrong with their tumors."""
    box = box_where(found.as_found, organ_mask)
    if found.brought is not None or box is None:
        return NOBODY
    labels = found.as_found[box]
    share = found.tumor_probability[box].astype(np.float32) / 255
    share[~organ_mask(labels)] = 0
    called = tumor_mask(labels)
    size = float(share.sum(dtype=np.float64)) + float(np.count_nonzero(called))
    common = float(share[called].sum(dtype=np.float64))
    wrong = np.where(called, 1 - share, share).sum(axis=(0, 1), dtype=np.float64) * volume.voxel_ml
    worst = np.argsort(-wrong, kind="stable")[:MOST_SLICES]
    first = box[2].start
    return Doubt(
        round(2 * common / size, 4) if size else None,
        round(float(wrong.sum()), 3),
        tuple((int(z) + first, round(float(wrong[z]), 3)) for z in worst if wrong[z] > 0),
    )


def ranked(cases: Iterable[tuple[Doubt, T]]) -> list[T]:
    """Order cases: where most is expected to be wrong comes first.

    Both count alike: how far the answer is from right, and how much of it there is.
    """
    listed = list(cases)
    # Of whom nobody was asked, nothing is known to be wrong.
    dices = np.array([1.0 if one.expected_dice is None else one.expected_dice for one, _ in listed])
    worth = worth_looking_at(dices, np.array([one.expected_wrong_ml for one, _ in listed]))
    return [listed[at][1] for at in np.argsort(-worth, kind="stable")]


def worth_looking_at(
    expected_dice: NDArray[np.float64], expected_wrong_ml: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weigh cases [N] by what is expected to be wrong with each; NaN where that is not known."""
    weights: NDArray[np.float64] = (1 - expected_dice) * np.log1p(expected_wrong_ml)
    return weights
