"""How far two surfaces lie apart: HD95, ASSD and surface Dice, in mm.

Surfaces run where voxel corners have mask on one side and background on the other. Every
such corner carries the area that marching cubes lays through its eight voxels, so that
thick slices do not distort the figures (Nikolov et al., J Med Internet Res 2021, whose
definition and figures these are; the areas are scikit-image's, the search is SciPy's).

Empty masks: where both are empty nothing is defined. Where one is empty there is no
distance either: any number would measure the size of the image, so HD95 and ASSD are NaN,
and surface Dice, which has a worst value, is 0. `summarize_surfaces` counts all of these,
and the scans whose spacing is not known, of which nothing is defined.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.geometry.components import bounding_box
from core.metrics.aggregate import Mean, mean_of_defined
from core.metrics.overlap import check_masks

Floats = NDArray[np.float64]
Spacing = tuple[float, float, float]

# As in TotalSegmentator (Wasserthal et al. 2023).
TOLERANCE_MM = 3.0
# Distances and shares that are equal on paper may differ in the last binary digits.
ROUNDING = 1e-9


class Comparable(StrEnum):
    """Whether two surfaces could be compared, and why not."""

    YES = "yes"
    BOTH_EMPTY = "both empty"
    ONE_EMPTY = "one empty"
    NO_SPACING = "spacing unknown"
    SOME_SLICES = "only some slices scored"


@dataclass(frozen=True, eq=False)
class SurfaceDistances:
    """From every piece of two surfaces to the other surface; neither is empty.

    Parameters
    ----------
    from_truth, from_prediction : float64 [N] and [M], in mm, ascending.
    truth_area, prediction_area : float64 [N] and [M], in mm², of the pieces in that order.
    """

    from_truth: Floats
    truth_area: Floats
    from_prediction: Floats
    prediction_area: Floats

    def hausdorff(self, percent: float = 95) -> float:
        """Distance in mm that `percent` of each surface stay within (100: the farthest)."""
        return max(
            _percentile(self.from_truth, self.truth_area, percent),
            _percentile(self.from_prediction, self.prediction_area, percent),
        )

    def assd(self) -> float:
        """Average symmetric surface distance in mm, over both surfaces (Heimann et al. 2009)."""
        total = self.from_truth @ self.truth_area + self.from_prediction @ self.prediction_area
        return float(total / (self.truth_area.sum() + self.prediction_area.sum()))

    def surface_dice(self, tolerance_mm: float = TOLERANCE_MM) -> float:
        """Share of both surfaces within `tolerance_mm` of the other one."""
        reach = tolerance_mm + ROUNDING
        near = self.truth_area[self.from_truth <= reach].sum()
        near += self.prediction_area[self.from_prediction <= reach].sum()
        return float(near / (self.truth_area.sum() + self.prediction_area.sum()))


@dataclass(frozen=True)
class SurfaceScore:
    """Surface figures of one case; NaN where not defined, for the reason in `comparable`."""

    comparable: Comparable
    hd95_mm: float = math.nan
    assd_mm: float = math.nan
    surface_dice: float = math.nan
    tolerance_mm: float = TOLERANCE_MM


@dataclass(frozen=True)
class SurfaceSummary:
    """Surface figures over many cases, and how many cases they say nothing about."""

    hd95_mm: Mean
    assd_mm: Mean
    surface_dice: Mean
    both_empty: int
    one_empty: int
    spacing_unknown: int


def surface_score(
    truth: NDArray[np.bool_],
    prediction: NDArray[np.bool_],
    spacing: Spacing | None,
    tolerance_mm: float = TOLERANCE_MM,
) -> SurfaceScore:
    """Compare the surfaces of two boolean masks [X, Y, Z]; either may be empty.

    Parameters
    ----------
    spacing : size of a voxel along X, Y and Z in mm; None where it is not known.

    Raises
    ------
    BadDataset, TypeError
        As `core.metrics.overlap.overlap` does.
    """
    check_masks(truth, prediction)
    empty = (not truth.any()) + (not prediction.any())
    if empty == 2:
        return SurfaceScore(Comparable.BOTH_EMPTY, tolerance_mm=tolerance_mm)
    if spacing is None:
        return SurfaceScore(Comparable.NO_SPACING, tolerance_mm=tolerance_mm)
    if empty == 1:
        return SurfaceScore(Comparable.ONE_EMPTY, surface_dice=0.0, tolerance_mm=tolerance_mm)
    found = surface_distances(truth, prediction, spacing)
    return SurfaceScore(
        Comparable.YES,
        found.hausdorff(),
        found.assd(),
        found.surface_dice(tolerance_mm),
        tolerance_mm,
    )


def surface_distances(
    truth: NDArray[np.bool_], prediction: NDArray[np.bool_], spacing: Spacing
) -> SurfaceDistances:
    """Measure between two boolean masks [X, Y, Z] that are not empty; `spacing` in mm.

    Raises as `surface_score` does, and ValueError where a mask is empty or not 3-D.
    """
    check_masks(truth, prediction)
    areas = _areas_by_code(spacing)
    true, true_area = _surface(truth, areas)
    predicted, predicted_area = _surface(prediction, areas)
    return SurfaceDistances(
        *_by_distance(_nearest(true, predicted, spacing), true_area),
        *_by_distance(_nearest(predicted, true, spacing), predicted_area),
    )


def summarize_surfaces(scores: Iterable[SurfaceScore]) -> SurfaceSummary:
    """Average surface figures over cases; what is not defined is left out and counted."""
    scores = tuple(scores)
    reasons = [score.comparable for score in scores]
    return SurfaceSummary(
        mean_of_defined(score.hd95_mm for score in scores),
        mean_of_defined(score.assd_mm for score in scores),
        mean_of_defined(score.surface_dice for score in scores),
        both_empty=reasons.count(Comparable.BOTH_EMPTY),
        one_empty=reasons.count(Comparable.ONE_EMPTY),
        spacing_unknown=reasons.count(Comparable.NO_SPACING),
    )


def _percentile(distances: Floats, areas: Floats, percent: float) -> float:
    reached = np.cumsum(areas) / areas.sum()
    index = int(np.searchsorted(reached, percent / 100 - ROUNDING))
    return float(distances[min(index, len(distances) - 1)])


def _by_distance(distances: Floats, areas: Floats) -> tuple[Floats, Floats]:
    order = np.argsort(distances, kind="stable")
    return distances[order], areas[order]


def _surface(mask: NDArray[np.bool_], areas: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Find the corners [N, 3] on the surface of a `mask` [X, Y, Z], and the area of each."""
    box = bounding_box(mask)
    if box is None:
        raise ValueError("an empty mask has no surface")
    inside = np.pad(mask[box], 1).view(np.uint8)
    code = np.zeros([size - 1 for size in inside.shape], np.uint8)
    for bit, (x, y, z) in enumerate(product((0, 1), repeat=3)):
        sides = zip((x, y, z), code.shape, strict=True)
        code |= inside[tuple(slice(start, start + size) for start, size in sides)] << bit
    corners = np.argwhere((code != 0) & (code != 255))
    return corners + [side.start for side in box], areas[code[tuple(corners.T)]]


