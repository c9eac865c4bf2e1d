"""What the viewer shows: one scan, with its segmentation once there is one."""

import weakref
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from core.geometry.areas import axial_areas, largest_lesion
from core.geometry.components import Region, box_where, find_components
from core.geometry.slices import Plane, pack_slice, slab_of, slice_of
from core.labels import tumor_mask
from core.volume import Volume

Voxel = tuple[int, int, int]
# All lesions beyond share one label: a byte holds no more.
MOST_NUMBERED = 255


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
    lesions : box around all of them, and in it uint8 [X, Y, Z]: how the browser knows a lesion by
        its label, 2 for lesion 1, 3 for lesion 2; 0 elsewhere.
    thresholds : of liver and tumor, as the labels were called.
    """

    token: str
    digest: str
    segmentation: "weakref.ref[Layers] | None"
    organ_mm2: tuple[float, ...]
    tumor_mm2: tuple[float, ...]
    lesion: Voxel | None
    lesions: tuple[Region, NDArray[np.uint8]] | None
    thresholds: dict[str, float]

    @classmethod
    def of(cls, volume: Volume, segmentation: Layers | None) -> "Scene":
        """Look once over all labels."""
        token = uuid4().hex
        if segmentation is None:
            return cls(token, volume.digest, None, (), (), None, None, {})
        organ, tumor = axial_areas(segmentation.labels, volume.spacing)
        return cls(
            token,
            volume.digest,
            weakref.ref(segmentation),
            tuple(np.round(organ, 1).tolist()),
            tuple(np.round(tumor, 1).tolist()),
            largest_lesion(segmentation.labels, volume.affine),
            _numbered(segmentation.labels),
            {"liver": segmentation.liver_threshold, "tumor": segmentation.tumor_threshold},
        )

    def shows(self, volume: Volume, segmentation: Layers | None) -> bool:
        """Tell whether this scene was made of these very objects."""
        shown = None if self.segmentation is None else self.segmentation()
        return self.digest == volume.digest and shown is segmentation

    def anew(self) -> "Scene":
        """Give the same scene under another token: the browser asks for its slices again."""
        return replace(self, token=uuid4().hex)

    def lesion_at(self, voxel: Voxel) -> int | None:
        """Tell which lesion holds a voxel; None where none does, or too many are numbered."""
        if self.lesions is None:
            return None
        box, numbered = self.lesions
        places = [at - side.start for at, side in zip(voxel, box, strict=True)]
        if not all(0 <= at < size for at, size in zip(places, numbered.shape, strict=True)):
            return None
        x, y, z = places
        value = int(numbered[x, y, z])
        return value - 1 if 0 < value < MOST_NUMBERED else None

    def start(self, volume: Volume) -> Voxel:
        """Where to look first: the largest tumor, else the middle of the scan."""
        x, y, z = volume.shape
        return self.lesion or (x // 2, y // 2, z // 2)


def packed(
    volume: Volume,
    segmentation: Layers | None,
    scene: Scene,
    plane: Plane,
    index: int,
    slab: float = 0.0,
) -> bytes:
    """Pack slice `index` of `plane` with labels, liver and tumor probability if there are any.

    Parameters
    ----------
    slab : thickness in mm of the projection that takes the place of the gray values; 0 for none.
    """
    hu = slab_of(volume.hu, plane, index, round(slab / volume.spacing[plane.axis]))
    if segmentation is None:
        return pack_slice(hu)
    probabilities = segmentation.liver_probability, segmentation.tumor_probability
    shown = [slice_of(layer, plane, index) for layer in probabilities]
    return pack_slice(hu, _numbered_slice(segmentation.labels, scene, plane, index), *shown)


def _numbered(labels: NDArray[np.uint8]) -> tuple[Region, NDArray[np.uint8]] | None:
    box = box_where(labels, tumor_mask)
    if box is None:
        return None
    numbered = find_components(tumor_mask(labels[box])).numbered
    return box, np.where(numbered, np.minimum(numbered + 1, MOST_NUMBERED), 0).astype(np.uint8)


def _numbered_slice(
    labels: NDArray[np.uint8], scene: Scene, plane: Plane, index: int
) -> NDArray[np.uint8]:
    """Slice labels as they are displayed, with the number of each lesion in place of tumor."""
    sheet: NDArray[np.uint8] = np.take(labels, index, axis=plane.axis)
    if scene.lesions is not None:
        box, numbered = scene.lesions
        at = index - box[plane.axis].start
        if 0 <= at < numbered.shape[plane.axis]:
            part = np.take(numbered, at, axis=plane.axis)
            across, down = (side for axis, side in enumerate(box) if axis != plane.axis)
            np.copyto(sheet[across, down], part, where=part > 0)
    return sheet.T[::-1, ::-1]
