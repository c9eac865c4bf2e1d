"""What the viewer shows: one scan, with its segmentation once there is one."""

import weakref
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from core.geometry.areas import axial_areas, largest_lesion
from core.geometry.slices import Plane, pack_slice, slice_of
from core.volume import Volume

Voxel = tuple[int, int, int]


class Layers(Protocol):
    """The part of a segmentation that is drawn: three uint8 arrays [X, Y, Z], and how it came."""

    @property
    def labels(self) -> NDArray[np.uint8]:
        """0 background, 1 liver, 2 tumor."""

    @property
    def liver_probability(self) -> NDArray[np.uint8]:
        """255 is probability 1."""

    @property
    def tumor_probability(self) -> NDArray[np.uint8]:
        """255 is probability 1."""

    @property
    def liver_threshold(self) -> float:
        """Probability from which liver was called."""

    @property
    def tumor_threshold(self) -> float:
        """Probability from which tumor was called."""


@dataclass(frozen=True, eq=False)
class Scene:
    """What is worth computing once for a scan and its segmentation.

    Parameters
    ----------
    token : name of this pair of arrays; the browser keeps slices under it.
    digest : of the volume; the position is kept while it stays the same.
    segmentation : weak, so that a session's viewer never keeps a dropped result alive.
    organ_mm2, tumor_mm2 : area on every axial slice, empty before a segmentation exists.
    lesion : a voxel inside the largest tumor.
    thresholds : of liver and tumor, as the labels were called.
    """

    token: str
    digest: str
    segmentation: "weakref.ref[Layers] | None"
    organ_mm2: tuple[float, ...]
    tumor_mm2: tuple[float, ...]
    lesion: Voxel | None
    thresholds: dict[str, float]

    @classmethod
    def of(cls, volume: Volume, segmentation: Layers | None) -> "Scene":
        """Look once over all labels."""
        token = uuid4().hex
        if segmentation is None:
            return cls(token, volume.digest, None, (), (), None, {})
        organ, tumor = axial_areas(segmentation.labels, volume.spacing)
        return cls(
            token,
            volume.digest,
            weakref.ref(segmentation),
            tuple(np.round(organ, 1).tolist()),
            tuple(np.round(tumor, 1).tolist()),
            largest_lesion(segmentation.labels),
            {"liver": segmentation.liver_threshold, "tumor": segmentation.tumor_threshold},
        )

    def shows(self, volume: Volume, segmentation: Layers | None) -> bool:
        """Tell whether this scene was made of these very objects."""
        shown = None if self.segmentation is None else self.segmentation()
        return self.digest == volume.digest and shown is segmentation

    def start(self, volume: Volume) -> Voxel:
        """Where to look first: the largest tumor, else the middle of the scan."""
        x, y, z = volume.shape
        return self.lesion or (x // 2, y // 2, z // 2)


def packed(volume: Volume, segmentation: Layers | None, plane: Plane, index: int) -> bytes:
    """Pack slice `index` of `plane` with labels, liver and tumor probability if there are any."""
    layers = (
        ()
        if segmentation is None
        else (
            segmentation.labels,
            segmentation.liver_probability,
            segmentation.tumor_probability,
        )
    )
    shown = [slice_of(layer, plane, index) for layer in layers]
    return pack_slice(slice_of(volume.hu, plane, index), *shown)
