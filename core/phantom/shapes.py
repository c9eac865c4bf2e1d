"""Bodies as implicit functions in patient millimetres: negative inside, positive outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

# float32 wherever a canvas asks; single points may be wider.
Array: TypeAlias = NDArray[np.floating[Any]]
Field: TypeAlias = Callable[[Array, Array, Array], Array]
Point: TypeAlias = tuple[float, float, float]


@dataclass(frozen=True)
class Shape:
    """A body of the patient.

    Parameters
    ----------
    field : roughly the signed distance in mm to the surface at (x, y, z), which are RAS
        millimetres and need only broadcast together; negative inside.
    low, high : corners of a box in RAS mm that holds the body.
    """

    field: Field
    low: Point
    high: Point

    def __and__(self, other: "Shape") -> "Shape":
        """Return what lies in both."""
        low = _corner(max, self.low, other.low)
        high = _corner(min, self.high, other.high)
        return Shape(
            lambda x, y, z: np.maximum(self.field(x, y, z), other.field(x, y, z)), low, high
        )

    def __sub__(self, other: "Shape") -> "Shape":
        """Return what lies in this body and not in the other."""
        return Shape(
            lambda x, y, z: np.maximum(self.field(x, y, z), -other.field(x, y, z)),
            self.low,
            self.high,
        )

    def grow(self, mm: float) -> "Shape":
        """Return the body with its surface moved outwards (inwards if negative) by `mm`."""
        room = max(1.5 * mm, 0.0)
        low = (self.low[0] - room, self.low[1] - room, self.low[2] - room)
        high = (self.high[0] + room, self.high[1] + room, self.high[2] + room)
        return Shape(lambda x, y, z: self.field(x, y, z) - mm, low, high)

    def blend(self, other: "Shape", radius_mm: float) -> "Shape":
        """Unite two bodies with a fillet of about `radius_mm` where they meet."""

        def field(x: Array, y: Array, z: Array) -> Array:
            a, b = self.field(x, y, z), other.field(x, y, z)
            near = np.maximum(radius_mm - np.abs(a - b), 0)
            united: Array = np.minimum(a, b) - near * near * (0.25 / radius_mm)
            return united

        return Shape(field, _corner(min, self.low, other.low), _corner(max, self.high, other.high))

    def carve(self, other: "Shape", radius_mm: float) -> "Shape":
        """Take the other body away and round the rim by about `radius_mm`."""

        def field(x: Array, y: Array, z: Array) -> Array:
            a, b = self.field(x, y, z), -other.field(x, y, z)
            near = np.maximum(radius_mm - np.abs(a - b), 0)
            left: Array = np.maximum(a, b) + near * near * (0.25 / radius_mm)
            return left

        return Shape(field, self.low, self.high)

    def displace(self, waves: Field, reach_mm: float) -> "Shape":
        """Push the surface out by `waves` mm, at most `reach_mm`."""
        wide = self.grow(reach_mm)
        return Shape(lambda x, y, z: self.field(x, y, z) - waves(x, y, z), wide.low, wide.high)


def _corner(pick: Callable[[float, float], float], a: Point, b: Point) -> Point:
    return pick(a[0], b[0]), pick(a[1], b[1]), pick(a[2], b[2])


def ellipsoid(
    center: Point, radii: Point, *, turn_deg: float = 0.0, lean: tuple[float, float] = (0.0, 0.0)
) -> Shape:
    """Make an ellipsoid.

    Parameters
    ----------
    center, radii : mm along x, y, z.
    turn_deg : rotation about z, from x towards y.
    lean : mm that the centre moves along x and y for each mm upwards (a shear).
    """
    cosine, sine = float(np.cos(np.radians(turn_deg))), float(np.sin(np.radians(turn_deg)))
    scale = float(np.cbrt(radii[0] * radii[1] * radii[2]))

    def field(x: Array, y: Array, z: Array) -> Array:
        height = z - center[2]
        right = x - (center[0] + lean[0] * height)
        front = y - (center[1] + lean[1] * height)
        along = right * (cosine / radii[0]) + front * (sine / radii[0])
        across = front * (cosine / radii[1]) - right * (sine / radii[1])
        q = along * along + across * across + (height / radii[2]) ** 2
        return (np.sqrt(q) - 1) * scale

    swing = max(radii[0], radii[1]) if turn_deg else 0.0
    reach_x = max(radii[0], swing) + abs(lean[0]) * radii[2]
    reach_y = max(radii[1], swing) + abs(lean[1]) * radii[2]
    low = (center[0] - reach_x, center[1] - reach_y, center[2] - radii[2])
    high = (center[0] + reach_x, center[1] + reach_y, center[2] + radii[2])
    return Shape(field, low, high)


def tube(start: Point, end: Point, start_mm: float, end_mm: float) -> Shape:
    """Make a round, tapering tube between two points with radii `start_mm` and `end_mm`."""
    dx, dy, dz = end[0] - start[0], end[1] - start[1], end[2] - start[2]
    square = max(dx * dx + dy * dy + dz * dz, 1e-6)

    def field(x: Array, y: Array, z: Array) -> Array:
        px, py, pz = x - start[0], y - start[1], z - start[2]
        t = np.clip((px * dx + py * dy + pz * dz) / square, 0, 1)
        gap = np.sqrt((px - t * dx) ** 2 + (py - t * dy) ** 2 + (pz - t * dz) ** 2)
        distance: Array = gap - (start_mm + t * (end_mm - start_mm))
        return distance

    room = max(start_mm, end_mm)
    low, high = _corner(min, start, end), _corner(max, start, end)
    return Shape(
        field,
        (low[0] - room, low[1] - room, low[2] - room),
        (high[0] + room, high[1] + room, high[2] + room),
    )


def pipe(points: Sequence[Point], radii_mm: Sequence[float]) -> list[Shape]:
    """Make the tubes of a polyline; `radii_mm` has one radius a point."""
    pairs = zip(points[:-1], points[1:], radii_mm[:-1], radii_mm[1:], strict=True)
    return [tube(a, b, ra, rb) for a, b, ra, rb in pairs]


def waves(
    rng: np.random.Generator, amplitude: float, wavelength_mm: float, count: int = 4
) -> Field:
    """Make a smooth random field of the given standard deviation and typical wavelength.

    A sum of standing waves has a value at every point, so the same patient is seen at any
    spacing, and costs one product a wave where x, y, z are axes.
    """
    pulse = 2 * np.pi / (wavelength_mm * rng.uniform(0.75, 1.4, (count, 2)))
    # Spread over the half circle, so that no direction shows as a stripe.
    way = np.pi * (np.arange(count) + rng.uniform(0, 1, count)) / count
    columns = (pulse[:, 0] * np.cos(way), pulse[:, 0] * np.sin(way), pulse[:, 1])
    shifts = rng.uniform(0, 2 * np.pi, (count, 2))
    terms = np.column_stack([*columns, shifts]).tolist()
    # A product of two cosines has the standard deviation 1/2.
    size = amplitude * 2 / float(np.sqrt(count))

    def field(x: Array, y: Array, z: Array) -> Array:
        total: Array | float = 0.0
        for kx, ky, kz, shift, shift_z in terms:
            plane = np.cos(kx * x + ky * y + shift)
            total = total + plane * (size * np.cos(kz * z + shift_z))
        return np.asarray(total, np.float32)

    return field


def draw(rng: np.random.Generator, low: float, high: float) -> float:
    """Draw a plain float, which does not widen float32 arrays it meets."""
    return float(rng.uniform(low, high))
