"""What is usual: slices that SHAP compares a slice with.

The ones that are shipped show phantoms, because images of patients may not be passed on. The
others are made of the scan itself.
"""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.cascade.looks import Look, liver_look, own_slice, tumor_look
from core.cascade.segmentation import Segmentation
from core.errors import HepatoScopeError, WeightsMissing
from core.geometry.fits import axial_view, box_around
from core.labels import TUMOR, organ_mask
from core.models.store import model_dir
from core.phantom import make_phantom
from core.presets import Preset, preset_named
from core.volume import Volume

FILE = "background.npz"
# Phantoms of seeds that no training, test or demo uses.
SEEDS = range(9000, 9012)
SLICES_EACH = 2
OWN_SLICES = 24
PLAIN_SLICES = 12
# Median absolute deviation to standard deviation of a normal distribution.
TO_SD = 1.4826


class Background(StrEnum):
    """Where the slices to compare with come from."""

    PLAIN = "plain"
    OWN = "own"
    PHANTOMS = "phantoms"


def read_background(preset: str, network: str) -> NDArray[np.uint8]:
    """Read the slices shipped beside a network: uint8 [B, S, S].

    Raises WeightsMissing where there are none.
    """
    home = preset_named(preset).homes.get(network, (preset, network))
    path = model_dir(*home) / FILE
    if not path.is_file():
        raise WeightsMissing(
            f"There are no background slices for the {network} network of “{preset}”; make them "
            "with “python -m core backgrounds”."
        )
    with np.load(path) as stored:
        images: NDArray[np.uint8] = stored["gray"]
    return images


def write_backgrounds(preset: Preset) -> tuple[Path, ...]:
    """Draw phantoms without lesions as the networks of `preset` would see them, and keep them.

    Networks that it borrows have slices of their own beside them.
    """
    squares: dict[str, list[NDArray[np.uint8]]] = {"liver": [], "tumor": []}
    for volume, labels in _healthy():
        organ = organ_mask(labels)
        box = None
        if preset.liver_margin is not None:
            box = box_around(axial_view(organ), preset.liver_margin)
        looks = {
            "liver": liver_look(volume, preset, box),
            "tumor": tumor_look(volume, preset, organ),
        }
        for z in _spread(np.any(organ, axis=(0, 1)), SLICES_EACH):
            for network, look in looks.items():
                squares[network].append(own_slice(look.show(volume, slice(z, z + 1)))[0])
    paths = []
    for part, images in squares.items():
        home, name = preset.homes[preset.networks(part)[0]]
        if home == preset.name:
            path = model_dir(home, name) / FILE
            np.savez_compressed(path, gray=np.stack(images), seeds=np.array(SEEDS))
            paths.append(path)
    return tuple(paths)


def plain_background(
    gray: NDArray[np.uint8], plain: NDArray[np.uint8], inside: NDArray[np.bool_]
) -> NDArray[np.uint8]:
    """Give the plain slice the noise of the slice `gray`, anew for each copy: uint8 [B, S, S].

    Noise of the standard deviation that the gray values have `inside`, lesions hardly counting
    because it is taken from their median absolute deviation; all others [S, S].
    """
    away = gray[inside].astype(np.float32) - plain[inside]
    sd = TO_SD * float(np.median(np.abs(away - np.median(away))))
    noise = np.random.default_rng(0).normal(0, sd, (PLAIN_SLICES, *gray.shape)) * inside
    drawn: NDArray[np.uint8] = np.clip(np.rint(plain + noise), 0, 255).astype(np.uint8)
    return drawn


def own_background(
    volume: Volume, segmentation: Segmentation, look: Look, z: int
) -> NDArray[np.uint8]:
    """Take slices of the scan itself that show liver, but no tumor that was called: [B, S, S].

    Raises HepatoScopeError where it has none beside slice `z`.
    """
    organ = organ_mask(segmentation.labels)
    usable = organ.any(axis=(0, 1)) & ~(segmentation.labels == TUMOR).any(axis=(0, 1))
    usable[z] = False
    chosen = _spread(usable, OWN_SLICES)
    if not len(chosen):
        raise HepatoScopeError(
            "This scan has no other slice of liver without a called tumor to compare with; choose "
            "the phantoms as background."
        )
    parts = [slice(index, index + 1) for index in chosen.tolist()]
    return np.concatenate([own_slice(look.show(volume, part)) for part in parts])


def _healthy() -> Iterator[tuple[Volume, NDArray[np.uint8]]]:
    for seed in SEEDS:
        phantom = make_phantom(seed, lesions=0)
        yield phantom.volume, phantom.labels


def _spread(usable: NDArray[np.bool_], most: int) -> NDArray[np.int64]:
    """Choose at most `most` of the indices that are `usable`, evenly, off the very ends."""
    indices = np.flatnonzero(usable)
    if len(indices) > most:
        places = np.linspace(0, len(indices) - 1, most + 2)[1:-1]
        indices = indices[np.rint(places).astype(int)]
    return indices