def _nearest(corners: NDArray[np.int64], others: NDArray[np.int64], spacing: Spacing) -> Floats:
    """Distance in mm from each of the `corners` [N, 3] to the nearest of `others` [M, 3]."""
    from scipy.spatial import KDTree

    _, index = KDTree(others * np.array(spacing)).query(corners * np.array(spacing))
    # Whole steps, not positions, are subtracted: no rounding grows with the place in the scan.
    steps = (corners - others[index]) * np.array(spacing)
    distances: Floats = np.linalg.norm(steps, axis=1)
    return distances


@lru_cache(maxsize=64)
def _areas_by_code(spacing: Spacing) -> Floats:
    """Area in mm² of the surface between eight voxels, by the code of those inside [256].

    Where diagonal voxels leave two ways to close a surface, the fewer voxels are cut off
    from each other, be they inside or outside: a mask and its complement have one surface.
    """
    from skimage.measure import marching_cubes, mesh_surface_area

    areas = np.zeros(256)
    for code in range(1, 255):
        fewer = code if code.bit_count() <= 4 else 255 - code
        cube = np.array([fewer >> bit & 1 for bit in range(8)], np.float64).reshape(2, 2, 2)
        corners, faces, *_ = marching_cubes(cube, 0.5, spacing=spacing, method="lorensen")
        areas[code] = mesh_surface_area(corners.astype(np.float64), faces)
    areas.flags.writeable = False
    return areas
