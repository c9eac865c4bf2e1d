"""From probabilities to labels, each step with what it changed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.components import drop_small, largest_component
from core.labels import LIVER, TUMOR


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
    probability: NDArray[np.uint8], threshold: float, voxel_ml: float
) -> tuple[NDArray[np.bool_], tuple[Step, ...]]:
    """Call the liver: threshold, largest 3-D component, holes filled in axial slices.

    Parameters
    ----------
    probability : uint8 [X, Y, Z], 255 = certain.
    """
    called = above(probability, threshold)
    connected = largest_component(called)
    filled = fill_axial_holes(connected)
    volumes = [float(np.count_nonzero(mask)) * voxel_ml for mask in (called, connected, filled)]
    return filled, (
        Step(
            "Liver threshold",
            f"Voxels whose liver probability is at least {threshold:.2f}.",
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
) -> tuple[NDArray[np.bool_], tuple[Step, ...]]:
    """Call tumors: threshold, only inside the `liver` region, small components dropped.

    Parameters
    ----------
    probability : uint8 [X, Y, Z], 255 = certain.
    """
    called = above(probability, threshold)
    inside = called & liver
    kept = drop_small(inside, min_lesion_ml / voxel_ml)
    volumes = [float(np.count_nonzero(mask)) * voxel_ml for mask in (called, inside, kept)]
    steps = [
        Step(
            "Tumor threshold",
            f"Voxels whose tumor probability is at least {threshold:.2f}.",
            volumes[0],
        ),
        Step(
            "Only inside the liver",
            "A liver tumor lies inside the liver region.",
            volumes[1] - volumes[0],
        ),
    ]
    if min_lesion_ml > 0:
        specks = f"Components below {min_lesion_ml:g} mL are more likely noise than lesions."
        steps.append(Step("Specks dropped", specks, volumes[2] - volumes[1]))
    return kept, tuple(steps)


def above(probability: NDArray[np.uint8], threshold: float) -> NDArray[np.bool_]:
    """Voxels of a probability (uint8, 255 = 1) at or above `threshold` in 0..1."""
    return probability >= threshold * 255


def fill_axial_holes(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill the holes of every axial slice of `mask` [X, Y, Z]."""
    from scipy.ndimage import binary_fill_holes, find_objects

    filled = mask.copy()
    found = find_objects(mask.view(np.uint8))
    if found:
        box = filled[found[0]]
        for z in range(box.shape[2]):
            box[..., z] = binary_fill_holes(box[..., z])
    return filled


def label_map(liver: NDArray[np.bool_], tumor: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Labels as in LiTS: 0 background, 1 liver, 2 tumor."""
    labels = np.where(liver, np.uint8(LIVER), np.uint8(0))
    labels[tumor] = TUMOR
    return labels
