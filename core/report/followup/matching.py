"""Which lesion is which in two studies, once their livers are laid on each other.

Two lesions may be one where their outlines share a voxel, or where their centers lie within
`NEAR_MM`; of all ways to pair them the one with the smallest sum of distances is taken (Kuhn,
Naval Research Logistics 1955), outlines that overlap before those that are only near.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.report.followup.align import Organ, Points, looked_up, to_mm, to_voxels
from core.report.followup.comparison import Status

# A centimeter of breathing, and half as much again.
NEAR_MM = 15.0


@dataclass(frozen=True, eq=False)
class Matches:
    """Who is who, by index into the lesions of each study.

    Parameters
    ----------
    pairs : (now, earlier).
    unmatched_now, unmatched_earlier : the others, with what became of them.
    broken : earlier lesions that several of this study overlap.
    """

    pairs: tuple[tuple[int, int], ...]
    unmatched_now: dict[int, Status]
    unmatched_earlier: dict[int, Status]
    broken: frozenset[int]


def match_lesions(now: Organ, earlier: Organ, shift: Points) -> Matches:
    """Match the lesions of `earlier`, moved by `shift` (3,) in mm, with those of `now`."""
    from scipy.optimize import linear_sum_assignment

    here, there = _centers(now), _centers(earlier) + shift
    touching = _touching(now, earlier, shift)
    distance = np.linalg.norm(here[:, None] - there[None], axis=-1)
    allowed = touching | (distance <= NEAR_MM)
    # A pair that only lies near costs more than one that overlaps, a pair that may not be most.
    cost = np.where(touching, np.minimum(distance, NEAR_MM), distance + NEAR_MM)
    rows, columns = linear_sum_assignment(np.where(allowed, cost, 2 * NEAR_MM))
    pairs = tuple(
        (int(row), int(column))
        for row, column in zip(rows, columns, strict=True)
        if allowed[row, column]
    )
    return Matches(
        pairs,
        {
            index: _fate(
                bool(touching[index].any()), _covers(earlier, here[index] - shift), new=True
            )
            for index in _others(len(here), [pair[0] for pair in pairs])
        },
        {
            index: _fate(bool(touching[:, index].any()), _covers(now, there[index]), new=False)
            for index in _others(len(there), [pair[1] for pair in pairs])
        },
        frozenset(np.flatnonzero(touching.sum(axis=0) > 1).tolist()),
    )


def _fate(touches: bool, covered: bool, *, new: bool) -> Status:
    if touches:
        return Status.SPLIT if new else Status.MERGED
    if not covered:
        return Status.UNSEEN
    return Status.NEW if new else Status.GONE


def _others(count: int, matched: list[int]) -> list[int]:
    return sorted(set(range(count)) - set(matched))


def _centers(organ: Organ) -> Points:
    centers = [lesion.centroid_mm for lesion in organ.lesions]
    return np.array(centers, np.float64).reshape(-1, 3)


def _covers(organ: Organ, point_mm: Points) -> bool:
    """Whether the scan reaches to a point (3,)."""
    voxel = to_voxels(point_mm, organ.volume)
    return bool(np.all((voxel >= 0) & (voxel < organ.volume.shape)))


def _touching(now: Organ, earlier: Organ, shift: Points) -> NDArray[np.bool_]:
    """Which lesions share a voxel: bool [lesions now, lesions earlier]."""
    shared = np.zeros((len(now.lesions), len(earlier.lesions)), bool)
    if now.shapes is None or earlier.shapes is None:
        return shared
    numbered, other = now.shapes.parts.numbered, earlier.shapes.parts.numbered
    voxels = np.argwhere(numbered)
    points = to_mm(voxels + now.start, now.volume) - shift
    there = looked_up(other, to_voxels(points, earlier.volume) - earlier.start)
    both = there > 0
    shared[numbered[tuple(voxels[both].T)] - 1, there[both] - 1] = True
    return shared
