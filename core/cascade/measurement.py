"""From labels to findings: how large the liver is, how much of it is tumor, and where.

The organ is everything labelled liver or tumor. A lesion is one 26-connected component
of the tumor label: voxels that meet at a face, an edge or a corner belong together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.cascade.decisions import Decision, Opinion, opinions_on, rejections_in
from core.cascade.findings import DECIMALS, Findings, Lesion
from core.cascade.plausible import fluid_lesions, implausible, wrong_side
from core.errors import HepatoScopeError
from core.geometry.calipers import Segment, measure_region
from core.geometry.components import Region, bounding_box, box_where, find_components, moved
from core.labels import LIVER, TUMOR, organ_mask, tumor_mask
from core.volume import Volume

__all__ = ["Findings", "Lesion", "lesion_map", "measure"]


def measure(
    volume: Volume,
    labels: NDArray[np.uint8],
    chances: Sequence[float] | None = None,
    decisions: Sequence[Decision] = (),
) -> Findings:
    """Measure the liver and its tumors.

    Parameters
    ----------
    volume : the scan.
    labels : uint8 [X, Y, Z] on its grid: 0 background, 1 liver, 2 tumor; others are ignored.
    chances : of each lesion, the largest first, to be real, 0..1; None where nobody judged them.
    decisions : of a reader on lesions, which `labels` follow.

    Raises
    ------
    HepatoScopeError
        If `labels` do not lie on the grid of `volume`.
    """
    if labels.shape != volume.shape:
        raise HepatoScopeError(
            f"The mask has {labels.shape} voxels but the scan has {volume.shape}; "
            "measure a mask that was made for this scan."
        )
    box = box_where(labels, organ_mask)
    if box is None:
        nothing = "No liver was found in this scan, so there is nothing to measure."
        return Findings(0.0, 0.0, None, (), None, None, (nothing,))
    organ, hu = labels[box], volume.hu[box]
    parenchyma = hu[organ == LIVER]
    tumor_voxels = int(np.count_nonzero(organ == TUMOR))
    organ_voxels = parenchyma.size + tumor_voxels
    mean, sd = _mean_and_sd(parenchyma) if parenchyma.size else (None, None)
    liver_ml = organ_voxels * volume.voxel_ml
    place = _Organ(box, _center_x(organ_mask(organ), box))
    lesions = tuple(_lesions(volume, labels, place, chances, decisions))
    # Rounded once, as they are stored: pages, reports and files show the same figure then.
    return Findings(
        liver_volume_ml=round(liver_ml, DECIMALS["ml"]),
        tumor_volume_ml=round(tumor_voxels * volume.voxel_ml, DECIMALS["ml"]),
        tumor_burden_percent=round(100 * tumor_voxels / organ_voxels, DECIMALS["percent"]),
        lesions=lesions,
        rejected=tuple(_rejected(volume, labels, place, decisions)),
        liver_mean_hu=mean,
        liver_sd_hu=sd,
        warnings=(
            *_cut_off(box, labels.shape),
            *implausible(liver_ml, mean, tumor_voxels / organ_voxels),
            *wrong_side(volume, labels, box),
            *fluid_lesions(lesions, mean),
        ),
    )


def lesion_map(labels: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Mark lesions with their numbers in `Findings`, all else 0: [X, Y, Z] to int32 [X, Y, Z]."""
    numbered = np.zeros(labels.shape, np.int32)
    box = box_where(labels, tumor_mask)
    if box is not None:
        numbered[box] = find_components(tumor_mask(labels[box])).numbered
    return numbered


@dataclass(frozen=True)
class _Organ:
    """Where the liver lies: its box, and its centroid along X in voxels."""

    box: Region
    center_x: float


def _lesions(
    volume: Volume,
    labels: NDArray[np.uint8],
    organ: _Organ,
    chances: Sequence[float] | None,
    decisions: Sequence[Decision],
) -> Iterator[Lesion]:
    """Measure every lesion that is called, the largest first."""
    box = box_where(labels, tumor_mask)
    if box is None:
        return
    parts = find_components(tumor_mask(labels[box]))
    opinions = opinions_on(labels, decisions) if decisions else (None,) * len(parts.regions)
    for number, inner in enumerate(parts.regions, start=1):
        region = parts.numbered[inner] == number
        yield replace(
            _lesion(number, region, moved(inner, box), volume, organ),
            real_percent=None if chances is None else 100 * chances[number - 1],
            confirmed=opinions[number - 1] is Opinion.CONFIRMED,
        )


