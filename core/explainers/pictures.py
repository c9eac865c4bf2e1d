"""Attributions as pictures: diverging around zero, over the slice, beside what was called."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.draw.crop import RGB, Closeup
from core.draw.preview import FAINT, GAP, INK, PAPER, sans, shortened
from core.explainers.attribution import Floats
from core.explainers.question import Posed
from core.geometry.fits import from_axial_view
from core.geometry.slices import Plane, slice_of
from core.labels import organ_mask
from core.volume import Volume

# From the most against the score over nothing to the most for it: blue, white, red, each end as
# dark as the other (ColorBrewer's RdBu, which reads without color vision too).
DIVERGING = ((33, 102, 172), (146, 197, 222), (247, 247, 247), (244, 165, 130), (178, 24, 43))
# A few pixels far above all others must not make the rest pale.
BRIGHTEST = 99.5
BAR_HEIGHT = 46


@dataclass(frozen=True, eq=False)
class Pictures:
    """An explanation of one slice in four pictures [rows, columns, 3] of one size.

    Parameters
    ----------
    limit : value of the strongest color.
    """

    slice: RGB
    called: RGB
    map: RGB
    fused: RGB
    limit: float


def native_map(posed: Posed, values: Floats) -> Floats:
    """Bring a map [S, S] to the grid of its axial slice: float32 [X, Y], 0 where nothing was shown.

    Values are interpolated, not shared out: the sum changes with the number of pixels.
    """
    restored: Floats = from_axial_view(posed.fit.restore(values[None]))[..., 0]
    return restored


def limit_of(*maps: Floats) -> float:
    """Give the value that the strongest color stands for, the same for all `maps`."""
    strengths = [
        float(np.percentile(np.abs(one[one != 0]), BRIGHTEST)) for one in maps if one.any()
    ]
    return max(strengths, default=0.0) or 1.0


def draw(
    volume: Volume, labels: NDArray[np.uint8], z: int, native: Floats, limit: float | None = None
) -> Pictures:
    """Draw the explanation of axial slice `z`.

    Parameters
    ----------
    labels : uint8 [X, Y, Z] on the grid of `volume`.
    native : float32 [X, Y], from `native_map`.
    """
    closeup = Closeup.around(volume, organ_mask(labels))
    hu, called = volume.hu[..., z], labels[..., z]
    top = limit or limit_of(native)
    share = np.clip(_upright(closeup, native) / top, -1, 1)
    gray, outlined = closeup.gray(hu), closeup.outlined(hu, called)
    edges = (gray != outlined).any(axis=-1)
    colored = diverging(share)
    opacity = 0.8 * np.sqrt(np.abs(share))[..., None]
    fused = np.rint(gray * (1 - opacity) + colored * opacity).astype(np.uint8)
    for picture in (colored, fused):
        picture[edges] = outlined[edges]
    return Pictures(gray, outlined, colored, fused, top)


def diverging(share: Floats) -> RGB:
    """Color values of -1 to 1 [rows, columns]: uint8 [rows, columns, 3], 0 nearly white."""
    stops = np.linspace(-1, 1, len(DIVERGING))
    parts = [np.interp(share, stops, part) for part in zip(*DIVERGING, strict=True)]
    return np.rint(np.stack(parts, axis=-1)).astype(np.uint8)


def sheet_png(pictures: Pictures, title: str, note: str) -> bytes:
    """Set the four pictures side by side with their names, a color bar and a note, as PNG."""
    named = {
        "Slice": pictures.slice,
        "Called: liver, tumor": pictures.called,
        "Attribution": pictures.map,
        "Both": pictures.fused,
    }
    rows, columns = pictures.slice.shape[:2]
    width = len(named) * (columns + GAP) + GAP
    sheet = Image.new("RGB", (width, rows + 2 * GAP + 24 + BAR_HEIGHT + 30), PAPER)
    pen = ImageDraw.Draw(sheet)
    for index, (name, picture) in enumerate(named.items()):
        left = GAP + index * (columns + GAP)
        pen.text((left, GAP), name, INK, sans(15))
        sheet.paste(Image.fromarray(picture), (left, GAP + 24))
    top = rows + 2 * GAP + 24
    _bar(sheet, pictures.limit, (GAP, top), min(360, width - 2 * GAP))
    pen.text((width - GAP, top + 4), "Research use only, not for diagnosis", INK, sans(14), "ra")
    text = shortened(f"{title} · {note}", width - 2 * GAP, sans(13))
    pen.text((GAP, top + BAR_HEIGHT), text, FAINT, sans(13))
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _bar(sheet: Image.Image, limit: float, corner: tuple[int, int], width: int) -> None:
    """Draw the color bar of a map whose strongest color is `limit`."""
    shares = np.repeat(np.linspace(-1, 1, width, dtype=np.float32)[None], 14, axis=0)
    sheet.paste(Image.fromarray(diverging(shares)), corner)
    pen, (left, top) = ImageDraw.Draw(sheet), corner
    for share, anchor in ((-1, "la"), (0, "ma"), (1, "ra")):
        place = left + (share + 1) / 2 * width
        pen.text(
            (place, top + 18), f"{share * limit:+.1e}" if share else "0", INK, sans(13), anchor
        )


def _upright(closeup: Closeup, native: Floats) -> Floats:
    """Lay a map [X, Y] as displayed, in the size of the closeup."""
    part = native[closeup.x, closeup.y, None]
    picture = Image.fromarray(np.ascontiguousarray(slice_of(part, Plane.AXIAL, 0)))
    size = (closeup.width, closeup.height)
    return np.asarray(picture.resize(size, Image.Resampling.BILINEAR), np.float32)
