"""The build of one synthetic patient: body wall, diaphragm, liver, its vessels and bed."""

from dataclasses import dataclass

import numpy as np

from core.phantom.shapes import (
    Array,
    Point,
    Shape,
    draw,
    ellipsoid,
    pipe,
    tube,
    waves,
)

# Squareness of the trunk's cross-section, and where its u², v² must be held to stay convex.
SQUARENESS, CONVEX = 0.4, 1.8
FAR_MM = 1e4


@dataclass(frozen=True)
class Build:
    """The measures of a patient, in mm.

    Parameters
    ----------
    half_width, half_depth : of the abdominal cavity.
    wall, fat : thickness of the muscular wall and of the fat under the skin at the side.
    dome : height of the right dome of the diaphragm.
    left_dome, heart_dome : heights of the left dome and of the middle.
    """

    half_width: float
    half_depth: float
    wall: float
    fat: float
    dome: float
    left_dome: float
    heart_dome: float

    @classmethod
    def of(cls, rng: np.random.Generator) -> "Build":
        """Draw a patient whose body is about 330 x 240 mm."""
        dome = draw(rng, 62, 76)
        return cls(
            half_width=draw(rng, 112, 134),
            half_depth=draw(rng, 80, 97),
            wall=draw(rng, 11, 15),
            fat=draw(rng, 5, 26),
            dome=dome,
            left_dome=dome - draw(rng, 4, 16),
            heart_dome=dome - draw(rng, 18, 28),
        )


def _trunk(half_width: float, half_depth: float, center_y: float) -> Shape:
    scale = float(np.sqrt(half_width * half_depth))

    def field(x: Array, y: Array, z: Array) -> Array:
        girth = 1 - ((z - 10) * (1 / 420)) ** 2
        u = np.minimum((x / (half_width * girth)) ** 2, CONVEX)
        v = np.minimum(((y - center_y) / (half_depth * girth)) ** 2, CONVEX)
        distance: Array = (np.sqrt(u + v - SQUARENESS * u * v) - 1) * scale
        return distance

    low = (-half_width, center_y - half_depth, -FAR_MM)
    return Shape(field, low, (half_width, center_y + half_depth, FAR_MM))


def body(build: Build) -> Shape:
    """Skin and everything under it."""
    half_width = build.half_width + build.wall + build.fat
    half_depth = build.half_depth + 0.9 * (build.wall + build.fat) + 6
    return _trunk(half_width, half_depth, 0.0)


def cavity(build: Build) -> Shape:
    """Chest and belly within the wall, with the spine's bulge taken out."""
    return chest(build).carve(column((0, -76), (43, 58)), 18)


def chest(build: Build) -> Shape:
    """Give the round of the trunk within the wall, spine included."""
    return _trunk(build.half_width, build.half_depth, 8.0)


def _along_z(shape: Shape) -> Shape:
    """Take the section at z = 0 for all heights."""
    level = np.zeros((1, 1, 1), np.float32)
    return Shape(
        lambda x, y, z: shape.field(x, y, level if x.ndim == 3 else 0 * z),
        (shape.low[0], shape.low[1], -FAR_MM),
        (shape.high[0], shape.high[1], FAR_MM),
    )


def column(center: tuple[float, float], radii: tuple[float, float]) -> Shape:
    """Make an elliptic cylinder along z."""
    return _along_z(ellipsoid((*center, 0.0), (*radii, np.sqrt(radii[0] * radii[1]))))


def below_diaphragm(build: Build) -> Shape:
    """Everything under the two domes and the heart's bed."""
    domes = (
        (62.0, 10.0, build.dome, 74.0, 80.0),
        (-62.0, 5.0, build.left_dome, 72.0, 80.0),
        (-5.0, 35.0, build.heart_dome, 85.0, 70.0),
    )

    def field(x: Array, y: Array, z: Array) -> Array:
        height: Array = np.full((1,) * x.ndim, -FAR_MM, np.float32)
        for cx, cy, top, wide, deep in domes:
            q = ((x - cx) / wide) ** 2 + ((y - cy) / deep) ** 2
            dome = top - 80 * q * np.sqrt(q)
            near = np.maximum(14 - np.abs(height - dome), 0)
            height = np.maximum(height, dome) + near * near / 56
        # The field of so steep a surface grows faster than the distance to it.
        return (z - height) * np.float32(0.75)

    return Shape(field, (-FAR_MM, -FAR_MM, -FAR_MM), (FAR_MM, FAR_MM, build.dome + 14))


@dataclass(frozen=True)
class Liver:
    """The liver and what presses into it.

    Parameters
    ----------
    organ : the whole organ, lesions and vessels included.
    solid : the same without the groove of the vena cava, to be painted before the vein.
    kidney, gallbladder, cava : the neighbours that it gives way to.
    vessels : tubes of the portal and hepatic veins inside it.
    trunk : tubes of the portal vein on its way to it.
    """

    organ: Shape
    solid: Shape
    kidney: Shape
    gallbladder: Shape
    cava: list[Shape]
    vessels: list[Shape]
    trunk: list[Shape]


