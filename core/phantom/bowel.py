"""Stomach, bowel, pancreas and table of a synthetic patient: what is hollow, soft or apart."""

import numpy as np

from core.phantom.anatomy import FAR_MM, Build, Liver, below_diaphragm, body, cavity
from core.phantom.canvas import Canvas
from core.phantom.organs import AIR, textured
from core.phantom.shapes import Array, Point, Shape, draw, ellipsoid, pipe, waves


def _above_level(front_mm: float) -> Shape:
    """Half-space in front of a fluid level: the patient lies on the back, so air is there."""
    low, high = (-FAR_MM, front_mm, -FAR_MM), (FAR_MM, FAR_MM, FAR_MM)
    return Shape(lambda x, y, z: front_mm - y + 0 * x + 0 * z, low, high)


def paint_stomach(canvas: Canvas, rng: np.random.Generator, build: Build) -> None:
    """Paint the stomach under the left dome: wall, contents (now and then contrast), air."""
    bed = cavity(build).grow(-4) & below_diaphragm(build).grow(-4)
    fundus = ellipsoid(
        (-draw(rng, 52, 66), draw(rng, 8, 24), draw(rng, 18, 32)),
        (draw(rng, 26, 40), draw(rng, 28, 42), draw(rng, 34, 46)),
    )
    antrum = ellipsoid(
        (-draw(rng, 15, 28), draw(rng, 38, 50), draw(rng, -24, -8)),
        (draw(rng, 32, 42), draw(rng, 16, 24), draw(rng, 14, 22)),
        turn_deg=draw(rng, -30, -5),
    )
    stomach = fundus.blend(antrum, 22) & bed
    contents = draw(rng, 180, 320) if rng.random() < 0.2 else draw(rng, 5, 35)
    canvas.paint(stomach, draw(rng, 65, 95))
    lumen = stomach.grow(-draw(rng, 3, 5))
    canvas.paint(lumen, textured(contents, waves(rng, 8, 16, 4)))
    canvas.paint(lumen, AIR, _above_level(draw(rng, 34, 52)))


def paint_pancreas(canvas: Canvas, rng: np.random.Generator) -> None:
    """Paint the pancreas before the splenic vein, and the duodenum around its head."""
    low = draw(rng, -34, -22)
    course: list[Point] = [
        (26, 14, low - 12),
        (4, 24, low),
        (-28, 20, low + 12),
        (-66, 2, low + 30),
    ]
    ripple = waves(rng, 9, 9, 4)
    for part in pipe(course, [12, 8, 8, 6]):
        canvas.paint(part, textured(98.0, ripple))
    loop: list[Point] = [(34, 26, low), (42, 8, low - 16), (34, 0, low - 45), (-6, 4, low - 52)]
    for part in pipe(loop, [11, 11, 10, 9]):
        canvas.paint(part, 78.0)
        canvas.paint(part.grow(-3), draw(rng, 15, 35))


def paint_bowel(canvas: Canvas, rng: np.random.Generator, build: Build) -> None:
    """Paint loops of small bowel in the lower belly and the colon around them."""
    bed = cavity(build).grow(-5) & below_diaphragm(build).grow(-6)
    contrast = rng.random() < 0.25
    for _ in range(46):
        center = (draw(rng, -88, 70), draw(rng, 5, 76), draw(rng, -125, -26))
        radii = (draw(rng, 12, 25), draw(rng, 10, 17), draw(rng, 10, 20))
        loop = ellipsoid(center, radii, turn_deg=draw(rng, 0, 180)) & bed
        _paint_loop(canvas, rng, loop, center[1], contrast)
    for x, y, z in _colon_course(rng):
        loop = ellipsoid((x, y, z), (draw(rng, 15, 21), draw(rng, 15, 22), 18)) & bed
        _paint_loop(canvas, rng, loop, y, False, gas=0.6)


def _paint_loop(
    canvas: Canvas,
    rng: np.random.Generator,
    loop: Shape,
    middle_mm: float,
    contrast: bool,
    gas: float = 0.15,
) -> None:
    canvas.paint(loop, draw(rng, 70, 105))
    lumen = loop.grow(-draw(rng, 2, 3.5))
    filling = draw(rng, 200, 380) if contrast and rng.random() < 0.6 else draw(rng, -10, 45)
    canvas.paint(lumen, textured(filling, waves(rng, 10, 10, 3)))
    if rng.random() < gas:
        canvas.paint(lumen, AIR, _above_level(middle_mm + draw(rng, -6, 6)))


def _colon_course(rng: np.random.Generator) -> list[Point]:
    """Place the colon: ascending at the right, across in front, descending at the left."""
    sag = draw(rng, -70, -48)
    ascending = [(88.0, draw(rng, -25, 5), float(z)) for z in range(-160, -70, 24)]
    across = [
        (float(x), 66 - 12 * (x / 90) ** 2, sag + 26 * (x / 90) ** 2) for x in range(60, -91, -25)
    ]
    descending = [(-98.0, draw(rng, -20, 5), float(z)) for z in range(-160, -10, 24)]
    return ascending + across + descending


def paint_gallbladder(canvas: Canvas, rng: np.random.Generator, liver: Liver) -> None:
    """Paint the gallbladder with its thin wall and bile."""
    canvas.paint(liver.gallbladder, 60.0)
    canvas.paint(liver.gallbladder.grow(-1.5), draw(rng, 2, 18))


def paint_table(canvas: Canvas, rng: np.random.Generator, build: Build) -> None:
    """Paint the hollow, curved table top on which the patient lies."""
    back = -(build.half_depth + 0.9 * (build.wall + build.fat) + 6) - draw(rng, 3, 9)
    bend = draw(rng, 0.0002, 0.0011)

    def field(x: Array, y: Array, z: Array) -> Array:
        return np.abs(y - (back - 6 + bend * x * x)) - 6 + 0 * z

    low, high = (-190.0, back - 14, -FAR_MM), (190.0, back + 45, FAR_MM)
    outside = Shape(lambda x, y, z: 3 - body(build).field(x, y, z), low, high)
    top = Shape(field, low, high)
    canvas.paint(top, draw(rng, -150, 60), outside)
    canvas.paint(top.grow(-1.5), -930.0, outside)
