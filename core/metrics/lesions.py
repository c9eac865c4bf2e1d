"""Which lesions were found: every lesion one by one, whatever its size.

A lesion is one 26-connected component, as `core.cascade.measurement` has it. Two ways to call one
found stand side by side:

touched
    One shared voxel is enough. A prediction may touch several true lesions and finds all of
    them; several predictions in one true lesion find it once, and none of them is false. So
    neither splitting nor merging lesions is punished.
matched
    True and predicted lesion have an IoU of at least 0.5, as in LiTS (Bilic et al., Med Image
    Anal 2023) and panoptica (Kofler et al. 2023). No lesion has two partners: both would be
    exact halves of it, and they would be one component. So a true lesion found in two parts
    may be missed, and the parts are false then. The scoring of LiTS itself joins split and
    merged lesions before it counts: its figures are not quite these.

Precision, recall and F1 are 0 where only truth or only prediction has lesions, and not
defined (NaN) where neither has.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import BadDataset
from core.geometry.calipers import measure_region
from core.geometry.components import bounding_box, find_components
from core.metrics.overlap import check_masks

Spacing = tuple[float, float, float]

MATCHING_IOU: Final = 0.5
# Below 10 mm, from 10 to 20 mm, and above: diameters of spheres of the lesions' volumes.
SIZE_CLASSES: Final = ("below 10 mm", "10 to 20 mm", "above 20 mm")


@dataclass(frozen=True)
class LesionRecord:
    """One true or predicted lesion, and what the other mask has at its place.

    Parameters
    ----------
    truth : True for a lesion of the truth, False for a predicted one.
    number : from 1 by size, counted apart for truth and prediction.
    voxels : its volume in voxels.
    volume_ml, diameter_mm, longest_mm : its volume, the diameter of a sphere of that volume
        and its longest extent in an axial slice; NaN where the spacing is not known.
    best_iou, best_dice : with the lesion of the other mask that fits best; 0 if there is none.
    touched, matched : whether it was found (of a prediction: whether it is true).
    probability_max, probability_mean : within it, in 0..1; NaN without a probability map.
    touched_score, matched_score : highest `probability_max` of the predictions that found it
        (of a prediction: its own); NaN where not found, or without a probability map.
    """

    truth: bool
    number: int
    voxels: int
    volume_ml: float
    diameter_mm: float
    longest_mm: float
    best_iou: float
    best_dice: float
    touched: bool
    matched: bool
    probability_max: float
    probability_mean: float
    touched_score: float
    matched_score: float

    @property
    def size_class(self) -> str | None:
        """One of SIZE_CLASSES; None where the spacing is not known."""
        if math.isnan(self.diameter_mm):
            return None
        return SIZE_CLASSES[(self.diameter_mm >= 10) + (self.diameter_mm > 20)]


@dataclass(frozen=True)
class _Side:
    """The lesions of one mask: components numbered by size, and what is inside each."""

    numbered: NDArray[np.int32]
    voxels: NDArray[np.int64]
    longest_mm: list[float]
    probability_max: NDArray[np.float64]
    probability_mean: NDArray[np.float64]


def compare_lesions(
    truth: NDArray[np.bool_],
    prediction: NDArray[np.bool_],
    spacing: Spacing | None,
    probability: NDArray[np.uint8] | None = None,
) -> tuple[LesionRecord, ...]:
    """Record every true and every predicted lesion of two boolean masks [X, Y, Z].

    Either mask may be empty. True lesions come first.

    Parameters
    ----------
    spacing : size of a voxel along X, Y and Z in mm; None where it is not known.
    probability : uint8 [X, Y, Z], 255 = certain, that the prediction was called from.

    Raises
    ------
    BadDataset, TypeError
        As `core.metrics.overlap.overlap` does, and BadDataset if `probability` does not lie
        on their grid.
    """
    check_masks(truth, prediction)
    if probability is not None and probability.shape != truth.shape:
        raise BadDataset(
            f"The probabilities have {probability.shape} voxels and the masks {truth.shape}; "
            "give those of the same scan."
        )
    box = bounding_box(truth | prediction)
    if box is None:
        return ()
    inside = None if probability is None else probability[box]
    true, predicted = (_side(mask[box], spacing, inside) for mask in (truth, prediction))
    shared = _shared(true, predicted)
    iou = shared / (true.voxels[:, None] + predicted.voxels[None] - shared)
    touched, matched = iou > 0, iou >= MATCHING_IOU
    peaks = np.broadcast_to(predicted.probability_max, iou.shape)
    return (
        *_records(True, true, spacing, iou, touched, matched, peaks),
        *_records(False, predicted, spacing, iou.T, touched.T, matched.T, peaks.T),
    )


def _side(
    mask: NDArray[np.bool_], spacing: Spacing | None, probability: NDArray[np.uint8] | None
) -> _Side:
    found = find_components(mask)
    voxels = np.array(found.voxels, np.int64)
    regions = (found.numbered[box] == number for number, box in enumerate(found.regions, start=1))
    return _Side(
        found.numbered,
        voxels,
        [_longest_mm(region, spacing) for region in regions],
        *_probability_within(found.numbered, voxels, probability),
    )


def _longest_mm(region: NDArray[np.bool_], spacing: Spacing | None) -> float:
    if spacing is None:
        return math.nan
    return measure_region(region, np.diag([*spacing, 1.0])).longest_mm


def _probability_within(
    numbered: NDArray[np.int32], voxels: NDArray[np.int64], probability: NDArray[np.uint8] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Maximum and mean in 0..1 of each component; NaN without a probability map."""
    if probability is None:
        return np.full(len(voxels), math.nan), np.full(len(voxels), math.nan)
    lesion = numbered > 0
    index, values = numbered[lesion] - 1, probability[lesion]
    peak = np.zeros(len(voxels))
    np.maximum.at(peak, index, values)
    total = np.bincount(index, weights=values, minlength=len(voxels))
    return peak / 255, total / voxels / 255


