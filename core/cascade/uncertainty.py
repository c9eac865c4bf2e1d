"""Where the networks change their mind when the same scan is shown a little differently.

Test-time augmentation: the networks see each slice in several views such as they were trained
on, their answers are laid back over each other, and what differs is doubt (Wang et al.,
Aleatoric uncertainty estimation with test-time augmentation, Neurocomputing 2019). Views that
agree may all be wrong: what no view shows, such as a kind of lesion never learned, leaves no
doubt behind.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.cascade.looks import CENTER, mask_to_liver, network_input
from core.cascade.segmentation import (
    BATCH,
    Networks,
    Progress,
    Segmentation,
    liver_fit,
    load_networks,
    network_view,
    shrink_mask,
    tumor_fit,
)
from core.errors import Cancelled, HepatoScopeError
from core.geometry.fits import SliceFit, from_axial_view
from core.labels import organ_mask
from core.metrics.calibration import temper
from core.models.runtime import Network
from core.presets import Preset
from core.volume import Volume

STAGES = ("Asking the liver network again", "Asking the tumor network again")
# Half the views certain of one thing, half of the other: values in 0..1 differ by no more.
MOST = 0.5

Floats = NDArray[np.float32]
Pixel = TypeVar("Pixel", np.uint8, np.float32)


@dataclass(frozen=True)
class View:
    """One way to show a slice, well within what training varied.

    Parameters
    ----------
    brightness : added, as a share of the grey scale.
    contrast : factor about middle grey.
    shift : to the right and down, as a share of the side.
    scale, degrees : factor, and turn, about the middle.
    """

    name: str
    brightness: float = 0.0
    contrast: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0
    degrees: float = 0.0

    def show(self, gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Show slices uint8 [N, S, S] in this view. Black stays black: nothing is known there."""
        moved = _moved(gray, self._there(gray.shape[-1]))
        if (self.brightness, self.contrast) == (0, 1):
            return moved
        changed = (moved.astype(np.float32) - CENTER) * self.contrast + CENTER
        changed = np.rint(np.clip(changed + 255 * self.brightness, 0, 255))
        return np.where(moved > 0, changed.astype(np.uint8), np.uint8(0))

    def lay_back(self, answers: Floats) -> Floats:
        """Lay answers [N, S, S] to this view over the slice itself; 0 where it showed nothing."""
        return _moved(answers, _inverse(self._there(answers.shape[-1])))

    def _there(self, side: int) -> NDArray[np.float64]:
        """Where a place (column, row, 1) of the slice lies in the view, as a 3 x 3 matrix."""
        angle, middle = np.deg2rad(self.degrees), side / 2
        cos, sin = self.scale * np.cos(angle), self.scale * np.sin(angle)
        # Whole pixels: a shift is no reason to interpolate.
        right, down = (round(share * side) for share in self.shift)
        turned = np.array([[cos, -sin], [sin, cos]])
        offset = np.array([middle + right, middle + down]) - turned @ (middle, middle)
        return np.block([[turned, offset[:, None]], [np.array([[0.0, 0.0, 1.0]])]])


VIEWS = (
    View("as it is"),
    View("brighter, with more contrast", brightness=0.04, contrast=1.1),
    View("darker, with less contrast", brightness=-0.04, contrast=0.9),
    View("shifted", shift=(0.04, -0.03)),
    View("larger and turned", scale=1.08, degrees=5),
    View("smaller and turned the other way", scale=0.92, degrees=-5),
)


@dataclass(frozen=True, eq=False)
class Disagreement:
    """How far the answers to the views differ, on the grid of the Volume.

    Parameters
    ----------
    liver, tumor : uint8 [X, Y, Z], standard deviation of the probability over the views;
        255 = 0.5, the largest that values in 0..1 can have. The tumor network is asked about
        the liver region alone: its map is 0 elsewhere.
    views : their names.
    seconds : time it took.
    """

    liver: NDArray[np.uint8]
    tumor: NDArray[np.uint8]
    views: tuple[str, ...]
    seconds: float


