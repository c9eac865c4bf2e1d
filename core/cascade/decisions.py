"""What a reader says of lesions that were called: none at all, or one indeed. Labels follow."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from core.cascade.postprocessing import Step
from core.geometry.components import Components, Region, box_where, find_components
from core.labels import LIVER, TUMOR, tumor_mask

STEP = "Rejected by the reader"
Chances = tuple[float, ...] | None


class Opinion(StrEnum):
    """What a lesion is to the reader."""

    REJECTED = "rejected"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, eq=False)
class Decision:
    """The opinion on one lesion. It holds for what is, at least by half, that lesion.

    Parameters
    ----------
    voxels : int64, of the lesion as the reader saw it: indices into the flattened labels.
    key : digest of both, which names the decision.
    """

    opinion: Opinion
    voxels: NDArray[np.int64]
    key: str = field(init=False)

    def __post_init__(self) -> None:
        named = sha256(self.opinion.encode() + self.voxels.tobytes()).hexdigest()
        object.__setattr__(self, "key", named[:16])


def decision_on(labels: NDArray[np.uint8], number: int, opinion: Opinion) -> Decision:
    """Decide on the lesion `number` of `labels` [X, Y, Z], as `lesion_map` numbers them.

    Raises ValueError where there is no such lesion.
    """
    found = _lesions(labels)
    if found is None or not 1 <= number <= len(found[1].voxels):
        raise ValueError(f"no lesion {number} was called")
    box, parts = found
    inside = np.argwhere(parts.numbered == number) + [side.start for side in box]
    return Decision(opinion, np.ravel_multi_index(tuple(inside.T), labels.shape).astype(np.int64))


def decided_labels(
    labels: NDArray[np.uint8], chances: Chances, decisions: Sequence[Decision], voxel_ml: float
) -> tuple[NDArray[np.uint8], Chances, tuple[Step, ...]]:
    """Turn rejected lesions into liver: labels [X, Y, Z], the chances left, and the step."""
    found = _lesions(labels)
    rejected = [opinion is Opinion.REJECTED for opinion in opinions_on(labels, decisions)]
    if found is None or not any(rejected):
        return labels, chances, ()
    box, parts = found
    dropped = np.array([False, *rejected])[parts.numbered]
    left = labels.copy()
    left[box][dropped] = LIVER
    if chances is not None:
        chances = tuple(one for one, out in zip(chances, rejected, strict=True) if not out)
    volume = float(np.count_nonzero(dropped) * voxel_ml)
    return left, chances, (Step(STEP, "A reader said that these are no lesions.", -volume),)


def summed(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Tell of all rejections in one step, the last."""
    ours = [step for step in steps if step.name == STEP]
    if not ours:
        return tuple(steps)
    total = sum(step.changed_ml for step in ours)
    return (*(one for one in steps if one.name != STEP), replace(ours[0], changed_ml=total))


def rejections_in(labels: NDArray[np.uint8], decisions: Iterable[Decision]) -> tuple[Decision, ...]:
    """Choose the rejections that hold in `labels` [X, Y, Z]: what was lesion is liver there."""
    flat = labels.reshape(-1)
    return tuple(
        one
        for one in decisions
        if one.opinion is Opinion.REJECTED
        and not (flat[one.voxels] == TUMOR).any()
        and 2 * np.count_nonzero(flat[one.voxels] == LIVER) >= len(one.voxels)
    )


def opinions_on(
    labels: NDArray[np.uint8], decisions: Iterable[Decision]
) -> tuple[Opinion | None, ...]:
    """Tell the opinion on each lesion of `labels` [X, Y, Z], the largest first.

    Of several opinions on one lesion the latest counts.
    """
    found = _lesions(labels)
    if found is None:
        return ()
    box, parts = found
    start, size = np.array([[side.start, side.stop - side.start] for side in box]).T
    sizes = np.array([0, *parts.voxels])
    opinions: list[Opinion | None] = [None] * len(parts.voxels)
    for decision in decisions:
        places = np.stack(np.unravel_index(decision.voxels, labels.shape)) - start[:, None]
        inside = places[:, ((places >= 0) & (places < size[:, None])).all(axis=0)]
        shared = np.bincount(parts.numbered[tuple(inside)], minlength=len(sizes))
        for index in np.flatnonzero(2 * shared[1:] >= sizes[1:]):
            opinions[index] = decision.opinion
    return tuple(opinions)


def _lesions(labels: NDArray[np.uint8]) -> tuple[Region, Components] | None:
    """Part the tumor of `labels` [X, Y, Z] in its box; None without any."""
    box = box_where(labels, tumor_mask)
    return None if box is None else (box, find_components(tumor_mask(labels[box])))
