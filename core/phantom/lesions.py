"""Ellipsoidal liver lesions whose volume and diameter are known exactly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from core.labels import TUMOR
from core.phantom.canvas import Box, Canvas
from core.phantom.shapes import Array, Field, Point, Shape, draw, ellipsoid, waves

MARGIN_MM = 2.5
GAP_MM = 4.0
SAMPLES = 5
SOFT_MM = 1.5
DARK_HU, CORE_FROM_MM = 100, 9


@dataclass(frozen=True)
class TrueLesion:
    """A lesion as it was made.

    Parameters
    ----------
    center_mm : RAS.
    radii_mm : half axes along its own x, y and along z.
    turn_deg : rotation of the half axes about z.
    hu : mean attenuation.
    """

    center_mm: Point
    radii_mm: Point
    turn_deg: float
    hu: float

    @property
    def volume_ml(self) -> float:
        """Volume of the ellipsoid."""
        return float(4 / 3 * np.pi * np.prod(self.radii_mm) / 1000)

    @property
    def longest_diameter_mm(self) -> float:
        """Longest diameter in an axial plane."""
        return 2 * max(self.radii_mm[:2])

    @property
    def short_diameter_mm(self) -> float:
        """Diameter across the longest one in its axial plane."""
        return 2 * min(self.radii_mm[:2])

    @property
    def shape(self) -> Shape:
        """The lesion as a body."""
        return ellipsoid(self.center_mm, self.radii_mm, turn_deg=self.turn_deg)


def place_lesions(
    rng: np.random.Generator, organ: Shape, count: int | None, radius_mm: tuple[float, float]
) -> tuple[TrueLesion, ...]:
    """Draw lesions wholly inside `organ` that keep clear of one another, the largest first.

    A lesion that finds no room is drawn smaller, down to the smallest radius of `radius_mm`.
    """
    if count is None:
        count = int(rng.choice(7, p=[0.12, 0.18, 0.18, 0.16, 0.14, 0.12, 0.10]))
    smallest, largest = radius_mm
    # Squaring a uniform number makes small lesions the frequent ones, as they are.
    sizes = sorted(smallest + (largest - smallest) * draw(rng, 0, 1) ** 2 for _ in range(count))
    placed: list[TrueLesion] = []
    for size in reversed(sizes):
        lesion = _fit(rng, organ, placed, size, smallest)
        if lesion is not None:
            placed.append(lesion)
    return tuple(sorted(placed, key=lambda lesion: -lesion.volume_ml))


def _fit(
    rng: np.random.Generator, organ: Shape, placed: list[TrueLesion], size: float, least: float
) -> TrueLesion | None:
    low, high = organ.low, organ.high
    while True:
        radii = (size, max(least, size * draw(rng, 0.75, 1)), max(least, size * draw(rng, 0.75, 1)))
        turn, hu = draw(rng, 0, 180), _attenuation(rng)
        spots = rng.uniform(low, high, (1500, 3)).astype(np.float32)
        deep = organ.field(*spots.T) < -0.6 * size
        for spot in spots[deep][:60]:
            center = (float(spot[0]), float(spot[1]), float(spot[2]))
            lesion = TrueLesion(center, radii, turn, hu)
            if _is_clear(lesion, placed) and _is_inside(lesion, organ):
                return lesion
        if size <= least:
            return None
        size = max(least, 0.85 * size)


def _attenuation(rng: np.random.Generator) -> float:
    if rng.random() < 0.15:
        return draw(rng, 150, 172)
    return 75 - 55 * float(draw(rng, 0, 1) ** 1.5)


def _is_clear(lesion: TrueLesion, placed: list[TrueLesion]) -> bool:
    return all(
        np.linalg.norm(np.subtract(lesion.center_mm, other.center_mm))
        > max(lesion.radii_mm) + max(other.radii_mm) + GAP_MM
        for other in placed
    )


def _is_inside(lesion: TrueLesion, organ: Shape) -> bool:
    """Try points spread evenly over a surface just outside the lesion."""
    k = np.arange(96) + 0.5
    height, angle = 1 - 2 * k / 96, np.pi * (1 + 5**0.5) * k
    ring = np.sqrt(1 - height * height)
    reach = np.asarray(lesion.radii_mm)[:, None] + MARGIN_MM
    right, front, up = reach * np.stack([ring * np.cos(angle), ring * np.sin(angle), height])
    turn = np.radians(lesion.turn_deg)
    along = right * np.cos(turn) - front * np.sin(turn)
    across = right * np.sin(turn) + front * np.cos(turn)
    points = np.stack([along, across, up])
    x, y, z = (points + np.asarray(lesion.center_mm)[:, None]).astype(np.float32)
    return bool((organ.field(x, y, z) < 0).all())


def paint_lesions(
    canvas: Canvas, rng: np.random.Generator, lesions: tuple[TrueLesion, ...]
) -> None:
    """Paint each lesion with a mottled inside and an edge that may be soft."""
    for lesion in lesions:
        box = canvas.box(lesion.shape.grow(2 * SOFT_MM))
        inside = _inside_hu(rng, lesion)
        soft = draw(rng, 0, SOFT_MM)
        if canvas.hu[box].size:
            share = supersampled(canvas, lesion.shape, box)
            share = gaussian_filter(share, [soft / mm for mm in canvas.spacing])
            canvas.hu[box] += share * (inside(*canvas.within(box)) - canvas.hu[box])


def _inside_hu(rng: np.random.Generator, lesion: TrueLesion) -> Field:
    """Give the HU of a lesion; a large dark one has a darker core and a brighter rim."""
    least = min(lesion.radii_mm)
    mottle = waves(rng, 5, max(10.0, least), 4)
    core = draw(rng, 0, 14) if lesion.hu < DARK_HU and least > CORE_FROM_MM else 0.0
    shape = lesion.shape

    def field(x: Array, y: Array, z: Array) -> Array:
        depth = np.clip(1 + shape.field(x, y, z) / least, 0, 1)
        hu: Array = lesion.hu + mottle(x, y, z) + core * (2 * depth - 1.2)
        return hu

    return field


def supersampled(canvas: Canvas, shape: Shape, box: Box) -> Array:
    """Share of each voxel of a box inside `shape`, from 5 x 5 x 5 points a voxel."""
    offsets = (np.arange(SAMPLES, dtype=np.float32) + 0.5) / SAMPLES - 0.5
    x, y, z = (
        (axis.ravel()[:, None] + offsets * np.float32(mm)).ravel()
        for axis, mm in zip(canvas.within(box), canvas.spacing, strict=True)
    )
    inside = shape.field(x[:, None, None], y[None, :, None], z[None, None, :]) < 0
    nx, ny, nz = (n // SAMPLES for n in inside.shape)
    parts = inside.reshape(nx, SAMPLES, ny, SAMPLES, nz, SAMPLES)
    share: Array = parts.mean(axis=(1, 3, 5), dtype=np.float32)
    return share


def label_lesions(
    canvas: Canvas, lesions: tuple[TrueLesion, ...], labels: NDArray[np.uint8]
) -> None:
    """Label each lesion 2 in `labels` [X, Y, Z], in place.

    Labelling voxels by their centres makes the volume of a small lesion on thick slices a
    matter of luck. Here the voxels that the lesion fills most are labelled, as many as it
    takes for the mask to have the lesion's volume (that part of it within the grid).
    """
    for lesion in lesions:
        box = canvas.box(lesion.shape)
        part = labels[box]
        if not part.size:
            continue
        share = supersampled(canvas, lesion.shape, box)
        # Of voxels filled alike, the one nearer to the middle goes first.
        order = canvas.field(lesion.shape, box) * np.float32(1e-5) - share
        count = round(float(share.sum(dtype=np.float64)))
        chosen = np.argsort(order, axis=None, kind="stable")[:count]
        part[np.unravel_index(chosen, part.shape)] = TUMOR
