"""What the networks say of slices that were changed, and what they said before."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from core.cascade.asking import ask_for_liver, ask_for_tumor
from core.cascade.looks import Looks
from core.cascade.networks import Networks, networks_that_made
from core.cascade.postprocessing import above, fill_axial_holes, smoothed, tumor_region
from core.cascade.segmentation import Segmentation
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


def react(
    volume: Volume,
    segmentation: Segmentation,
    edit: Edit,
    *,
    networks: Networks | None = None,
) -> Reaction:
    """Ask the networks of a segmentation about the slices that `edit` changed.

    They judge axial slices one by one, so nothing else can change, but for what the cascade
    takes from the whole scan, the box of the liver and its median gray, and what networks that
    see neighbouring slices say of those beside. The former are held, as is the liver of the
    other slices; the latter are not asked about.

    Raises
    ------
    HepatoScopeError
        The weights on this machine are not those that made `segmentation`.
    """
    preset = preset_named(segmentation.preset)
    networks = networks_that_made(preset, segmentation.models, "probe it", networks)
    looks, part = segmentation.looks(volume), edit.part
    # The tumor network has not seen the liver of a threshold that was moved.
    if segmentation.liver_threshold != preset.liver_threshold:
        before = ask_slices(volume, looks, range(*part.indices(volume.shape[2])), networks)
    else:
        before = known(volume, segmentation, part)
    scan, first = edit.changed(volume, reach=max(looks.liver.apart, looks.tumor.apart))
    organ = looks.tumor.organ[..., first : first + scan.shape[2]]
    looks = replace(looks, tumor=replace(looks.tumor, organ=organ))
    within = range(part.start - first, part.stop - first, part.step or 1)
    after = ask_slices(scan, looks, within, networks)
    return Reaction(part, edit.region, before, after, volume.voxel_ml * (part.step or 1))


def known(volume: Volume, segmentation: Segmentation, part: slice) -> Answers:
    """Give the answers of a segmentation of `volume` to the slices `part`.

    Both are called as in a changed scan: from these slices alone, and a few slices show no lesion
    whole, so nobody judges them.
    """
    preset, step = segmentation.used, part.step or 1
    liver, tumor = (
        probability[..., part]
        for probability in (segmentation.liver_probability, segmentation.tumor_probability)
    )
    labels = segmentation.labels[..., part]
    organ, called = organ_mask(labels), tumor_mask(labels)
    if preset.liver_smoothing_mm:
        organ = _organ(_called_liver(volume, liver, preset, step), organ)
    if preset.lesion_chance is not None:
        called = _called(volume, tumor, organ, preset, step)
    return Answers(liver, tumor, organ, called)


def ask_slices(scan: Volume, looks: Looks, slices: range, networks: Networks) -> Answers:
    """Ask the cascade about some axial slices of a scan, whose liver was known before."""
    preset, part = looks.preset, slice(slices.start, slices.stop, slices.step)
    liver = ask_for_liver(scan, networks, looks, slices)
    called = _called_liver(scan, liver, preset, slices.step)
    organ = _organ(called, looks.tumor.organ[..., part])
    everywhere = looks.tumor.organ.copy()
    everywhere[..., part] = organ
    looks = replace(looks, tumor=replace(looks.tumor, organ=everywhere))
    tumor = ask_for_tumor(scan, networks, looks, slices)
    return Answers(liver, tumor, organ, _called(scan, tumor, organ, preset, slices.step))


def _called_liver(
    scan: Volume, liver: NDArray[np.uint8], preset: Preset, step: int
) -> NDArray[np.bool_]:
    """Call the liver in every `step`-th slice of `scan`, all its pieces."""
    sigma = preset.liver_smoothing_mm / (scan.spacing[2] * step)
    return above(smoothed(liver, sigma), preset.liver_threshold)


def _called(
    scan: Volume, tumor: NDArray[np.uint8], organ: NDArray[np.bool_], preset: Preset, step: int
) -> NDArray[np.bool_]:
    """Call tumors in every `step`-th slice of `scan`."""
    called, _ = tumor_region(
        tumor,
        organ,
        preset.tumor_threshold,
        preset.min_lesion_ml,
        scan.voxel_ml * step,
        seed=preset.tumor_seed,
        smoothing=preset.tumor_smoothing_mm / (scan.spacing[2] * step),
    )
    return called


def _organ(liver: NDArray[np.bool_], known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the pieces of a called liver [X, Y, N] that the liver `known` so far touches."""
    pieces, _ = label(liver)
    kept = np.unique(pieces[known & liver])
    return fill_axial_holes(np.isin(pieces, kept[kept > 0]))
