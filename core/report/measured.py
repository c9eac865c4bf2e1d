"""Measurements with the range that the voxels leave open, and the change between two of them.

A mask is exact, but the edge it stands for may lie anywhere in the voxels along it. So a volume
ranges from that without half of the outermost voxels to that with half of the voxels around
them, and a diameter by one pixel, the accuracy of `core.geometry.calipers`. How differently the
networks outline two scans of one liver is not in these ranges: noise of 10 HU added to a scan
changed one of nine lesions by more.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.geometry.components import Components, Region, box_where, find_components
from core.labels import organ_mask, tumor_mask
from core.volume import Volume

HALF_VOXEL = "the range moves the outline by half a voxel"
ONE_PIXEL = "the range is one pixel to either side"


@dataclass(frozen=True)
class Measured:
    """A value of zero or more, and the range it may truly lie in."""

    value: float
    low: float
    high: float

    def __add__(self, other: "Measured") -> "Measured":
        return Measured(self.value + other.value, self.low + other.low, self.high + other.high)

    def percent_since(self, before: "Measured") -> "Measured | None":
        """Change in percent of `before`; None where that is nothing."""
        if not before.value:
            return None
        return Measured(
            100 * (self.value / before.value - 1),
            100 * (self.low / before.high - 1),
            100 * (self.high / before.low - 1) if before.low else float("inf"),
        )

    def direction_since(self, before: "Measured") -> int:
        """1 if it grew and -1 if it shrank beyond both ranges, else 0."""
        return int(self.low > before.high) - int(self.high < before.low)


NOTHING = Measured(0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Shapes:
    """The lesions of a label map, numbered as in its `Findings`.

    Parameters
    ----------
    box : of the organ; `parts` lie in it.
    parts : the lesions, largest first.
    """

    box: Region
    parts: Components

    def masks(self) -> list[tuple[Region, NDArray[np.bool_]]]:
        """Box in the organ's box, and mask within it, of each lesion."""
        return [
            (region, self.parts.numbered[region] == number)
            for number, region in enumerate(self.parts.regions, start=1)
        ]


def shapes_of(labels: NDArray[np.uint8]) -> Shapes | None:
    """Find the lesions of `labels` [X, Y, Z]; None without lesions."""
    box = box_where(labels, organ_mask)
    if box is None:
        return None
    tumor = tumor_mask(labels[box])
    return Shapes(box, find_components(tumor)) if tumor.any() else None


def pixel_mm(volume: Volume) -> float:
    """Longer side of a pixel of the axial slices in mm."""
    return max(volume.spacing[:2])


def diameter(length_mm: float, volume: Volume) -> Measured:
    """Give a diameter measured in an axial slice of `volume` its range."""
    pixel = pixel_mm(volume)
    return Measured(length_mm, max(0.0, length_mm - pixel), length_mm + pixel)


def volume_of(mask: NDArray[np.bool_], voxel_ml: float) -> Measured:
    """Measure a mask [X, Y, Z] that is not cut off at its array's ends, in mL."""
    padded = np.pad(mask, 1)
    inner, outer = padded.copy(), padded.copy()
    for axis in range(3):
        for step in (-1, 1):
            beside = np.roll(padded, step, axis)
            inner &= beside
            outer |= beside
    count, core, grown = (int(np.count_nonzero(each)) for each in (padded, inner, outer))
    return Measured(count * voxel_ml, (count + core) / 2 * voxel_ml, (count + grown) / 2 * voxel_ml)


def lesion_volumes(shapes: Shapes | None, voxel_ml: float) -> tuple[Measured, ...]:
    """Measure every lesion in mL, largest first."""
    if shapes is None:
        return ()
    return tuple(volume_of(mask, voxel_ml) for _, mask in shapes.masks())
