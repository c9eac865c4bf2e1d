"""What each stage looks like at a glance, in a few milliseconds."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cascade.postprocessing import above
from core.draw.canvas import squared
from core.draw.colors import AMBER, COLORS, PINK
from core.draw.overlay import heat, overlay, tinted
from core.draw.slices import upright
from core.geometry.slices import Plane, slice_of
from core.geometry.windows import apply_window
from core.labels import LIVER
from core.walkthrough.drawing import thumbnail
from core.walkthrough.inputs import liver_square, tumor_square
from core.walkthrough.moment import Moment
from core.walkthrough.scan import native_slice, tissues

Thumb = Callable[[Moment], NDArray[np.uint8]]
# Pixels of a slice that are looked at along a side, about.
SMALL = 160


def thumb_of(stage: str, moment: Moment) -> bytes | None:
    """Picture a stage as WebP; None where the case has not come so far."""
    draw = SCAN.get(stage)
    if draw is None and moment.result is not None:
        draw = RESULT.get(stage)
    return None if draw is None else thumbnail(draw(moment))


def _file(moment: Moment) -> NDArray[np.uint8]:
    volume = moment.volume
    middle = slice_of(volume.hu, Plane.CORONAL, volume.shape[1] // 2)
    gray = apply_window(middle, moment.settings.window)
    return upright(gray, (volume.spacing[2], volume.spacing[0]), SMALL)


def _gray(moment: Moment) -> NDArray[np.uint8]:
    return _square(moment, moment.gray)


def _native(moment: Moment) -> NDArray[np.uint8]:
    return apply_window(native_slice(moment.volume, moment.z), moment.settings.window)


def _tissues(moment: Moment) -> NDArray[np.uint8]:
    return _square(moment, tissues(_thin(moment.displayed(moment.volume.hu))))


def _liver(moment: Moment) -> NDArray[np.uint8]:
    return _heat(moment, moment.known[0].segmentation.liver_probability)


def _tumor(moment: Moment) -> NDArray[np.uint8]:
    return _heat(moment, moment.known[0].segmentation.tumor_probability)


def _heat(moment: Moment, probability: NDArray[np.uint8]) -> NDArray[np.uint8]:
    share = _thin(moment.displayed(probability)) / np.float32(255)
    return _square(moment, heat(share, _thin(moment.gray)))


def _called(moment: Moment) -> NDArray[np.bool_]:
    probability = moment.displayed(moment.known[0].segmentation.liver_probability)
    return _thin(above(probability, moment.settings.liver_threshold))


def _threshold(moment: Moment) -> NDArray[np.uint8]:
    return _square(moment, tinted(_thin(moment.gray), [(_called(moment), COLORS[LIVER])]))


def _pieces(moment: Moment) -> NDArray[np.uint8]:
    called, organ = _called(moment), _thin(moment.masks[0])
    masks = [(called & organ, COLORS[LIVER]), (called & ~organ, AMBER), (organ & ~called, PINK)]
    return _square(moment, tinted(_thin(moment.gray), masks))


def _labels(moment: Moment) -> NDArray[np.uint8]:
    labels = moment.displayed(moment.known[0].segmentation.labels)
    return _square(moment, overlay(_thin(moment.gray), _thin(labels), 0.5))


def _thin(array: NDArray[Any]) -> NDArray[Any]:
    step = max(1, max(array.shape) // SMALL)
    return array[::step, ::step]


def _square(moment: Moment, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return upright(picture, moment.pixel_mm, SMALL)


SCAN: dict[str, Thumb] = {
    "file": _file,
    "hounsfield": _tissues,
    "window": _gray,
    "orientation": _native,
    "slice": _gray,
    "network": lambda moment: liver_square(moment)[0],
}
RESULT: dict[str, Thumb] = {
    "liver": _liver,
    "threshold": _threshold,
    "pieces": _pieces,
    "masked": lambda moment: tumor_square(moment)[2],
    "tumor": _tumor,
    "labels": _labels,
    "surface": lambda moment: squared(moment.known[1].front),
}
