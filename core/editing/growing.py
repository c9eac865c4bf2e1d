"""Regions that grow from a click: what is connected to it and looks alike."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.editing.areas import OUTSIDE, stroke_area
from core.editing.edits import Marked, Pen, Stroke, Voxel, marked
from core.errors import BadEdits
from core.volume import Volume


@dataclass(frozen=True)
class Growth:
    """What belongs to a region.

    Parameters
    ----------
    low, high : HU, both included.
    least : probability that it must have, 0..1; 0 asks for none.
    most_mm : how far from the click it may reach.
    """

    low: int
    high: int
    least: float = 0.0
    most_mm: float = 40.0

    @property
    def words(self) -> str:
        """Say it."""
        chance = f", probability from {self.least:.2f}" if self.least else ""
        return f"grown from a click: {self.low} to {self.high} HU{chance}, {self.most_mm:.0f} mm"


# Around a click, to tell which densities are meant; and at least so far from their middle.
LOOK_MM, LEAST_HU = 2.5, 12
# A probability below this says nothing; what grows has this share of the one that was clicked.
LEAST_TOLD, SHARE = 0.1, 0.5


def growth_at(
    volume: Volume, seed: Voxel, pen: Pen, probability: NDArray[np.uint8] | None = None
) -> Growth:
    """Mean what looks like the surroundings of a voxel: their median, and two deviations.

    Parameters
    ----------
    probability : uint8 [X, Y, Z], 255 = 1, of what is drawn; where it tells something at the voxel,
        what grows must have half of that.

    Raises BadEdits where the voxel is not in the scan.
    """
    if not all(0 <= at < size for at, size in zip(seed, volume.shape, strict=True)):
        raise BadEdits(OUTSIDE)
    place = (float(seed[0]), float(seed[1]), float(seed[2]))
    near = stroke_area(Stroke(pen, (place,), LOOK_MM), volume.shape, volume.spacing)
    values = volume.hu[near.region][near.mask]
    middle, spread = round(float(np.median(values))), round(2 * float(values.std()))
    room = max(LEAST_HU, spread)
    own = int(volume.hu[seed])
    told = 0.0 if probability is None else float(probability[seed]) / 255
    least = round(SHARE * told, 2) if told >= LEAST_TOLD else 0.0
    return Growth(min(own, middle - room), max(own, middle + room), least)


def grow(
    volume: Volume, probability: NDArray[np.uint8] | None, seed: Voxel, growth: Growth, pen: Pen
) -> Marked:
    """Grow a region from the voxel `seed`, through faces of voxels.

    Parameters
    ----------
    probability : of what is drawn, uint8 [X, Y, Z], 255 = 1; None where nobody knows.

    Raises
    ------
    BadEdits
        The voxel itself is not of the region.
    """
    from skimage.measure import label

    place = (float(seed[0]), float(seed[1]), float(seed[2]))
    ball = stroke_area(Stroke(pen, (place,), growth.most_mm), volume.shape, volume.spacing)
    hu = volume.hu[ball.region]
    alike = ball.mask & (hu >= growth.low) & (hu <= growth.high)
    if probability is not None and growth.least > 0:
        alike &= probability[ball.region] >= growth.least * 255
    x, y, z = (at - side.start for at, side in zip(seed, ball.region, strict=True))
    if not alike[x, y, z]:
        raise BadEdits(
            f"The place that was clicked has {volume.hu[seed]} HU, which is not of the region "
            "itself; widen the range or click elsewhere."
        )
    pieces = label(alike, connectivity=1)
    region = pieces == pieces[x, y, z]
    corner = (ball.region[0].start, ball.region[1].start, ball.region[2].start)
    return marked(pen, corner, region, growth.words)
