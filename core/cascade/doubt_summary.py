"""What the disagreement of the views says of a result, in figures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.cascade.doubt import MOST, Disagreement
from core.cascade.segmentation import Segmentation
from core.geometry.components import box_where, find_components, widened
from core.labels import LIVER, organ_mask, tumor_mask
from core.volume import Volume

# Standard deviation from which a voxel counts as doubtful: answers of 0.4 and 0.6, say.
DOUBTFUL = 0.1


@dataclass(frozen=True)
class LesionDoubt:
    """How sure the networks are of one lesion.

    Parameters
    ----------
    number : in the `Findings` of the same labels, 1 for the largest.
    mean_probability : of tumor over its voxels, 0..1.
    mean_disagreement : mean over its voxels of the standard deviation over the views, 0..0.5.
    """

    number: int
    volume_ml: float
    mean_probability: float
    mean_disagreement: float


@dataclass(frozen=True)
class DoubtSummary:
    """The disagreement by organ and lesion: means of the standard deviation, 0..0.5.

    Parameters
    ----------
    inside : of the liver network over the organ without its rim; None without any.
    rim : of the liver network over the rim: voxels of the organ that touch its outside and
        voxels outside that touch it, at a face; None without an organ.
    uncalled_ml : liver tissue not called tumor, of whose tumor probability the views disagree
        by `DOUBTFUL` or more, in mL.
    lesions : largest first.
    """

    inside: float | None
    rim: float | None
    uncalled_ml: float
    lesions: tuple[LesionDoubt, ...]


def summarize_doubt(
    volume: Volume, segmentation: Segmentation, found: Disagreement
) -> DoubtSummary:
    """Sum up `found` over the organ and the lesions that `segmentation` calls in `volume`."""
    box = box_where(segmentation.labels, organ_mask)
    if box is None:
        return DoubtSummary(None, None, 0.0, ())
    wider = widened(box, volume.shape)
    rim, core = _rim_and_core(organ_mask(segmentation.labels[wider]))
    liver = found.liver[wider]
    labels, tumor = segmentation.labels[box], found.tumor[box]
    uncalled = np.count_nonzero(tumor[labels == LIVER] >= DOUBTFUL * 255 / MOST)
    return DoubtSummary(
        _mean(liver[core], MOST) if core.any() else None,
        _mean(liver[rim], MOST),
        uncalled * volume.voxel_ml,
        _lesions(labels, segmentation.tumor_probability[box], tumor, volume.voxel_ml),
    )


def telling_slice(doubt: NDArray[np.uint8]) -> int:
    """Find the axial slice of a map [X, Y, Z] with the most disagreement in all."""
    return int(doubt.sum(axis=(0, 1), dtype=np.int64).argmax())


def _lesions(
    labels: NDArray[np.uint8],
    probability: NDArray[np.uint8],
    doubt: NDArray[np.uint8],
    voxel_ml: float,
) -> tuple[LesionDoubt, ...]:
    """Sum up the lesions of an organ's box, numbered as `core.cascade.measurement` numbers them."""
    called = tumor_mask(labels)
    if not called.any():
        return ()
    parts = find_components(called)
    masks = [
        (region, parts.numbered[region] == number) for number, region in enumerate(parts.regions, 1)
    ]
    return tuple(
        LesionDoubt(
            number,
            voxels * voxel_ml,
            _mean(probability[region][mask], 1.0),
            _mean(doubt[region][mask], MOST),
        )
        for number, (voxels, (region, mask)) in enumerate(
            zip(parts.voxels, masks, strict=True), start=1
        )
    )


def _rim_and_core(organ: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Part a mask [X, Y, Z] into the voxels on either side of its surface, and its inside."""
    from scipy.ndimage import binary_dilation, binary_erosion

    # Beyond the end of the scan the organ may go on: no surface there.
    core = binary_erosion(organ, border_value=1)
    return binary_dilation(organ) & ~core, core


def _mean(levels: NDArray[np.uint8], top: float) -> float:
    """Mean of 8-bit values of which 255 stands for `top`."""
    return float(levels.mean(dtype=np.float64)) * top / 255
