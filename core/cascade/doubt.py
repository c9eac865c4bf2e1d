"""Where the networks change their mind when the same scan is shown a little differently.

Test-time augmentation: the networks see each slice in several views such as they were trained
on, their answers are laid back over each other, and what differs is doubt (Wang et al.,
Aleatoric uncertainty estimation with test-time augmentation, Neurocomputing 2019). Views that
agree may all be wrong: what no view shows, such as a kind of lesion never learned, leaves no
doubt behind.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.cascade.answers import Floats
from core.cascade.asking import batches
from core.cascade.looks import CENTER, Gray, Look, Looks, network_input, own_slice
from core.cascade.networks import Networks, mean_answer, networks_that_made
from core.cascade.segmentation import Segmentation
from core.geometry.fits import from_axial_view
from core.labels import organ_mask
from core.models.runtime import Network
from core.presets import preset_named
from core.process.progress import Progress, watched
from core.volume import Volume

STOPPED = "The measurement of doubt was cancelled; the segmentation stays."
STAGES = ("Asking the liver network again", "Asking the tumor network again")
# Half the views certain of one thing, half of the other: values in 0..1 differ by no more.
MOST = 0.5

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

    def show(self, gray: Gray) -> Gray:
        """Show slices uint8 [N, S, S], or [N, S, S, 3] with their neighbours, in this view.

        Black stays black: nothing is known there.
        """
        if gray.ndim == 4:
            return np.stack([self.show(gray[..., channel]) for channel in range(3)], axis=-1)
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


@dataclass(frozen=True, eq=False)
class Voice:
    """A network, or several of which the mean counts, and how it looks at the slices."""

    network: Network | tuple[Network, ...]
    look: Look


def disagreement(
    volume: Volume,
    segmentation: Segmentation,
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
    networks : replace the preset's own.
    progress : told the stage, one of `STAGES`, and how much of it is done, 0..1.
    cancelled : asked between batches; once True, Cancelled is raised.

    Raises
    ------
    HepatoScopeError
        The weights on this machine are not those that made `segmentation`.
    """
    began = perf_counter()
    if segmentation.labels.shape != volume.shape:
        raise ValueError(f"expected labels of {volume.shape}, got {segmentation.labels.shape}")
    preset = preset_named(segmentation.preset)
    networks = networks_that_made(preset, segmentation.models, "measure the doubt", networks)
    looks = segmentation.looks(volume)
    parts = tuple(batches(range(volume.shape[2])))
    liver, tumor = (
        _map(volume, voices, views, watched(parts, stage, progress, cancelled, STOPPED))
        for stage, voices in zip(STAGES, _voices(networks, looks), strict=True)
    )
    tumor[~organ_mask(segmentation.labels)] = 0
    return Disagreement(liver, tumor, tuple(view.name for view in views), perf_counter() - began)


def _voices(networks: Networks, looks: Looks) -> tuple[tuple[Voice, ...], tuple[Voice, ...]]:
    """List who is asked for the liver, of whom the mean counts, and who for tumors."""
    liver = [Voice(networks.liver, looks.liver)]
    if looks.finder is not None and networks.finder is not None:
        liver.append(Voice(networks.finder, looks.finder))
    return tuple(liver), (Voice(networks.tumor, looks.tumor),)


def spread(
    ask: Callable[[View], tuple[Floats, Floats]], shape: tuple[int, ...], views: Sequence[View]
) -> Floats:
    """Measure the standard deviation of a probability [N, S, S] over `views`.

    One view at a time (Welford 1962). A pixel that a view moved out of sight has no answer in
    it, and counts in the others.

    Parameters
    ----------
    ask : answers to a view, laid back, [N, S, S], and which pixels have one, 1 or less, [S, S].
    """
    mean, squares = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    count = np.zeros(shape[1:], np.float32)
    for view in views:
        answers, shown = ask(view)
        seen = shown > 0.999
        count += seen
        step = np.where(seen, answers - mean, np.float32(0))
        mean += step / np.maximum(count, 1)
        squares += step * (step - step / np.maximum(count, 1))
    result: Floats = np.sqrt(np.maximum(squares, 0) / np.maximum(count, 1))
    return result


def answer_in(view: View, voices: Sequence[Voice], grays: Sequence[Gray]) -> tuple[Floats, Floats]:
    """Ask all `voices` about one view of their squares: the mean answer in that of the first.

    Returns it laid back over the slices, [N, S, S], and which pixels have an answer, [S, S].
    """
    close = voices[0].look.fit
    found, shown = [], []
    for voice, gray in zip(voices, grays, strict=True):
        answers = view.lay_back(mean_answer(voice.network, network_input(view.show(gray))))
        seen = view.lay_back(np.ones((1, *answers.shape[1:]), np.float32))
        if voice is not voices[0]:
            fit = voice.look.fit
            answers, seen = (close.shrink(fit.restore(each)) for each in (answers, seen))
        found.append(answers)
        shown.append(seen[0])
    if len(voices) == 1:
        return found[0], shown[0]
    return np.mean(found, axis=0), np.min(shown, axis=0)


def _map(
    volume: Volume, voices: Sequence[Voice], views: Sequence[View], parts: Iterator[slice]
) -> Gray:
    """Bring the spread of what `voices` say of a scan to its grid: uint8 [X, Y, Z]."""
    fit, native = voices[0].look.fit, []
    for part in parts:
        grays = [voice.look.show(volume, part) for voice in voices]
        doubt = np.zeros((len(grays[0]), fit.rows, fit.columns), np.uint8)
        shown = voices[0].look.asked(grays[0], part)
        if shown.any():
            asked = [gray[shown] for gray in grays]
            ask = partial(answer_in, voices=voices, grays=asked)
            found = spread(ask, own_slice(asked[0]).shape, views)
            doubt[shown] = np.rint(fit.restore(found) * (255 / MOST))
        native.append(doubt)
    return np.ascontiguousarray(from_axial_view(np.concatenate(native)))


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