def disagreement(
    volume: Volume,
    segmentation: Segmentation,
    preset: Preset,
    *,
    networks: Networks | None = None,
    views: Sequence[View] = VIEWS,
    progress: Progress = lambda stage, fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Disagreement:
    """Ask the networks of a segmentation again, in several views of the same slices.

    The liver region that the tumor network sees is the segmentation's own in every view. At the
    networks' size memory holds one batch of slices, at that of the scan the maps alone.

    Parameters
    ----------
    preset : the one that `segmentation` was made with.
    networks : replace the preset's own.
    progress : told the stage, one of `STAGES`, and how much of it is done, 0..1.
    cancelled : asked between batches; once True, Cancelled is raised.

    Raises
    ------
    HepatoScopeError
        The weights on this machine are not those that made `segmentation`.
    """
    began = perf_counter()
    networks = networks or load_networks(preset)
    _check(volume, segmentation, preset, networks)
    organ, median = organ_mask(segmentation.labels), segmentation.liver_gray
    whole = liver_fit(volume, preset, segmentation.liver_box)
    close = tumor_fit(volume, organ, preset)

    def masked(part: slice) -> NDArray[np.uint8]:
        gray = network_view(volume, close, preset, part)
        return mask_to_liver(gray, shrink_mask(organ, close, part), median)

    liver = _map(
        _watched(volume.shape[2], STAGES[0], progress, cancelled),
        whole,
        lambda part: network_view(volume, whole, preset, part),
        lambda gray: spread(networks.liver, gray, preset.liver_temperature, views),
    )
    tumor = _map(
        _watched(volume.shape[2], STAGES[1], progress, cancelled),
        close,
        masked,
        lambda gray: spread(networks.tumor, gray, preset.tumor_temperature, views),
    )
    tumor[~organ] = 0
    return Disagreement(liver, tumor, tuple(view.name for view in views), perf_counter() - began)


def spread(
    network: Network, gray: NDArray[np.uint8], temperature: float, views: Sequence[View]
) -> Floats:
    """Measure the standard deviation of a probability over `views` of slices uint8 [N, S, S].

    One view at a time (Welford 1962). A pixel that a view moved out of sight has no answer in
    it, and counts in the others.
    """
    mean, squares = np.zeros(gray.shape, np.float32), np.zeros(gray.shape, np.float32)
    count = np.zeros(gray.shape[1:], np.float32)
    for view in views:
        answers = network(network_input(view.show(gray)))
        if temperature != 1:
            answers = temper(answers, temperature)
        seen = view.lay_back(np.ones((1, *gray.shape[1:]), np.float32))[0] > 0.999
        count += seen
        step = np.where(seen, view.lay_back(answers) - mean, np.float32(0))
        mean += step / np.maximum(count, 1)
        squares += step * (step - step / np.maximum(count, 1))
    result: Floats = np.sqrt(np.maximum(squares, 0) / np.maximum(count, 1))
    return result


def _map(
    parts: Iterator[slice],
    fit: SliceFit,
    look: Callable[[slice], NDArray[np.uint8]],
    ask: Callable[[NDArray[np.uint8]], Floats],
) -> NDArray[np.uint8]:
    """Bring what `ask` says of the slices that `look` shows to the native grid [X, Y, Z]."""
    native: list[NDArray[np.uint8]] = []
    for part in parts:
        gray = look(part)
        doubt = np.zeros((len(gray), fit.rows, fit.columns), np.uint8)
        shown = gray.any(axis=(1, 2))
        if shown.any():
            doubt[shown] = np.rint(fit.restore(ask(gray[shown])) * (255 / MOST))
        native.append(doubt)
    return np.ascontiguousarray(from_axial_view(np.concatenate(native)))


def _watched(
    count: int, stage: str, progress: Progress, cancelled: Callable[[], bool]
) -> Iterator[slice]:
    """Yield `count` slices in batches, telling the progress and stopping when asked to."""
    for first in range(0, count, BATCH):
        if cancelled():
            raise Cancelled("The measurement of doubt was cancelled; the segmentation stays.")
        progress(stage, first / count)
        yield slice(first, min(first + BATCH, count))
    progress(stage, 1.0)


def _moved(slices: NDArray[Pixel], there: NDArray[np.float64]) -> NDArray[Pixel]:
    """Move slices [N, S, S] (uint8 or float32) bilinearly to where `there` says; 0 from outside."""
    if np.allclose(there, np.eye(3)):
        return slices
    side = slices.shape[-1]
    # Pillow wants to know where each pixel of the result comes from.
    origin = tuple(_inverse(there)[:2].ravel().tolist())
    moved = np.empty_like(slices)
    for target, image in zip(moved, slices, strict=True):
        picture = Image.fromarray(image)
        affine, smooth = Image.Transform.AFFINE, Image.Resampling.BILINEAR
        target[...] = picture.transform((side, side), affine, origin, smooth)
    return moved


def _inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.inv(matrix), np.float64)


def _check(volume: Volume, segmentation: Segmentation, preset: Preset, networks: Networks) -> None:
    if segmentation.labels.shape != volume.shape:
        raise ValueError(f"expected labels of shape {volume.shape}: {segmentation.labels.shape}")
    if segmentation.preset != preset.name:
        raise ValueError(f"segmented with the preset {segmentation.preset}, not {preset.name}")
    if segmentation.models != networks.digests:
        raise HepatoScopeError(
            f"This scan was segmented with other weights of “{preset.name}” than those on this "
            "machine; segment it again, then measure the doubt."
        )
