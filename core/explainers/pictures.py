"""Attributions as pictures: diverging around zero, over the slice, beside what was called."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.draw.canvas import png, sans
from core.draw.colors import DIVERGING, INK, PAPER, RGB, blended, ramp
from core.draw.crop import Closeup
from core.draw.sheet import sheet
from core.explainers.attribution import Floats
from core.explainers.question import Posed
from core.geometry.fits import from_axial_view
from core.labels import organ_mask
from core.volume import Volume

# A few pixels far above all others must not make the rest pale.
BRIGHTEST = 99.5
# Values below 10 to this are written with a power.
SMALLEST_POWER = -5
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
BAR_WIDTH, BAR_HEIGHT = 360, 46


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
    share = np.clip(closeup.upright(native, Image.Resampling.BILINEAR) / top, -1, 1)
    gray, outlined = closeup.gray(hu), closeup.outlined(hu, called)
    edges = (gray != outlined).any(axis=-1)
    colored = diverging(share)
    fused = blended(gray, colored, 0.8 * np.sqrt(np.abs(share)))
    for picture in (colored, fused):
        picture[edges] = outlined[edges]
    return Pictures(gray, outlined, colored, fused, top)


def unexplained(volume: Volume, labels: NDArray[np.uint8], z: int) -> tuple[RGB, RGB]:
    """Draw axial slice `z` as `draw` does, before there is a map: alone, and with its labels."""
    closeup = Closeup.around(volume, organ_mask(labels))
    hu = volume.hu[..., z]
    return closeup.gray(hu), closeup.outlined(hu, labels[..., z])


def diverging(share: NDArray[np.floating]) -> RGB:
    """Color values of -1 to 1 [rows, columns]: uint8 [rows, columns, 3], 0 nearly white."""
    return np.rint(ramp((share + 1) / 2, DIVERGING)).astype(np.uint8)


def signed(value: float) -> str:
    """Write a value of a map with its sign and two digits that count: +0.00059, −3.1 × 10⁻⁷."""
    if not value:
        return "0"
    sign = "−" if value < 0 else "+"
    digits, _, power = f"{abs(value):.1e}".partition("e")
    if int(power) < SMALLEST_POWER:
        return f"{sign}{digits} × 10{str(int(power)).translate(RAISED)}"
    return f"{sign}{float(f'{digits}e{power}'):.{max(0, 1 - int(power))}f}"


def sheet_png(pictures: Pictures, title: str, note: str) -> bytes:
    """Set the four pictures side by side with their names, a color bar and a note, as PNG."""
    named = [
        ("Slice", pictures.slice),
        ("Called: liver, tumor", pictures.called),
        ("Attribution", pictures.map),
        ("Both", pictures.fused),
    ]
    return png(sheet(named, f"{title} · {note}", _bar(pictures.limit)))


def _bar(limit: float) -> Image.Image:
    """Draw the color bar of a map whose strongest color is `limit`."""
    shares = np.repeat(np.linspace(-1, 1, BAR_WIDTH, dtype=np.float32)[None], 14, axis=0)
    bar = Image.new("RGB", (BAR_WIDTH, BAR_HEIGHT), PAPER)
    bar.paste(Image.fromarray(diverging(shares)), (0, 0))
    pen = ImageDraw.Draw(bar)
    for share, anchor in ((-1, "la"), (0, "ma"), (1, "ra")):
        place, value = (share + 1) / 2 * BAR_WIDTH, signed(share * limit)
        pen.text((place, 18), value, INK, sans(13), anchor)
    return bar
