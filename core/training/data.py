"""Batches for the two networks: what each sees, how it is varied, how often."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates, zoom

from core.cascade.looks import mask_to_liver, network_input
from core.training.pack import Pack, Task


@dataclass(frozen=True)
class Augmentation:
    """How far a training slice may be varied; a liver is never mirrored to the left side.

    Parameters
    ----------
    shift : share of the side.
    brightness, noise : shares of the range of grays.
    bend : pixels by which points of a coarse grid are moved (sigma).
    """

    rotation_degrees: float = 10
    scale: float = 0.15
    shift: float = 0.08
    brightness: float = 0.08
    contrast: float = 0.15
    noise: float = 0.03
    bend: float = 0.0


# Of the rough outline, as a share of the step from outside to inside the liver.
ROUGHNESS = 0.25
# About what labelled livers show. Half made the network see tumors in healthy slices.
POSITIVE_SHARE = 1 / 3


def usable_slices(pack: Pack, task: Task) -> NDArray[np.int64]:
    """Index the slices that teach `task`: all for the liver, labelled livers for tumors."""
    return np.flatnonzero(
        [task == "liver" or (record.liver and record.tumors_labelled) for record in pack.records]
    )


def sampling_weights(pack: Pack, slices: NDArray[np.int64]) -> NDArray[np.float64]:
    """Probability of drawing each of `slices`.

    A third of the draws show a tumor, for the liver network too: it loses livers at their
    tumors. A patient's share grows with the square root of its slices, so that few patients
    with many slices do not rule.
    """
    positive = np.array([pack.records[index].tumor for index in slices])
    patients = np.array([pack.records[index].patient for index in slices])
    weights = np.zeros(len(slices))
    for group, share in ((positive, POSITIVE_SHARE), (~positive, 1 - POSITIVE_SHARE)):
        names, which, counts = np.unique(patients[group], return_inverse=True, return_counts=True)
        if len(names):
            weights[group] = 1 / np.sqrt(counts[which])
            weights[group] *= share / weights[group].sum()
    normalised: NDArray[np.float64] = weights / weights.sum()
    return normalised


def example(
    pack: Pack, index: int, task: Task, rng: np.random.Generator | None = None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Image and target [S, S] of one slice as the network of `task` meets them.

    With `rng` the liver that the tumor network is shown has a rough outline.
    """
    image, organ = pack.images[index], pack.organ[index]
    if task == "liver":
        return image, organ
    liver = organ >= 128 if rng is None else rough_mask(organ, rng)
    masked = mask_to_liver(image, liver, pack.records[index].liver_gray)
    return masked, np.where(liver, pack.tumor[index], np.uint8(0))


def rough_mask(cover: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Draw the outline of a cover [S, S] as a liver network might: a few pixels in or out.

    In prediction the tumor network gets a predicted liver, and tumors at its rim are where
    that one errs.
    """
    side = cover.shape[0]
    coarse = rng.normal(0, ROUGHNESS, (8, 8))
    bumps = zoom(coarse, side / 8, order=1)
    rough: NDArray[np.bool_] = gaussian_filter(cover / np.float32(255), side / 64) + bumps > 0.5
    return rough


def vary(
    image: NDArray[np.uint8],
    target: NDArray[np.uint8],
    how: Augmentation,
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Move the pixels of image and target [S, S] alike, then change the image's greys."""
    places = _places(image.shape[0], how, rng)
    moved, moved_target = (
        map_coordinates(plane.astype(np.float32), places, order=1) for plane in (image, target)
    )
    # Black stays black: outside the liver, and outside the patient, nothing is known.
    visible = moved > 0
    moved = (moved - 128) * (1 + rng.uniform(-how.contrast, how.contrast)) + 128
    moved += 255 * rng.uniform(-how.brightness, how.brightness)
    moved += rng.normal(0, 255 * rng.uniform(0, how.noise), moved.shape)
    moved = np.clip(np.where(visible, moved, 0), 0, 255)
    return moved.astype(np.uint8), np.rint(moved_target).astype(np.uint8)


def _places(side: int, how: Augmentation, rng: np.random.Generator) -> NDArray[np.float64]:
    """Rows and columns [2, S, S] where a varied slice is read: turned, scaled, shifted, bent."""
    angle = np.deg2rad(rng.uniform(-how.rotation_degrees, how.rotation_degrees))
    scale = 1 + rng.uniform(-how.scale, how.scale)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
    centre = (side - 1) / 2
    grid = np.indices((side, side)).reshape(2, -1) - centre
    shift = rng.uniform(-how.shift, how.shift, 2) * side
    places = (turn @ grid + centre + shift[:, None]).reshape(2, side, side)
    if how.bend:
        coarse = rng.uniform() * rng.normal(0, how.bend, (2, 7, 7))
        places += np.stack([zoom(axis, side / 7, order=3) for axis in coarse])
    return places


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches (input [B, S, S, 3] in 0..1, target [B, S, S, 1] in 0..1), read as needed.

    With an augmentation, every epoch draws anew by `sampling_weights`; without one, every
    one of `slices` (default: all usable ones) comes once, in an order that stays. Seeded by
    epoch, so that a resumed run sees what an uninterrupted one would have seen.
    """

    def __init__(
        self,
        pack: Pack,
        task: Task,
        batch_size: int,
        *,
        slices: NDArray[np.int64] | None = None,
        augmentation: Augmentation | None = None,
        slices_per_epoch: int | None = None,
        seed: int = 0,
        first_epoch: int = 0,
    ) -> None:
        super().__init__()
        self._pack, self._task, self._batch_size = pack, task, batch_size
        self._augmentation, self._seed, self._epoch = augmentation, seed, first_epoch
        self._slices = usable_slices(pack, task) if slices is None else slices
        self._count = slices_per_epoch or len(self._slices)
        self._weights = sampling_weights(pack, self._slices)
        self._order = self._draw()

    def _draw(self) -> NDArray[np.int64]:
        if self._augmentation is None:
            # The Dice of a batch without the structure says nothing: mix the patients.
            return np.random.default_rng(self._seed).permutation(self._slices)
        rng = np.random.default_rng((self._seed, self._epoch))
        if self._task == "liver" and self._count == len(self._slices):
            return rng.permutation(self._slices)
        return rng.choice(self._slices, self._count, p=self._weights)

    def on_epoch_end(self) -> None:
        """Draw the next epoch."""
        self._epoch += 1
        self._order = self._draw()

    def patients(self, number: int) -> list[str]:
        """Whose slices batch `number` holds, in its order."""
        return [self._pack.records[index].patient for index in self._chosen(number)]

    def _chosen(self, number: int) -> NDArray[np.int64]:
        return self._order[number * self._batch_size : (number + 1) * self._batch_size]

    def __len__(self) -> int:
        return int(np.ceil(len(self._order) / self._batch_size))

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        chosen = self._chosen(number)
        rng = np.random.default_rng((self._seed, self._epoch, number))
        varied = self._augmentation is not None
        pairs = [
            example(self._pack, int(index), self._task, rng if varied else None) for index in chosen
        ]
        if self._augmentation is not None:
            pairs = [vary(image, target, self._augmentation, rng) for image, target in pairs]
        images = np.stack([image for image, _ in pairs])
        targets = np.stack([target for _, target in pairs])
        return network_input(images), targets[..., None].astype(np.float32) / 255
