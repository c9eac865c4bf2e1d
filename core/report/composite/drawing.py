"""Lines and letters on a panel, each on a dark edge so that any gray below leaves them legible."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.cascade.findings import Lesion
from core.draw.canvas import sans
from core.draw.colors import Color
from core.geometry.slices import Plane
from core.report.composite.palette import Stroke
from core.report.composite.view import View

INK, EDGE = (255, 255, 255), (0, 0, 0)
EDGE_WIDTH = 1.5
# Lines are drawn this many times larger and shrunk, which smooths their steps.
OVERSAMPLING = 2
SHORTEST_DASHES = 5
# Outlines have a point at every pixel: more than a line needs, and joints take time.
EVERY = 3
LETTERS, SMALL = 30, 25
TICK = 9
BARS_MM = (5, 10, 20, 50, 100)

Points = Sequence[tuple[float, float]]
Rectangle = tuple[float, float, float, float]


@dataclass
class Canvas:
    """A panel that is drawn on; `image` holds it enlarged, `finished` as it is printed."""

    image: Image.Image
    taken: list[Rectangle] = field(default_factory=list)

    @classmethod
    def over(cls, panel: Image.Image) -> "Canvas":
        """Draw over a finished panel."""
        size = (panel.width * OVERSAMPLING, panel.height * OVERSAMPLING)
        return cls(panel.resize(size, Image.Resampling.BILINEAR))

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        """What draws on the enlarged panel."""
        return ImageDraw.Draw(self.image)

    @property
    def finished(self) -> Image.Image:
        """The panel at its printed size."""
        return self.image.reduce(OVERSAMPLING)

    def lines(self, paths: Iterable[Points], color: Color, stroke: Stroke) -> None:
        """Draw paths with a dark edge around every dash."""
        pieces = [piece for path in paths for piece in dashes(path, stroke)]
        for width, ink in ((stroke.width + 2 * EDGE_WIDTH, EDGE), (stroke.width, color)):
            for piece in pieces:
                scaled = [(x * OVERSAMPLING, y * OVERSAMPLING) for x, y in piece]
                self.draw.line(scaled, ink, round(width * OVERSAMPLING), "curve")

    def letter(
        self, x: float, y: float, text: str, size: int = LETTERS, anchor: str = "lt"
    ) -> Rectangle:
        """Write white on a dark edge; return what it covers, in the panel's pixels."""
        place, font = (x * OVERSAMPLING, y * OVERSAMPLING), sans(size * OVERSAMPLING)
        edge = 3 * OVERSAMPLING
        self.draw.text(place, text, INK, font, anchor, stroke_width=edge, stroke_fill=EDGE)
        covered = self.draw.textbbox(place, text, font, anchor, stroke_width=edge)
        left, top, right, bottom = (value / OVERSAMPLING for value in covered)
        return left, top, right, bottom


def dashes(path: Points, stroke: Stroke) -> list[Points]:
    """Cut a path into the dashes of `stroke`; a short path still shows a few of them."""
    if stroke.dash is None or len(path) < 2:
        return [path]
    points = np.asarray(path, np.float64)
    along = np.r_[0, np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))]
    on, off = stroke.dash
    shrink = min(1.0, along[-1] / (SHORTEST_DASHES * (on + off)))
    # Whole periods, so that a closed outline has no double dash where it closes.
    periods = max(1, round(along[-1] / (shrink * (on + off))))
    period = along[-1] / periods
    starts = np.arange(periods) * period
    return [_between(points, along, start, start + period * on / (on + off)) for start in starts]


def _between(
    points: NDArray[np.float64], along: NDArray[np.float64], start: float, stop: float
) -> Points:
    inner = along[(along > start) & (along < stop)]
    places = np.r_[start, inner, stop]
    placed = np.stack([np.interp(places, along, points[:, axis]) for axis in (0, 1)], axis=1)
    return [(x, y) for x, y in placed.tolist()]


def outlines(mask: NDArray[np.bool_], view: View) -> list[Points]:
    """Trace the edges of `mask` [rows, columns] smoothly, as paths on the panel."""
    if not mask.any():
        return []
    share = np.asarray(view.enlarge(np.where(mask, np.uint8(255), np.uint8(0))))
    return trace(share, view.corner)


def trace(share: NDArray[np.uint8], corner: tuple[int, int] = (0, 0)) -> list[Points]:
    """Trace where `share` [rows, columns] passes one half, as paths; it begins at `corner`."""
    from skimage.measure import find_contours

    left, top = corner
    # A rim of nothing closes outlines that the panel's edge would cut open.
    return [
        [(left + x - 0.5, top + y - 0.5) for y, x in [*path[:-1:EVERY], path[-1]]]
        for path in find_contours(np.pad(share, 1), 127.5)
    ]


