"""Lesions painted into a scan as they are into training slices, to be looked at."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.cascade.looks import CENTER, height_of, mask_to_liver, slice_mm, slices_apart
from core.cascade.segmentation import Segmentation
from core.draw.colors import AMBER, RGB, colored
from core.draw.overlay import contour
from core.draw.slices import upright
from core.errors import HepatoScopeError
from core.geometry.fits import axial_view
from core.labels import TUMOR, organ_mask
from core.presets import ENSEMBLE
from core.training.lesions import NUMBERS, Painting, paint
from core.volume import Volume

# Pixels of liver that a slice needs to be painted; fewer leave no room.
LEAST_LIVER = 400
SIDE = 320


@dataclass(frozen=True, eq=False)
class Painted:
    """One axial slice before and after, in the square of the tumor network.

    Parameters
    ----------
    z : axial slice.
    before, after : uint8 [S, S], as the network would see it.
    cover : float32 [S, S], share of each pixel that is told to be tumor.
    """

    z: int
    before: NDArray[np.uint8]
    after: NDArray[np.uint8]
    cover: NDArray[np.float32]


def painted_slices(
    volume: Volume, segmentation: Segmentation, count: int, seed: int, how: Painting
) -> tuple[Painted, ...]:
    """Paint lesions into slices of the liver in which no tumor is called.

    Parameters
    ----------
    count : slices at most, spread evenly over the liver.
    how : bounds in pixels and greys of the square, as in training; every slice is painted.

    Raises
    ------
    HepatoScopeError
        Every slice that shows enough liver has a called tumor.
    """
    look = segmentation.looks(volume).tumor
    organ = organ_mask(segmentation.labels)
    cover = look.fit.shrink(axial_view(organ) * np.uint8(255)).astype(np.float32) / 255
    clean = ~(segmentation.labels == TUMOR).any(axis=(0, 1))
    usable = np.flatnonzero(clean & ((cover >= 0.5).sum(axis=(1, 2)) >= LEAST_LIVER))
    if not len(usable):
        raise HepatoScopeError(
            "Every slice of this liver shows a called tumor, so there is no healthy one to paint; "
            "choose another scan, or a higher tumor threshold."
        )
    chosen = usable[np.linspace(0, len(usable) - 1, min(count, len(usable))).round().astype(int)]
    apart = slices_apart(volume, ENSEMBLE.tumor_neighbours_mm, height_of(organ))
    beside = chosen[:, None] + apart * np.array([-1, 0, 1])
    beside = np.clip(beside, 0, volume.shape[2] - 1)
    shown = look.gray(volume, beside.ravel()).reshape(*beside.shape, *cover.shape[1:])
    planes = np.moveaxis(shown, 1, -1).astype(np.float32) + np.float32(CENTER - look.median)
    liver = np.moveaxis(cover[beside], 1, -1)
    rng = np.random.default_rng(seed)
    chances = rng.random((len(chosen), 1 + how.most, NUMBERS), np.float32)
    # Near the slice itself, or there would be nothing to see in it.
    chances[:, 1:, 14] = 0.35 + 0.3 * chances[:, 1:, 14]
    noise = rng.standard_normal(planes.shape).astype(np.float32)
    pixel_mm = look.fit.box.rows * volume.spacing[1] / look.fit.inner_rows
    gap = np.full(len(chosen), apart * slice_mm(volume, height_of(organ)) / pixel_mm, np.float32)
    none = np.zeros(planes.shape[:3], np.float32)
    after, told = paint(planes, liver, none, chances, noise, gap, replace(how, clean_share=1.0))
    found = []
    for z, inside, first, second, mask in zip(chosen, liver, planes, after, told, strict=True):
        seen = [_seen(one[..., 1], inside[..., 1], look.context) for one in (first, second)]
        found.append(Painted(int(z), seen[0], seen[1], mask))
    return tuple(found)


def pictures(painted: Painted, *, outlined: bool) -> tuple[RGB, RGB]:
    """Draw a slice before and after, the painted lesions outlined if wanted."""
    before, after = (colored(upright(one, side=SIDE)) for one in (painted.before, painted.after))
    if outlined:
        share = upright(np.rint(painted.cover * 255).astype(np.uint8), side=SIDE)
        after = after.copy()
        after[contour(share >= 128)] = AMBER
    return before, after


def _seen(
    gray: NDArray[np.float32], liver: NDArray[np.float32], context: float
) -> NDArray[np.uint8]:
    """Dim what is not liver, as the network sees it; the liver's median is 128 already."""
    whole = np.clip(gray, 1, 255).astype(np.uint8)
    return mask_to_liver(whole, liver >= 0.5, float(CENTER), context)
