"""What is asked of an explanation: which network, which slice, and which part of its answer."""

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from core.cascade.looks import CENTER, own_slice
from core.cascade.measurement import lesion_map
from core.cascade.segmentation import Segmentation
from core.errors import HepatoScopeError
from core.explainers.backgrounds import (
    Background,
    own_background,
    plain_background,
    read_background,
)
from core.geometry.fits import SliceFit, axial_view
from core.labels import organ_mask
from core.models.store import model_dir
from core.presets import Preset, preset_named
from core.volume import Volume

Floats = NDArray[np.float32]

# A slice of which nothing but the coarsest light and shade is left.
BLUR_SHARE = 1 / 12


class Asked(StrEnum):
    """The networks that can be asked why."""

    TUMOR = "tumor"
    LIVER = "liver"


@dataclass(frozen=True, eq=False)
class Question:
    """One network, one slice, and the number that is to be explained.

    That number is the mean of the network's probability over `target`.

    Parameters
    ----------
    weights : folder of the network.
    gray : uint8 [S, S], what it saw.
    target : float32 [S, S], at least 0, with the sum 1.
    inside : bool [S, S], the pixels that could have been otherwise: the liver region for the
        tumor network, with little or nothing around it; the slice without margins for the liver's.
    plain : uint8 [S, S], the slice with nothing to see: a liver of one gray, or a strong blur.
    background : uint8 [B, S, S], slices that stand for the usual.
    pixel_mm : side of a pixel of the square.
    beside : uint8 [S, S, 2], the slices below and above as the network saw them, held as they are;
        None for a network that sees the slice alone.
    """

    weights: Path
    gray: NDArray[np.uint8]
    target: Floats
    inside: NDArray[np.bool_]
    plain: NDArray[np.uint8]
    background: NDArray[np.uint8]
    pixel_mm: float
    beside: NDArray[np.uint8] | None = None

    @property
    def size(self) -> int:
        """Side of the network's square in pixels."""
        return len(self.gray)

    @property
    def image(self) -> Floats:
        """The slice as the network takes it: [S, S] in 0..1."""
        return as_image(self.gray)

    @property
    def start(self) -> Floats:
        """The plain slice as the network takes it: [S, S] in 0..1."""
        return as_image(self.plain)


@dataclass(frozen=True, eq=False)
class Posed:
    """A question about a scan, with the way back to it.

    Parameters
    ----------
    fit : brings maps [N, S, S] back to axial slices.
    tumor, organ : bool [S, S], what the segmentation calls in the square.
    """

    question: Question
    fit: SliceFit
    tumor: NDArray[np.bool_]
    organ: NDArray[np.bool_]


def pose(
    volume: Volume,
    segmentation: Segmentation,
    z: int,
    asked: Asked,
    *,
    lesion: int | None = None,
    background: Background = Background.PLAIN,
) -> Posed:
    """Ask why `asked` answered as it did to axial slice `z`.

    Parameters
    ----------
    lesion : explain the mean probability over this lesion of the slice (its number in
        `Findings`) instead of that over the whole square.
    background : what SHAP compares with.

    Raises
    ------
    HepatoScopeError
        The slice shows no liver, or not that lesion, or has no background.
    """
    if not organ_mask(segmentation.labels[..., z]).any():
        raise HepatoScopeError(
            f"Slice {z + 1} shows no liver, so there is nothing to explain; choose another slice."
        )
    preset = preset_named(segmentation.preset)
    # Of several networks whose mean counts, the first is asked why.
    network = preset.networks(asked)[0]
    only = slice(z, z + 1)
    looks = segmentation.looks(volume)
    look = looks.liver if asked is Asked.LIVER else looks.tumor
    seen = look.show(volume, only)
    fit, gray = look.fit, own_slice(seen)[0]
    inside = replace(looks.tumor, fit=fit).inside(only)
    tumor = np.zeros_like(inside[0])
    if lesion is not None:
        tumor = _lesion(segmentation, fit, z, lesion)
    elif (called := segmentation.labels[..., only] == 2).any():
        tumor = _shrunk(called, fit)
    plain = plain_slice(gray, inside[0] if asked is Asked.TUMOR else None)
    free = inside[0] if asked is Asked.TUMOR else _shown(fit)
    if background is Background.PLAIN:
        usual = plain_background(gray, plain, free)
    elif background is Background.OWN:
        usual = own_background(volume, segmentation, look, z)
    else:
        usual = read_background(preset.name, network)
    question = Question(
        model_dir(preset.name, network),
        gray,
        _target(tumor if lesion is not None else np.ones_like(inside[0])),
        free,
        plain,
        usual,
        fit.box.rows * volume.spacing[1] / fit.inner_rows,
        seen[0][..., [0, 2]] if look.apart else None,
    )
    return Posed(question, fit, tumor, inside[0])


def left_out(preset: Preset, asked: Asked) -> str:
    """Say in sentences what an explanation leaves out of the answer of `asked`; often nothing."""
    said, count = [], len(preset.networks(asked))
    if count > 1:
        said.append(f"Of the {count} {asked} networks whose mean counts, the first is asked.")
    away = preset.tumor_neighbours_mm if asked is Asked.TUMOR else preset.liver_neighbours_mm
    if away is not None:
        said.append(
            f"It sees the slices about {away:g} mm above and below too; they stay as they are, "
            "and what they bring is not on the map."
        )
    return " ".join(said)


def as_image(gray: NDArray[np.uint8]) -> Floats:
    """Bring 8-bit slices to 0..1, any shape."""
    image: Floats = gray.astype(np.float32) / np.float32(255)
    return image


def plain_slice(gray: NDArray[np.uint8], liver: NDArray[np.bool_] | None) -> NDArray[np.uint8]:
    """Take from a slice [S, S] what there is to see.

    The tumor network's becomes a `liver` of one gray, what it sees around it stays; the liver
    network's is blurred until no organ is left of it.
    """
    if liver is not None:
        return np.where(liver, np.uint8(CENTER), gray)
    blurred = gaussian_filter(gray.astype(np.float32), len(gray) * BLUR_SHARE)
    rounded: NDArray[np.uint8] = np.rint(blurred).astype(np.uint8)
    return rounded


def _lesion(segmentation: Segmentation, fit: SliceFit, z: int, lesion: int) -> NDArray[np.bool_]:
    mask = lesion_map(segmentation.labels)[..., z : z + 1] == lesion
    if not mask.any():
        raise HepatoScopeError(
            f"Slice {z + 1} does not show lesion {lesion}; choose a slice that does, or ask about "
            "the whole slice."
        )
    return _shrunk(mask, fit)


def _shrunk(mask: NDArray[np.bool_], fit: SliceFit) -> NDArray[np.bool_]:
    """Bring one slice of a mask [X, Y, 1] to the square; of a small one its brightest pixel."""
    share = fit.shrink(axial_view(mask) * np.uint8(255))[0]
    shrunk: NDArray[np.bool_] = share >= min(128, max(1, int(share.max())))
    return shrunk


def _target(mask: NDArray[np.bool_]) -> Floats:
    return (mask / np.count_nonzero(mask)).astype(np.float32)


def _shown(fit: SliceFit) -> NDArray[np.bool_]:
    full = np.full((1, fit.rows, fit.columns), 255, np.uint8)
    shown: NDArray[np.bool_] = fit.shrink(full)[0] > 0
    return shown
