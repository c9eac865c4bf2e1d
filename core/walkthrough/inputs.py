"""The stages at which a network is given its square: the liver network, and that of tumors."""

import numpy as np
from numpy.typing import NDArray

from core.cascade.looks import Gray, liver_look, look_from_afar, own_slice
from core.draw.canvas import framed, lettered
from core.draw.colors import AMBER, TEAL
from core.draw.slices import SIDE, upright
from core.geometry.fits import Box, SliceFit
from core.walkthrough.drawing import stacked
from core.walkthrough.moment import Content, Moment, Number, Picture

MAGNIFIED_MM = 60.0


def liver_square(moment: Moment) -> tuple[Gray, SliceFit]:
    """Make the square that the liver network is given: uint8 [S, S], and how it lies.

    Before the box of the liver is known it is the square of the network that finds it.
    """
    if moment.preset.finder and moment.result is None:
        return finder_square(moment)
    box = None if moment.result is None else moment.result.segmentation.liver_box
    look = liver_look(moment.volume, moment.preset, box)
    return look.show(moment.volume, _only(moment))[0], look.fit


def finder_square(moment: Moment) -> tuple[Gray, SliceFit]:
    """Make the square of the network that finds the liver from afar: uint8 [S, S]."""
    look = look_from_afar(moment.volume, moment.preset)
    return look.show(moment.volume, _only(moment))[0], look.fit


def tumor_square(moment: Moment) -> tuple[Gray, NDArray[np.bool_], Gray]:
    """Make the square of the tumor network, the liver in it, and what it leaves: [S, S] each."""
    volume, only, look = moment.volume, _only(moment), moment.known[1].looks.tumor
    masked = own_slice(look.show(volume, only))[0]
    return look.gray(volume, only)[0], look.inside(only)[0], masked


def network_stage(moment: Moment) -> Content:
    """Show how the slice becomes the square that the liver network sees."""
    square, fit = liver_square(moment)
    rows, columns = moment.gray.shape
    rows_mm, columns_mm = moment.pixel_mm
    seen_mm = fit.box.rows * rows_mm / fit.inner_rows
    margin = 1 - fit.inner_rows * fit.inner_columns / fit.size**2
    numbers = (
        Number("Slice", f"{columns} × {rows}"),
        Number("Part of it that is shown", f"{fit.box.columns} × {fit.box.rows}"),
        Number("Square of the network", f"{fit.size} × {fit.size}"),
        Number("Pixel before", columns_mm, "mm", 2),
        Number("Pixel after", seen_mm, "mm", 2),
        Number("Pixels averaged to one, about", (seen_mm / rows_mm) * (seen_mm / columns_mm)),
        Number("Black margin", 100 * margin, "%"),
        Number("Array given to it", f"1 × {fit.size} × {fit.size} × 3, 0 to 1"),
    )
    return Content(numbers, (*_way_in(moment, square, fit), *_magnified(moment, square, fit)))


def _way_in(moment: Moment, square: Gray, fit: SliceFit) -> tuple[Picture, ...]:
    shape = moment.gray.shape
    plain = lettered(upright(moment.gray, moment.pixel_mm), "R", "A")
    whole = Box(0, shape[0], 0, shape[1])
    if fit.box == whole:
        shown = Picture("The slice: all of it is shown", framed(plain, whole, shape, TEAL))
    else:
        shown = Picture("The slice, with the box of the liver", framed(plain, fit.box, shape, TEAL))
    given = Picture(f"{fit.size} × {fit.size} pixels, the same on three channels", stacked(square))
    if moment.preset.finder is None or moment.result is None:
        return shown, given
    afar, far_fit = finder_square(moment)
    first = Picture(
        f"First from afar, {far_fit.size} × {far_fit.size}: where is the liver?",
        upright(afar, side=SIDE, smooth=False),
    )
    return first, shown, given


def _magnified(moment: Moment, square: Gray, fit: SliceFit) -> tuple[Picture, ...]:
    """Draw the same few centimeters before and after, with their pixels as they are."""
    row, column = _middle(moment)
    top, left = (fit.size - fit.inner_rows) // 2, (fit.size - fit.inner_columns) // 2
    down, across = fit.inner_rows / fit.box.rows, fit.inner_columns / fit.box.columns
    small = (row - fit.box.top) * down + top, (column - fit.box.left) * across + left
    rows_mm, columns_mm = moment.pixel_mm
    before = _cut(moment.gray, (row, column), (rows_mm, columns_mm))
    after = _cut(square, small, (rows_mm / down, columns_mm / across))
    return (
        Picture(
            f"{MAGNIFIED_MM:.0f} mm of the slice", upright(before, moment.pixel_mm, smooth=False)
        ),
        Picture(f"The same {MAGNIFIED_MM:.0f} mm for the network", upright(after, smooth=False)),
    )


def _middle(moment: Moment) -> tuple[float, float]:
    """Where to look closely: at tumor, else liver, else the middle of the slice."""
    if moment.result is not None:
        organ, tumor = moment.masks
        for mask in (tumor, organ):
            if mask.any():
                row, column = np.argwhere(mask).mean(axis=0)
                return float(row), float(column)
    rows, columns = moment.gray.shape
    return rows / 2, columns / 2


def _cut(image: Gray, at: tuple[float, float], pixel_mm: tuple[float, float]) -> Gray:
    """Cut a square of `MAGNIFIED_MM` out of a picture, moved inside where it would stick out."""
    spans = []
    for middle, step, size in zip(at, pixel_mm, image.shape, strict=True):
        length = min(size, max(2, round(MAGNIFIED_MM / step)))
        start = min(max(0, round(middle - length / 2)), size - length)
        spans.append(slice(start, start + length))
    return image[tuple(spans)]


def masked_stage(moment: Moment) -> Content:
    """Show what is left of the slice for the tumor network."""
    result, overall = moment.known
    gray, inside, masked = tumor_square(moment)
    median = result.segmentation.liver_gray
    fit = overall.looks.tumor.fit
    step = moment.preset.window.width / 255
    numbers = (
        Number("Square of the network", f"{fit.size} × {fit.size}"),
        Number("Pixel", fit.box.rows * moment.pixel_mm[0] / fit.inner_rows, "mm", 2),
        Number("Liver in the square", 100 * float(inside.mean()), "%"),
        Number("Median gray of the liver", median, "of 255", 0),
        Number("Shift to 128", 128 - median, "steps of gray", 0),
        Number("That is", (128 - median) * step, "HU", 0),
    )
    outlined = upright(np.where(inside, gray, gray // 3).astype(np.uint8), smooth=False)
    shape = moment.gray.shape
    place = lettered(upright(moment.gray, moment.pixel_mm), "R", "A")
    pictures = (
        Picture("The slice, with the box that is shown", framed(place, fit.box, shape, AMBER)),
        Picture("The liver region of the stage before, bright", outlined),
        Picture("What the tumor network is given", upright(masked, smooth=False)),
    )
    return Content(numbers, pictures)


def _only(moment: Moment) -> slice:
    return slice(moment.z, moment.z + 1)
