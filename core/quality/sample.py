"""A thinned copy of a volume: enough to judge it, quick to look at."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.volume import Volume

ACROSS = 128
SLICES = 160
# Between lung and fat: what is denser belongs to the body (or the table).
BODY_HU = -300
SOFT_TISSUE_HU = (-20, 200)


@dataclass(frozen=True, eq=False)
class Sample:
    """Every n-th voxel of a volume.

    Parameters
    ----------
    hu : int16 [x, y, z], RAS+.
    spacing : mm between the kept voxels.
    """

    hu: NDArray[np.int16]
    spacing: tuple[float, float, float]

    @cached_property
    def body(self) -> NDArray[np.bool_]:
        """Voxels denser than lung, [x, y, z]."""
        return np.asarray(self.hu > BODY_HU)

    @property
    def voxel_ml(self) -> float:
        """Volume in mL for which one kept voxel stands."""
        return float(np.prod(self.spacing)) / 1000

    @cached_property
    def soft_tissue(self) -> NDArray[np.bool_]:
        """Voxels between water and enhanced vessels, [x, y, z]."""
        low, high = SOFT_TISSUE_HU
        return np.asarray((self.hu >= low) & (self.hu <= high))

    def share(self, mask: NDArray[np.bool_]) -> float:
        """Return the fraction of voxels in `mask`."""
        return float(np.count_nonzero(mask)) / mask.size


def take_sample(volume: Volume) -> Sample:
    """Thin `volume` to about 128 × 128 × 160 voxels."""
    thin = [max(1, size // ACROSS) for size in volume.shape[:2]]
    steps = (thin[0], thin[1], max(1, volume.shape[2] // SLICES))
    hu = volume.hu[tuple(slice(None, None, step) for step in steps)]
    x, y, z = (space * step for space, step in zip(volume.spacing, steps, strict=True))
    return Sample(np.ascontiguousarray(hu), (x, y, z))