def _rejected(
    volume: Volume, labels: NDArray[np.uint8], organ: _Organ, decisions: Sequence[Decision]
) -> Iterator[Lesion]:
    """Measure what a reader rejected, as it was called then, in the order of the decisions."""
    for number, decision in enumerate(rejections_in(labels, decisions), start=1):
        mask = np.zeros(labels.shape, bool)
        mask.reshape(-1)[decision.voxels] = True
        if (box := bounding_box(mask)) is not None:
            yield _lesion(number, mask[box], box, volume, organ)


def _lesion(
    number: int, region: NDArray[np.bool_], box: Region, volume: Volume, organ: _Organ
) -> Lesion:
    """Measure one lesion: a `region` [X, Y, Z] that fills the `box` of the scan."""
    affine, hu = volume.affine, volume.hu[box][region]
    x, y, z = start = np.array([side.start for side in box])
    centroid = np.array([axis.mean() for axis in np.nonzero(region)]) + start
    caliper = measure_region(region, affine)
    mean, sd = _mean_and_sd(hu)
    return Lesion(
        number=number,
        volume_ml=len(hu) * volume.voxel_ml,
        centroid_mm=_point(affine[:3, :3] @ centroid + affine[:3, 3]),
        centroid_voxel=_point(centroid),
        location=_location(centroid, organ),
        longest_diameter_mm=caliper.longest_mm,
        short_diameter_mm=caliper.short_mm,
        mean_hu=mean,
        sd_hu=sd,
        axial_slice=int(z) + caliper.z,
        longest_endpoints_voxel=_moved(caliper.longest, int(x), int(y)),
        short_endpoints_voxel=_moved(caliper.short, int(x), int(y)),
        first_slice=int(z),
        last_slice=int(z) + region.shape[2] - 1,
    )


def _moved(segment: Segment, x: int, y: int) -> Segment:
    (x0, y0), (x1, y1) = segment
    return (x0 + x, y0 + y), (x1 + x, y1 + y)


def _center_x(organ: NDArray[np.bool_], box: Region) -> float:
    """Centroid along X in voxels of an `organ` [X, Y, Z] that was cut out at `box`."""
    along_x = np.count_nonzero(organ, axis=(1, 2))
    return float(box[0].start + np.average(np.arange(len(along_x)), weights=along_x))


def _location(centroid: NDArray[np.float64], organ: _Organ) -> str:
    height = organ.box[2].stop - organ.box[2].start
    part = int(3 * (centroid[2] - organ.box[2].start + 0.5) / height)
    third = ("lower", "middle", "upper")[min(2, max(0, part))]
    side = "right" if centroid[0] > organ.center_x else "left"
    return f"{third} third of the liver, {side} of its center"


def _mean_and_sd(hu: NDArray[np.int16]) -> tuple[float, float]:
    return float(hu.mean(dtype=np.float64)), float(hu.std(dtype=np.float64))


def _point(values: NDArray[np.float64]) -> tuple[float, float, float]:
    x, y, z = values.tolist()
    return x, y, z


def _cut_off(box: Region, shape: tuple[int, ...]) -> list[str]:
    """Warn where the organ reaches the end of the scan: it may go on beyond."""
    return [
        f"The liver reaches {place} of the scan, so part of it may be missing "
        "and the true volume may be larger."
        for place in ends_reached(box, shape)
    ]


def ends_reached(box: Region, shape: tuple[int, ...]) -> list[str]:
    """Name the ends of a scan of `shape` [X, Y, Z] that a box in it touches."""
    low = [side.start == 0 for side in box]
    high = [side.stop == size for side, size in zip(box, shape, strict=True)]
    places = {
        "the lowest slice": low[2],
        "the highest slice": high[2],
        "the edge of the image": any(low[:2] + high[:2]),
    }
    return [place for place, touched in places.items() if touched]
