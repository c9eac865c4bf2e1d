"""From probabilities to labels, each step with what it changed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.geometry.components import (
    Region,
    bounding_box,
    box_where,
    drop_small,
    find_components,
    largest_component,
)
from core.labels import LIVER, TUMOR

NOWHERE: Region = (slice(0, 0), slice(0, 0), slice(0, 0))


@dataclass(frozen=True)
class Step:
    """One post-processing step and what it did to this scan.

    Parameters
    ----------
    changed_ml : volume added (positive) or removed (negative), in mL.
    """

    name: str
    explanation: str
    changed_ml: float


def liver_region(
    probability: NDArray[np.uint8], threshold: float, voxel_ml: float, *, smoothing: float = 0.0
) -> tuple[NDArray[np.bool_], tuple[Step, ...]]:
    """Call the liver: threshold, largest 3-D component, holes filled in axial slices.

    Parameters
    ----------
    probability : uint8 [X, Y, Z], 255 = certain.
    smoothing : sigma of a Gaussian along Z, in slices: outlines of neighbours resemble each other.
    """
    # Of a scan the columns with liver are a part. Where no slice reaches the threshold, no average
    # of slices does.
    columns = _columns(box_where(probability, partial(above, threshold=threshold)))
    inside = above(smoothed(probability[columns], smoothing), threshold)
    counts = [int(np.count_nonzero(inside))]
    for clean in (largest_component, fill_axial_holes):
        inside = clean(inside)
        counts.append(int(np.count_nonzero(inside)))
    liver = np.zeros(probability.shape, bool)
    # Written where there is any: memory that nobody has written to costs nothing.
    liver[columns][inside] = True
    volumes = [count * voxel_ml for count in counts]
    return liver, (
        Step(
            "Liver threshold",
            f"Voxels whose liver probability{_over(smoothing)} is at least {threshold:.2f}.",
            volumes[0],
        ),
        Step(
            "Largest piece",
            "A liver is one organ: only the largest connected piece stays.",
            volumes[1] - volumes[0],
        ),
        Step(
            "Holes filled",
            "Gaps enclosed by liver in an axial slice belong to it; tumors often leave them.",
            volumes[2] - volumes[1],
        ),
    )


def tumor_region(
    probability: NDArray[np.uint8],
    liver: NDArray[np.bool_],
    threshold: float,
    min_lesion_ml: float,
    voxel_ml: float,
    *,
    seed: float | None = None,
    smoothing: float = 0.0,
) -> tuple[NDArray[np.bool_], tuple[Step, ...]]:
    """Call tumors: threshold, only inside the `liver` region, weak and small pieces dropped.

    Parameters
    ----------
    probability : uint8 [X, Y, Z], 255 = certain.
    seed : what a piece's probability must reach somewhere (hysteresis; Canny, PAMI 1986).
    smoothing : sigma of a Gaussian along Z, in slices: what stands in one slice alone fades.
    """
    # Of a scan the liver's box is a small part, and nothing outside of it stays.
    box = bounding_box(liver) or NOWHERE
    columns = _columns(box)
    smooth = smoothed(probability[columns], smoothing)
    raw, within, soft = (
        _count(part, threshold) for part in (probability, probability[columns], smooth)
    )
    smooth = smooth[..., box[2]]
    inside = above(smooth, threshold) & liver[box]
    sure = inside if seed is None else grown(inside, above(smooth, seed))
    kept = drop_small(sure, min_lesion_ml / voxel_ml)
    tumor = np.zeros(liver.shape, bool)
    tumor[box][kept] = True
    counts = (raw - within + soft, *(int(np.count_nonzero(mask)) for mask in (inside, sure, kept)))
    volumes = [count * voxel_ml for count in counts]
    steps = [
        Step(
            "Tumor threshold",
            f"Voxels whose tumor probability{_over(smoothing)} is at least {threshold:.2f}.",
            volumes[0],
        ),
        Step(
            "Only inside the liver",
            "A liver tumor lies inside the liver region.",
            volumes[1] - volumes[0],
        ),
    ]
    if seed is not None:
        weak = f"Pieces that reach a probability of {seed:.2f} nowhere are more likely vessels."
        steps.append(Step("Weak pieces dropped", weak, volumes[2] - volumes[1]))
    if min_lesion_ml > 0:
        specks = f"Components below {min_lesion_ml:g} mL are more likely noise than lesions."
        steps.append(Step("Specks dropped", specks, volumes[3] - volumes[2]))
    return tumor, tuple(steps)


def _count(probability: NDArray[np.uint8], threshold: float) -> int:
    """Count the voxels at or above `threshold`, sheet by sheet."""
    return sum(int(np.count_nonzero(above(sheet, threshold))) for sheet in probability)


def _over(smoothing: float) -> str:
    return f", smoothed over {smoothing:.1f} slices," if smoothing else ""


def drop_unlikely(
    tumor: NDArray[np.bool_], chances: Sequence[float], least: float, voxel_ml: float
) -> tuple[NDArray[np.bool_], Step]:
    """Drop the 26-connected pieces of `tumor` [X, Y, Z] whose chance to be real is below `least`.

    Parameters
    ----------
    chances : of every piece, the largest first, 0..1.
    """
    kept, box = np.zeros(tumor.shape, bool), bounding_box(tumor)
    if box is not None:
        likely = np.array([False, *(chance >= least for chance in chances)])
        kept[box] = likely[find_components(tumor[box]).numbered]
    dropped = float(np.count_nonzero(kept) - np.count_nonzero(tumor)) * voxel_ml
    reason = (
        f"Pieces that are lesions with a chance below {100 * least:.0f} % by their size, height, "
        "shape and contrast."
    )
    return kept, Step("Unlikely lesions dropped", reason, dropped)


def _columns(box: Region | None) -> Region:
    """Widen a box to all slices."""
    return NOWHERE if box is None else (*box[:2], slice(None))


def smoothed(probability: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    """Smooth a probability [X, Y, Z] along Z; `sigma` in slices."""
    from scipy.ndimage import gaussian_filter1d

    if not sigma:
        return probability
    smooth = np.empty_like(probability)
    for soft, sheet in zip(smooth, probability, strict=True):
        sums = gaussian_filter1d(sheet.astype(np.float32), sigma, axis=1, mode="nearest")
        soft[...] = np.rint(sums)
    return smooth


def grown(mask: NDArray[np.bool_], seeds: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the 26-connected pieces of `mask` [X, Y, Z] that hold one of `seeds`."""
    kept, box = mask.copy(), bounding_box(mask)
    if box is not None:
        pieces = find_components(mask[box]).numbered
        seeded = np.zeros(int(pieces.max()) + 1, bool)
        seeded[pieces[seeds[box] & mask[box]]] = True
        seeded[0] = False
        kept[box] = seeded[pieces]
    return kept


def above(probability: NDArray[np.uint8], threshold: float) -> NDArray[np.bool_]:
    """Voxels of a probability (uint8, 255 = 1) at or above `threshold` in 0..1."""
    # Of whole numbers the comparison is as exact, and four times as fast.
    return probability >= np.uint8(min(255, math.ceil(threshold * 255)))


def fill_axial_holes(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill the holes of every axial slice of `mask` [X, Y, Z]."""
    from scipy.ndimage import binary_fill_holes

    filled, box = np.zeros(mask.shape, bool), bounding_box(mask)
    if box is not None:
        seen, holeless = mask[box], filled[box]
        for z in range(seen.shape[2]):
            holeless[..., z] = binary_fill_holes(seen[..., z])
    return filled


def label_map(liver: NDArray[np.bool_], tumor: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Label two masks [X, Y, Z] as in LiTS: 0 background, 1 liver, 2 tumor."""
    labels = np.zeros(liver.shape, np.uint8)
    for mask, label in ((liver, LIVER), (tumor, TUMOR)):
        box = bounding_box(mask)
        if box is not None:
            labels[box][mask[box]] = label
    return labels
