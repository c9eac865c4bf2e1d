"""Everything around the liver of a synthetic patient, painted from the back to the front."""

import numpy as np

from core.phantom.anatomy import FAR_MM, Build, Liver, below_diaphragm, body, cavity, chest, column
from core.phantom.canvas import Canvas
from core.phantom.shapes import Array, Field, Point, Shape, draw, ellipsoid, pipe, tube, waves

AIR, LUNG, FAT, SKIN = -990.0, -850.0, -105.0, 45.0
MUSCLE, MARROW, CORTEX, DISC, CANAL = 58.0, 190.0, 520.0, 95.0, 35.0


def textured(mean: float, ripple: Field) -> Field:
    """Give HU that vary smoothly about their mean."""
    return lambda x, y, z: ripple(x, y, z) + np.float32(mean)


def paint_trunk(canvas: Canvas, rng: np.random.Generator, build: Build) -> None:
    """Paint skin, fat, wall, ribs, lungs and the fat of the belly."""
    skin, inside, abdomen = body(build), cavity(build), below_diaphragm(build)
    canvas.paint(skin, SKIN)
    canvas.paint(skin.grow(-2.5), textured(FAT, waves(rng, 5, 25, 3)))
    loins = column((-30.0, -80.0), (32, 21)).blend(column((30.0, -80.0), (32, 21)), 12)
    wall = chest(build).grow(build.wall).blend(loins, 14)
    canvas.paint(wall, textured(MUSCLE, waves(rng, 8, 20, 5)), skin.grow(-4))
    _paint_ribs(canvas, rng, build)
    canvas.paint(inside, MUSCLE)
    canvas.paint(inside.grow(-1.5), LUNG)
    canvas.paint(abdomen, MUSCLE, inside)
    fat = textured(FAT + 2, waves(rng, 7, 18, 4))
    canvas.paint(abdomen.grow(-2.5), fat, inside.grow(-1.0))


def _paint_ribs(canvas: Canvas, rng: np.random.Generator, build: Build) -> None:
    """Paint ribs as slanting bands of the wall, bone at the back, cartilage in front."""
    inside, pitch, slope = cavity(build), draw(rng, 25, 30), draw(rng, 0.42, 0.6)
    start, lowest = draw(rng, 0, 30), draw(rng, -55, -35)
    depth = 0.45 * build.wall

    def band(half_height: float, half_depth: float) -> Field:
        def field(x: Array, y: Array, z: Array) -> Array:
            climb = z + slope * y + start
            gap = np.abs(climb - pitch * np.rint(climb / pitch)) - half_height
            lower = lowest + start - climb
            across = np.abs(inside.field(x, y, z) - depth) - half_depth
            ends = np.maximum(lower, 24 - np.abs(x))
            bands: Array = np.maximum(np.maximum(gap * 0.85, across), ends)
            return bands

        return field

    trunk = chest(build).grow(build.wall)
    tall = (trunk.low, trunk.high)
    cartilage_mm = 55.0
    behind = Shape(
        lambda x, y, z: y - cartilage_mm + 0 * x + 0 * z,
        trunk.low,
        (trunk.high[0], cartilage_mm, trunk.high[2]),
    )
    ahead = Shape(
        lambda x, y, z: cartilage_mm - y + 0 * x + 0 * z,
        (trunk.low[0], cartilage_mm, trunk.low[2]),
        trunk.high,
    )
    canvas.paint(Shape(band(5.5, 3.6), *tall), 430.0, behind)
    canvas.paint(Shape(band(4.0, 2.0), *tall), MARROW + 60, behind)
    canvas.paint(Shape(band(6.5, 4.5), *tall), 95.0, ahead)
    front = build.half_depth + 12
    canvas.paint(ellipsoid((0, front, 90), (17, 6, 62)), 380.0)
    canvas.paint(ellipsoid((0, front, 90), (15, 4, 60)), MARROW)


def paint_spine(canvas: Canvas, rng: np.random.Generator) -> None:
    """Paint vertebrae, discs, arches, spinous processes and the canal."""
    pitch, start = draw(rng, 33, 38), draw(rng, 0, 35)
    wide, deep = draw(rng, 21, 25), draw(rng, 15.5, 18.5)
    trunk = column((0, -32), (wide, deep))
    canvas.paint(trunk, CORTEX)
    canvas.paint(trunk.grow(-1.6), textured(MARROW, waves(rng, 28, 9, 4)))

    def level(x: Array, y: Array, z: Array) -> Array:
        climb = z + start
        gap: Array = np.abs(climb - pitch * np.rint(climb / pitch)) - 4.0 + 0 * x + 0 * y
        return gap

    canvas.paint(trunk & Shape(level, trunk.low, trunk.high), DISC)
    canvas.paint(column((0, -58), (18, 14)), 380.0)
    count = range(-4, 5)
    for middle in (pitch * (k + 0.5) - start for k in count):
        canvas.paint(ellipsoid((0, -80, middle - 6), (4, 15, 11)), 420.0)
        for side in (-1, 1):
            canvas.paint(ellipsoid((side * 28.0, -60, middle), (20, 5, 6)), 400.0)
    canvas.paint(column((0, -57), (11, 9)), CANAL)


