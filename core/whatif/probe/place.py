"""Where a scan can be changed: at a lesion that was called, or where the liver has room for one."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter

from core.geometry.components import Region, box_where, find_components
from core.labels import LIVER, tumor_mask
from core.volume import Volume
from core.whatif.healthy_liver import parenchyma

Voxel = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class LesionMask:
    """A lesion that was called: its number in the findings, its box, and its mask in that box."""

    number: int
    region: Region
    mask: NDArray[np.bool_]

    @property
    def middle(self) -> int:
        """Axial slice that shows most of it."""
        start: int = self.region[2].start
        return start + int(self.mask.sum(axis=(0, 1)).argmax())


def lesions_called(labels: NDArray[np.uint8]) -> tuple[LesionMask, ...]:
    """List the lesions of labels [X, Y, Z], the largest first, numbered as the findings do."""
    box = box_where(labels, tumor_mask)
    if box is None:
        return ()
    parts = find_components(tumor_mask(labels[box]))
    return tuple(
        LesionMask(number, _moved(region, box), parts.numbered[region] == number)
        for number, region in enumerate(parts.regions, 1)
    )


def roomiest_place(volume: Volume, labels: NDArray[np.uint8], z: int) -> Voxel | None:
    """Find the voxel of axial slice `z` farthest from lesions, vessels and the liver's border.

    None where the slice shows no liver without tumor.
    """
    hu, found = volume.hu[..., z, None].astype(np.float32), labels[..., z, None]
    healthy = parenchyma(hu, found, volume.spacing)[..., 0]
    # Single voxels that noise has cast out are no vessels.
    healthy = gaussian_filter(healthy.astype(np.float32), 1.5) > 0.5
    healthy &= labels[..., z] == LIVER
    if not healthy.any():
        healthy = labels[..., z] == LIVER
    if not healthy.any():
        return None
    # Beyond the end of the slice there is no liver.
    deep = distance_transform_edt(np.pad(healthy, 1), sampling=volume.spacing[:2])[1:-1, 1:-1]
    x, y = np.unravel_index(int(deep.argmax()), deep.shape)
    return int(x), int(y), z


def _moved(box: Region, into: Region) -> Region:
    """Box in the voxels of the scan of a box within the box `into`."""
    x, y, z = (
        slice(side.start + other.start, side.stop + other.start)
        for side, other in zip(box, into, strict=True)
    )
    return x, y, z