def make_liver(rng: np.random.Generator, build: Build) -> Liver:
    """Shape a liver of about 1100 to 2100 mL under the right dome."""
    size = draw(rng, 0.95, 1.28)
    shift, lift = draw(rng, -5, 5), draw(rng, -6, 6)
    kidney, fossa = right_kidney(rng)
    gallbladder = ellipsoid(
        (46 + shift, draw(rng, 28, 40), -32 + lift),
        (draw(rng, 10, 16), draw(rng, 17, 27), draw(rng, 16, 26)),
        turn_deg=draw(rng, -40, 10),
    )
    cava = pipe(
        [(22, -14, -200), (23, -10, -30), (24, -4, 30), (14, 4, build.heart_dome + 8)],
        [10, 11, 12.5, 13],
    )
    lobes = _lobes(rng, size, shift, lift)
    for hollow, rim in _hollows(rng, shift, lift):
        lobes = lobes.carve(hollow, rim)
    ripple = waves(rng, 3.0, 85, 5)
    lobes = lobes.displace(lambda x, y, z: np.clip(ripple(x, y, z), -8, 8), 8)
    bed = cavity(build).grow(-1.5) & below_diaphragm(build).grow(-2.5)
    solid = (lobes & bed).carve(fossa, 6).carve(gallbladder.grow(1.5), 4)
    organ = solid
    for part in cava:
        organ = organ - part
    gate = (22 + shift, 16.0, -4 + lift)
    trunk = pipe([(4, 2, -45), (10, 10, -25 + lift), gate], [6.5, 7, 6.5])
    return Liver(organ, solid, kidney, gallbladder, cava, _veins(rng, build, gate), trunk)


def right_kidney(rng: np.random.Generator) -> tuple[Shape, Shape]:
    """Shape the kidney under the liver, and its bed, which reaches to the back wall."""
    center = (draw(rng, 56, 64), draw(rng, -46, -38), draw(rng, -58, -42))
    radii = (draw(rng, 25, 30), draw(rng, 22, 27), draw(rng, 46, 54))
    turn, lean = draw(rng, 25, 45), (-0.18, -0.1)
    behind = (center[0] + 4, center[1] - 18, center[2])
    bed = ellipsoid(behind, (radii[0] + 9, radii[1] + 23, radii[2] + 4), turn_deg=turn, lean=lean)
    return ellipsoid(center, radii, turn_deg=turn, lean=lean), bed


def _lobes(rng: np.random.Generator, size: float, shift: float, lift: float) -> Shape:
    right = ellipsoid(
        (68 + shift, -2, 9 + lift),
        (84 * size, 98 * size, draw(rng, 76, 88)),
        lean=(-0.22, 0.0),
    )
    reach = draw(rng, 58, 92)
    left = ellipsoid(
        (0, draw(rng, 40, 50), draw(rng, 20, 30) + lift),
        (reach * size, draw(rng, 32, 42) * size, draw(rng, 36, 46) * size),
        turn_deg=draw(rng, -6, 14),
        lean=(draw(rng, -0.3, 0.1), 0.0),
    )
    caudate = ellipsoid((14, 2, 22 + lift), (22, 20, 26))
    return right.blend(left, 24).blend(caudate, 14)


def _hollows(rng: np.random.Generator, shift: float, lift: float) -> list[tuple[Shape, float]]:
    """Give the bodies that shape the visceral face, each with the radius of its rim."""
    bowel = ellipsoid(
        (-8 + shift, draw(rng, 8, 18), -72 + lift), (72, 92, draw(rng, 44, 64)), lean=(-0.1, 0)
    )
    hilum = ellipsoid((14 + shift, 20, -12 + lift), (17, 7, 10), turn_deg=20)
    cleft = ellipsoid((4, 62, 2 + lift), (3.0, 20, 24), turn_deg=draw(rng, -12, 12))
    return [(bowel, 14), (hilum, 10), (cleft, 5)]


def _veins(rng: np.random.Generator, build: Build, gate: Point) -> list[Shape]:
    crown: Point = (22, 2, build.heart_dome - 4)
    veins = _branch(rng, gate, (0.9, -0.2, 0.2), 5.5, 36, 5)
    veins += _branch(rng, gate, (-0.35, 0.75, 0.55), 4.5, 30, 4)
    veins += _branch(rng, crown, (0.85, -0.35, -0.4), 5.0, 36, 4)
    veins += _branch(rng, crown, (0.6, 0.65, -0.4), 4.5, 34, 4)
    veins += _branch(rng, crown, (-0.5, 0.8, -0.2), 4.0, 30, 3)
    return veins


def _branch(
    rng: np.random.Generator, start: Point, way: Point, radius: float, length: float, forks: int
) -> list[Shape]:
    """Grow a tree: each branch bends once, then parts in two thinner and shorter ones."""
    heading = np.asarray(way) + rng.normal(0, 0.12, 3)
    heading /= np.linalg.norm(heading)
    end = _step(start, heading, length)
    tubes = [tube(start, end, radius, 0.85 * radius)]
    if not forks:
        return tubes
    side = np.cross(heading, rng.normal(0, 1, 3))
    side /= max(float(np.linalg.norm(side)), 1e-6)
    for sign, spread in ((1, draw(rng, 0.35, 0.7)), (-1, draw(rng, 0.35, 0.8))):
        x, y, z = (float(value) for value in heading + sign * spread * side)
        thin = radius * draw(rng, 0.66, 0.8)
        tubes += _branch(rng, end, (x, y, z), thin, length * draw(rng, 0.7, 0.88), forks - 1)
    return tubes


def _step(start: Point, heading: np.ndarray[tuple[int], np.dtype[np.float64]], mm: float) -> Point:
    x, y, z = (float(here + mm * part) for here, part in zip(start, heading.tolist(), strict=True))
    return x, y, z