def fill(
    panel: Image.Image, mask: NDArray[np.bool_], view: View, color: Color, share: float
) -> None:
    """Tint what `mask` [rows, columns] marks."""
    stencil = view.enlarge(np.where(mask, np.uint8(255), np.uint8(0))).point(
        lambda value: value * share
    )
    panel.paste(color, view.corner, stencil)


def caliper(canvas: Canvas, view: View, lesion: Lesion, shape: tuple[int, int]) -> None:
    """Draw both diameters of a lesion, measured in this axial slice of `shape` (X, Y) voxels."""
    for ends, width in ((lesion.longest_endpoints_voxel, 3.0), (lesion.short_endpoints_voxel, 2.0)):
        start, end = (np.array(shown(view, x, y, shape)) for x, y in ends)
        length = float(np.linalg.norm(end - start))
        across = np.array([start[1] - end[1], end[0] - start[0]]) / max(length, 1e-6) * TICK
        paths: list[Points] = [_path(start, end)]
        paths += [_path(at - across, at + across) for at in (start, end)]
        canvas.lines(paths, INK, Stroke(width))


def shown(view: View, x: float, y: float, shape: tuple[int, int]) -> tuple[float, float]:
    """Bring (x, y) in voxels of an axial slice of `shape` (X, Y) to the panel."""
    return view.place(shape[0] - 1 - x, shape[1] - 1 - y)


def _path(start: NDArray[np.float64], end: NDArray[np.float64]) -> Points:
    return [(float(start[0]), float(start[1])), (float(end[0]), float(end[1]))]


def label_beside(canvas: Canvas, around: Rectangle, text: str, size: int = LETTERS) -> None:
    """Write `text` beside a rectangle, where nothing was written yet and the panel still reaches.

    A line leads from a label that found no room close by.
    """
    width, height = sans(size).getlength(text) + 8, size + 6.0
    side = canvas.image.width / OVERSAMPLING
    spots = _spots(around, width, height)
    inside = [(x, y) for x, y in spots if 0 <= x <= side - width and 0 <= y <= side - height]
    free = [(x, y) for x, y in inside if not _hits(canvas.taken, (x, y, x + width, y + height))]
    x, y = (free or inside or spots)[0]
    if (x, y) not in spots[:6]:
        middle = ((around[0] + around[2]) / 2, (around[1] + around[3]) / 2)
        canvas.lines([[middle, (x + width / 2, y + height / 2)]], INK, Stroke(1))
    canvas.taken.append((x, y, x + width, y + height))
    canvas.letter(x + 4, y + 3, text, size)


def _spots(around: Rectangle, width: float, height: float) -> list[tuple[float, float]]:
    """Where a label of `width` and `height` may stand beside a rectangle, the best place first."""
    left, top, right, bottom = around
    upper, lower, middle = top - height / 2, bottom - height / 2, (left + right - width) / 2
    return [
        spot
        for gap in (4 + step * height for step in range(7))
        for spot in (
            (right + gap, upper),
            (left - gap - width, upper),
            (right + gap, lower),
            (left - gap - width, lower),
            (middle, top - gap - height),
            (middle, bottom + gap),
        )
    ]


def _hits(taken: Iterable[Rectangle], spot: Rectangle) -> bool:
    left, top, right, bottom = spot
    return any(
        other[0] < right and left < other[2] and other[1] < bottom and top < other[3]
        for other in taken
    )


def orientation(canvas: Canvas, plane: Plane | None) -> None:
    """Write where the patient's sides are; no plane is the view from the front."""
    horizontal = "AP" if plane is Plane.SAGITTAL else "RL"
    vertical = "AP" if plane is Plane.AXIAL else "SI"
    side = canvas.image.width / OVERSAMPLING
    middle, far = side / 2, side - 10
    for text, x, y, anchor in (
        (horizontal[0], 10, middle, "lm"),
        (horizontal[1], far, middle, "rm"),
        (vertical[0], middle, 8, "mt"),
        (vertical[1], middle, far, "mb"),
    ):
        canvas.taken.append(canvas.letter(x, y, text, LETTERS, anchor))


def scale_bar(canvas: Canvas, per_mm: float) -> None:
    """Draw a bar of a round length, about a quarter of the panel, and write how long it is."""
    side = canvas.image.width / OVERSAMPLING
    length = min(BARS_MM, key=lambda mm: abs(mm * per_mm - side / 4))
    bottom, end = side - 14, 14 + length * per_mm
    canvas.lines([[(14, bottom), (end, bottom)]], INK, Stroke(4))
    for x in (14, end):
        canvas.lines([[(x, bottom - 7), (x, bottom + 7)]], INK, Stroke(3))
    canvas.taken.append(canvas.letter(14, bottom - 12, f"{length} mm", SMALL, "lb"))