def paint_vessels(canvas: Canvas, rng: np.random.Generator, liver: Liver) -> None:
    """Paint aorta, inferior vena cava, splenic vein and gullet."""
    radius = draw(rng, 8.5, 12)
    aorta = pipe([(-4, -7, -300), (-8, -5, -20), (-16, -8, 60), (-22, -14, 300)], [radius] * 4)
    blood = draw(rng, 145, 185)
    for part in aorta:
        canvas.paint(part, blood)
    for part in liver.trunk:
        canvas.paint(part, blood)
    for part in liver.cava:
        canvas.paint(part, blood - draw(rng, 5, 30))
    for part in pipe([(6, 4, -30), (-25, 10, -18), (-60, -5, 5), (-84, -20, 14)], [5, 5, 4, 3]):
        canvas.paint(part, blood)
    gullet = pipe([(-12, 16, 45), (-8, 6, 70), (-6, 6, 200)], [8, 7, 7])
    for part in gullet:
        canvas.paint(part, MUSCLE - 8)


def paint_chest(canvas: Canvas, rng: np.random.Generator, build: Build) -> None:
    """Paint heart, mediastinum and the vessels of the lungs, above the diaphragm."""
    above = _over(below_diaphragm(build)) & cavity(build).grow(-1)
    canvas.paint(column((0, 10), (28, 70)), FAT + 10, above)
    heart = ellipsoid(
        (draw(rng, -26, -14), draw(rng, 28, 38), build.heart_dome + 38),
        (draw(rng, 52, 64), draw(rng, 40, 50), 46),
        turn_deg=draw(rng, 15, 35),
    )
    canvas.paint(heart.grow(5), FAT + 15, above)
    canvas.paint(heart, textured(draw(rng, 115, 165), waves(rng, 8, 40, 5)), above.grow(-2))
    box = canvas.box(above)
    lungs = canvas.crop(box)
    for _ in range(90):
        side = 1 if rng.random() < 0.5 else -1
        start: Point = (side * draw(rng, 25, 105), draw(rng, -65, 60), draw(rng, 0, 110))
        end: Point = (
            start[0] + side * draw(rng, 5, 22),
            start[1] + draw(rng, -14, 14),
            start[2] - draw(rng, 5, 22),
        )
        thick = draw(rng, 1.5, 3.2)
        lungs.paint(tube(start, end, thick, 0.7 * thick), 50.0)
    canvas.lay(lungs, box, canvas.coverage(above, box))


def _over(shape: Shape) -> Shape:
    low, high = (-FAR_MM, -FAR_MM, -FAR_MM), (FAR_MM, FAR_MM, FAR_MM)
    return Shape(lambda x, y, z: 2 - shape.field(x, y, z), low, high)


def paint_kidneys(canvas: Canvas, rng: np.random.Generator, build: Build, liver: Liver) -> None:
    """Paint both kidneys with cortex, medulla and the fat of the sinus, and the psoas."""
    left = ellipsoid(
        (-draw(rng, 54, 62), draw(rng, -44, -36), draw(rng, -48, -28)),
        (draw(rng, 25, 30), draw(rng, 22, 27), draw(rng, 48, 56)),
        turn_deg=-draw(rng, 25, 45),
        lean=(0.18, -0.1),
    )
    for side in (-1, 1):
        psoas = ellipsoid((side * 36.0, -34, -110), (20, 19, 95), lean=(-side * 0.12, 0))
        canvas.paint(psoas, MUSCLE)
    bright = draw(rng, 165, 205)
    for side, kidney in ((1, liver.kidney), (-1, left)):
        x, y, z = (0.5 * (low + high) for low, high in zip(kidney.low, kidney.high, strict=True))
        pyramids = waves(rng, 26, 20, 4)
        canvas.paint(kidney, bright)
        canvas.paint(kidney.grow(-7), textured(bright - 22, pyramids))
        sinus = ellipsoid((x - side * 17, y + 9, z), (18, 8, 26), turn_deg=side * 35.0)
        canvas.paint(sinus, FAT + 20)
        hilar = tube((x - side * 8, y + 3, z), (side * 14.0, 0, z + 8), 4.0, 4.5)
        canvas.paint(hilar, bright - 30, cavity(build))


def paint_spleen(canvas: Canvas, rng: np.random.Generator, build: Build) -> None:
    """Paint the spleen in the left back corner."""
    bed = cavity(build).grow(-3) & below_diaphragm(build).grow(-3)
    spleen = ellipsoid(
        (-draw(rng, 88, 98), draw(rng, -38, -24), draw(rng, 10, 26)),
        (draw(rng, 30, 42), draw(rng, 42, 56), draw(rng, 40, 54)),
        turn_deg=draw(rng, -25, -5),
    ).carve(ellipsoid((-44, 14, 20), (36, 48, 60)), 8)
    ripple = waves(rng, 1.5, 50, 3)
    organ = spleen.displace(lambda x, y, z: np.clip(ripple(x, y, z), -5, 5), 5) & bed
    canvas.paint(organ, draw(rng, 108, 128))
