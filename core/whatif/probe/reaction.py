"""What the networks say of slices that were changed, and what they said before."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from core.cascade.looks import mask_to_liver, network_input
from core.cascade.postprocessing import above, fill_axial_holes, tumor_region
from core.cascade.segmentation import (
    BATCH,
    Networks,
    Segmentation,
    average_with,
    finder_of,
    liver_fit,
    load_networks,
    native_probability,
    network_view,
    shrink_mask,
    tumor_fit,
)
from core.errors import HepatoScopeError
from core.geometry.fits import SliceFit
from core.geometry.slab import slab_of
from core.labels import organ_mask, tumor_mask
from core.presets import Preset, preset_named
from core.volume import Volume
from core.whatif.probe.edit import Edit

Levels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Answers:
    """What the cascade says of some slices, all arrays [X, Y, N].

    Parameters
    ----------
    liver, tumor : uint8 probabilities, 255 = 1.
    organ, called : bool, the liver with its tumors, and the tumors, as called.
    """

    liver: Levels
    tumor: Levels
    organ: NDArray[np.bool_]
    called: NDArray[np.bool_]

    @property
    def labels(self) -> Levels:
        """Labels of these slices: 0 background, 1 liver, 2 tumor."""
        return self.organ.astype(np.uint8) + self.called


@dataclass(frozen=True, eq=False)
class Reaction:
    """How the networks answer to a change, on the slices that were asked about.

    Parameters
    ----------
    part : these slices.
    region : bool [X, Y, N], the lesion that was painted away or put in.
    voxel_ml : volume that a voxel stands for, slices left out between them included.
    """

    part: slice
    region: NDArray[np.bool_]
    before: Answers
    after: Answers
    voxel_ml: float

    def tumor_inside(self, answers: Answers) -> float:
        """Mean tumor probability over the lesion, 0..1."""
        return float(answers.tumor[self.region].mean(dtype=np.float64) / 255)

    def called_inside(self, answers: Answers) -> float:
        """Share of the lesion that is called tumor."""
        return float(answers.called[self.region].mean(dtype=np.float64))

    def tumor_ml(self, answers: Answers) -> float:
        """Volume called tumor on these slices."""
        return float(np.count_nonzero(answers.called) * self.voxel_ml)

    @property
    def liver_lost_ml(self) -> float:
        """Volume that was liver and is none any more."""
        return float(np.count_nonzero(self.before.organ & ~self.after.organ) * self.voxel_ml)

    @property
    def liver_gained_ml(self) -> float:
        """Volume that was none and is liver now."""
        return float(np.count_nonzero(self.after.organ & ~self.before.organ) * self.voxel_ml)


@dataclass(frozen=True, eq=False)
class Gaze:
    """How the networks look at a scan that was segmented: held still while it is changed.

    Parameters
    ----------
    preset : with the thresholds of the segmentation.
    whole, close : how slices sit in the squares of the liver and the tumor network.
    afar : the same for the network that finds the liver first, where there is one.
    organ : bool [X, Y, Z], the liver with its tumors.
    median : gray of the liver, shown to the tumor network as 128.
    """

    preset: Preset
    whole: SliceFit
    close: SliceFit
    afar: SliceFit | None
    organ: NDArray[np.bool_]
    median: float

    @staticmethod
    def of(volume: Volume, segmentation: Segmentation) -> "Gaze":
        """Look as the networks did for `segmentation`."""
        preset = replace(
            preset_named(segmentation.preset),
            liver_threshold=segmentation.liver_threshold,
            tumor_threshold=segmentation.tumor_threshold,
        )
        organ = organ_mask(segmentation.labels)
        afar = liver_fit(volume, finder_of(preset)) if preset.finder else None
        return Gaze(
            preset,
            liver_fit(volume, preset, segmentation.liver_box),
            tumor_fit(volume, organ, preset),
            afar,
            organ,
            segmentation.liver_gray,
        )


def react(
    volume: Volume,
    segmentation: Segmentation,
    edit: Edit,
    *,
    networks: Networks | None = None,
) -> Reaction:
    """Ask the networks of a segmentation about the slices that `edit` changed.

    They judge axial slices one by one, so nothing else can change, but for what the cascade
    takes from the whole scan: the box of the liver and its median gray. These are held, as is
    the liver of the other slices.

    Raises
    ------
    HepatoScopeError
        The weights on this machine are not those that made `segmentation`.
    """
    networks = networks or load_networks(preset_named(segmentation.preset))
    if segmentation.models != networks.digests:
        raise HepatoScopeError(
            f"This scan was segmented with other weights of “{segmentation.preset}” than those on "
            "this machine; segment it again, then probe it."
        )
    gaze = Gaze.of(volume, segmentation)
    slab = edit.slab(volume)
    moved = segmentation.liver_threshold != preset_named(segmentation.preset).liver_threshold
    # The tumor network has not seen the liver of a threshold that was moved.
    before = (
        ask(slab_of(volume, edit.part), gaze, edit.part, networks)
        if moved
        else known(segmentation, edit.part)
    )
    after = ask(slab, gaze, edit.part, networks)
    return Reaction(edit.part, edit.region, before, after, slab.voxel_ml)


def known(segmentation: Segmentation, part: slice) -> Answers:
    """Give the answers of a segmentation to the slices `part`."""
    labels = segmentation.labels[..., part]
    return Answers(
        segmentation.liver_probability[..., part],
        segmentation.tumor_probability[..., part],
        organ_mask(labels),
        tumor_mask(labels),
    )


def ask(slab: Volume, gaze: Gaze, part: slice, networks: Networks) -> Answers:
    """Ask the cascade about `slab`, which stands for the slices `part` of a scan."""
    preset = gaze.preset
    liver = _asked(slab, gaze.whole, preset, networks.liver, preset.liver_temperature)
    if gaze.afar is not None and networks.finder is not None:
        first = finder_of(preset)
        average_with(
            liver, _asked(slab, gaze.afar, first, networks.finder, first.liver_temperature)
        )
    organ = _organ(above(liver, preset.liver_threshold), gaze.organ[..., part])
    small = np.zeros((slab.shape[2], gaze.close.size, gaze.close.size), np.float32)
    for now in _batches(slab.shape[2]):
        gray, inside = (
            network_view(slab, gaze.close, preset, now),
            shrink_mask(organ, gaze.close, now),
        )
        if inside.any():
            masked = mask_to_liver(gray, inside, gaze.median)
            small[now] = networks.tumor(network_input(masked))
    tumor = native_probability(small, preset.tumor_temperature, gaze.close)
    called, _ = tumor_region(
        tumor, organ, preset.tumor_threshold, preset.min_lesion_ml, slab.voxel_ml
    )
    return Answers(liver, tumor, organ, called)


def _asked(
    slab: Volume, fit: SliceFit, preset: Preset, network: object, temperature: float
) -> Levels:
    assert callable(network)
    seen = [
        network(network_input(network_view(slab, fit, preset, now)))
        for now in _batches(slab.shape[2])
    ]
    return native_probability(np.concatenate(seen), temperature, fit)


def _organ(liver: NDArray[np.bool_], known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the pieces of a called liver [X, Y, N] that the liver `known` so far touches."""
    pieces, _ = label(liver)
    kept = np.unique(pieces[known & liver])
    return fill_axial_holes(np.isin(pieces, kept[kept > 0]))


def _batches(count: int) -> list[slice]:
    return [slice(first, min(first + BATCH, count)) for first in range(0, count, BATCH)]
