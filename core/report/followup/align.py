"""Lay an earlier scan on a later one by the centers of both livers.

One shift for the whole liver: nothing is turned, scaled or bent. How the patient lay and
breathed moves parts of the liver by a centimeter against each other even so, and a liver that
a scan cuts off has its center elsewhere.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.cascade.findings import Lesion
from core.geometry.components import Region, box_where
from core.labels import organ_mask
from core.report.measured import Shapes, shapes_of
from core.study import Examined
from core.volume import Volume

Points = NDArray[np.float64]
Voxels = NDArray[np.intp]
# Enough to tell the overlap of two livers to a percent.
SAMPLED = 100_000

Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Organ:
    """A liver in its scan.

    Parameters
    ----------
    mask : cut out of the scan at `box`.
    shapes : of its lesions; None without any.
    lesions : the same ones, as measured.
    """

    volume: Volume
    box: Region
    mask: NDArray[np.bool_]
    shapes: Shapes | None
    lesions: tuple[Lesion, ...]

    @property
    def start(self) -> Voxels:
        """First voxel of the box."""
        return np.array([side.start for side in self.box], np.intp)

    @property
    def volume_ml(self) -> float:
        """Volume of the liver, lesions included."""
        return int(np.count_nonzero(self.mask)) * self.volume.voxel_ml

    @property
    def center_mm(self) -> Points:
        """Centroid in RAS millimetres."""
        sizes = range(3)
        along = [
            np.count_nonzero(self.mask, axis=tuple(other for other in sizes if other != axis))
            for axis in sizes
        ]
        center = [np.average(np.arange(len(counts)), weights=counts) for counts in along]
        return to_mm(np.array(center) + self.start, self.volume)

    def contains(self, points_mm: Points) -> NDArray[np.bool_]:
        """Which of `points_mm` [N, 3] lie in the liver."""
        return looked_up(self.mask, to_voxels(points_mm, self.volume) - self.start)


def organ_of(study: Examined) -> Organ | None:
    """Find the liver of `study` and the lesions in it; None without a liver."""
    labels = study.segmentation.labels
    box = box_where(labels, organ_mask)
    if box is None:
        return None
    lesions = study.findings.lesions
    return Organ(study.volume, box, organ_mask(labels[box]), shapes_of(labels), lesions)


def to_mm(voxels: Points | Voxels, volume: Volume) -> Points:
    """Bring voxels [..., 3] of a RAS+ volume to millimetres."""
    moved: Points = voxels @ volume.affine[:3, :3].T + volume.affine[:3, 3]
    return moved


def to_voxels(points_mm: Points, volume: Volume) -> Voxels:
    """Name the voxels nearest to `points_mm` [..., 3]; they may lie outside the volume."""
    inverse = np.linalg.inv(volume.affine)
    voxels: Points = points_mm @ inverse[:3, :3].T + inverse[:3, 3]
    return np.rint(voxels).astype(np.intp)


def looked_up(array: NDArray[Value], voxels: Voxels) -> NDArray[Value]:
    """Values of `array` [X, Y, Z] at `voxels` [N, 3], 0 outside it."""
    inside = np.all((voxels >= 0) & (voxels < array.shape), axis=-1)
    found = np.zeros(len(voxels), array.dtype)
    found[inside] = array[tuple(voxels[inside].T)]
    return found


def overlap_of(now: Organ, earlier: Organ, shift: Points) -> float:
    """Dice of two livers once `shift` (3,) in mm is added to the earlier one, 0..1."""
    chosen = np.flatnonzero(now.mask)
    chosen = chosen[:: max(1, len(chosen) // SAMPLED)]
    voxels = np.stack(np.unravel_index(chosen, now.mask.shape), axis=-1) + now.start
    shared = np.mean(earlier.contains(to_mm(voxels, now.volume) - shift))
    return min(1.0, float(2 * shared * now.volume_ml / (now.volume_ml + earlier.volume_ml)))