def _shared(true: _Side, predicted: _Side) -> NDArray[np.int64]:
    """Count the voxels [N, M] that each true lesion shares with each predicted one."""
    shape = len(true.voxels), len(predicted.voxels)
    both = (true.numbered > 0) & (predicted.numbered > 0)
    pair = (true.numbered[both].astype(np.int64) - 1) * shape[1] + predicted.numbered[both] - 1
    return np.bincount(pair, minlength=shape[0] * shape[1]).reshape(shape)


def _records(
    truth: bool,
    side: _Side,
    spacing: Spacing | None,
    iou: NDArray[np.float64],
    touched: NDArray[np.bool_],
    matched: NDArray[np.bool_],
    peaks: NDArray[np.float64],
) -> list[LesionRecord]:
    """Describe the lesions of one side, the rows of the four arrays [N, M]."""
    best = iou.max(axis=1, initial=0).tolist()
    voxel_ml = math.prod(spacing) / 1000 if spacing else math.nan
    touched_score, matched_score = _highest(peaks, touched), _highest(peaks, matched)
    return [
        LesionRecord(
            truth=truth,
            number=index + 1,
            voxels=voxels,
            volume_ml=voxels * voxel_ml,
            diameter_mm=(6000 * voxels * voxel_ml / math.pi) ** (1 / 3),
            longest_mm=side.longest_mm[index],
            best_iou=best[index],
            best_dice=2 * best[index] / (1 + best[index]),
            touched=bool(touched[index].any()),
            matched=bool(matched[index].any()),
            probability_max=float(side.probability_max[index]),
            probability_mean=float(side.probability_mean[index]),
            touched_score=touched_score[index],
            matched_score=matched_score[index],
        )
        for index, voxels in enumerate(side.voxels.tolist())
    ]


def _highest(peaks: NDArray[np.float64], pairs: NDArray[np.bool_]) -> list[float]:
    """Highest of the `peaks` in each row of `pairs`; NaN where there is none."""
    highest = np.where(pairs, peaks, -math.inf).max(axis=1, initial=-math.inf)
    return [math.nan if score == -math.inf else score for score in highest.tolist()]
