"""The cascade: find the liver, then tumors inside that liver, on the scan's own grid."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.cascade.asking import ask, find_liver, votes
from core.cascade.decisions import Decision, decided_labels, summed
from core.cascade.judge import Judge, judge_of, traits_of
from core.cascade.labelled import Labelled
from core.cascade.looks import Looks, TumorLook, height_of, slice_mm, tumor_look
from core.cascade.networks import Networks, load_networks
from core.cascade.postprocessing import (
    Step,
    above,
    drop_unlikely,
    label_map,
    liver_region,
    tumor_region,
)
from core.cascade.watch import Watch
from core.geometry.components import largest_component
from core.geometry.fits import Box
from core.labels import organ_mask
from core.metrics.agreement import pairwise_dice
from core.presets import Preset, preset_named
from core.process.progress import Progress
from core.volume import Volume

STAGES = (
    "Preparing the slices",
    "Finding the liver",
    "Cleaning the liver",
    "Finding tumors",
    "Drawing the labels",
)


@dataclass(frozen=True, eq=False)
class Segmentation(Labelled):
    """Labels with what the networks answered: to be called anew, probed, or doubted.

    Parameters
    ----------
    liver_probability, tumor_probability : uint8 [X, Y, Z], 255 = 1, as the networks gave them.
    liver_box : what the liver network saw of the axial slices; None is all.
    liver_gray : median grey of the liver, which the tumor network saw as 128.
    chances : of each lesion, the largest first, to be one at all, 0..1; None where nobody judges.
    agreement : of several tumor networks, as `core.metrics.agreement.pairwise_dice` tells it; None
        of one, or where none of them called anything.
    found : the labels before any correction by hand; None where there is none.
    """

    liver_probability: NDArray[np.uint8]
    tumor_probability: NDArray[np.uint8]
    liver_box: Box | None
    liver_gray: float
    chances: tuple[float, ...] | None = None
    agreement: float | None = None
    found: NDArray[np.uint8] | None = None

    @property
    def as_found(self) -> NDArray[np.uint8]:
        """The labels before any correction by hand, uint8 [X, Y, Z]."""
        return self.labels if self.found is None else self.found

    def looks(self, volume: Volume) -> Looks:
        """How the networks looked at `volume`."""
        organ = organ_mask(self.labels)
        return Looks.of(volume, self.used, self.liver_box, organ, self.liver_gray)


def segment(
    volume: Volume,
    preset: Preset,
    *,
    networks: Networks | None = None,
    progress: Progress = lambda stage, fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
    on_liver: Callable[[Segmentation], None] = lambda found: None,
) -> Segmentation:
    """Segment liver and tumors of `volume`.

    Beyond the scan and the result, memory holds one small stack of answers.

    Parameters
    ----------
    networks : replace the preset's own.
    progress : told the stage and how much of it is done, 0..1.
    cancelled : asked between batches; once True, Cancelled is raised.
    on_liver : told the liver, without any tumor, as soon as it is known.

    Raises
    ------
    WeightsMissing
        A network of the preset was never trained on this machine.
    """
    watch = Watch(progress, cancelled)
    watch.start(STAGES[0])
    networks = networks or load_networks(preset)
    watch.start(STAGES[1])
    liver_probability, box = find_liver(volume, preset, networks, watch.batches)
    watch.start(STAGES[2])
    liver, liver_steps = call_liver(volume, liver_probability, preset)
    watch.start(STAGES[3])
    look = tumor_look(volume, preset, liver)
    found = _liver_alone(preset, networks, liver_probability, box, look, liver_steps)
    on_liver(found)
    tumor_probability, agreement = _ask_for_tumor(networks, look, volume, watch.batches, preset)
    watch.start(STAGES[4])
    tumor, tumor_steps, chances = call_tumor(volume, tumor_probability, liver, preset)
    return replace(
        found,
        seconds=watch.stop(),
        steps=liver_steps + tumor_steps,
        labels=label_map(liver, tumor),
        tumor_probability=tumor_probability,
        chances=chances,
        agreement=agreement,
    )


def _liver_alone(
    preset: Preset,
    networks: Networks,
    probability: NDArray[np.uint8],
    box: Box | None,
    look: TumorLook,
    steps: tuple[Step, ...],
) -> Segmentation:
    """Give what is known before any tumor was looked for; `look` is how that will be."""
    nothing = np.broadcast_to(np.uint8(0), probability.shape)
    return Segmentation(
        preset=preset.name,
        liver_threshold=preset.liver_threshold,
        tumor_threshold=preset.tumor_threshold,
        models=networks.digests,
        seconds={},
        steps=steps,
        # True is 1, and so is liver: the mask itself, for each copy is as large as the scan.
        labels=look.organ.view(np.uint8),
        liver_probability=probability,
        tumor_probability=nothing,
        liver_box=box,
        liver_gray=look.median,
    )


def _ask_for_tumor(
    networks: Networks,
    look: TumorLook,
    volume: Volume,
    parts: Callable[[range], Iterator[slice]],
    preset: Preset,
) -> tuple[NDArray[np.uint8], float | None]:
    """Ask for the tumor's probability [X, Y, Z], and how far several networks agree about it."""
    slices = range(volume.shape[2])
    if not isinstance(networks.tumor, tuple):
        return ask(networks.tumor, look, volume, slices, parts), None
    mean, count = votes(networks.tumor, look, volume, slices, parts, preset.tumor_threshold)
    return mean.laid(slices), pairwise_dice(count, len(networks.tumor))


def relabel(
    volume: Volume,
    segmentation: Segmentation,
    liver_threshold: float,
    tumor_threshold: float,
    judge: Judge | None = None,
) -> Segmentation:
    """Call the same probabilities at other thresholds, both in 0..1.

    The tumor network is not asked again: where a lower threshold lets the liver grow, its
    new rim was never searched for tumors. What a reader decided holds for the lesions called anew;
    corrections by hand are left out (`core.cascade.corrections` makes them again).

    Parameters
    ----------
    judge : replaces the preset's own.
    """
    called = replace(
        _as_brought(segmentation)
        if segmentation.brought
        else _called_anew(volume, segmentation, liver_threshold, tumor_threshold, judge),
        decisions=(),
        corrections=(),
        found=None,
    )
    return with_decisions(called, segmentation.decisions, volume.voxel_ml)


def _as_brought(segmentation: Segmentation) -> Segmentation:
    """Give the labels that were brought; no threshold moves them."""
    liver, tumor = segmentation.liver_probability > 0, segmentation.tumor_probability > 0
    return replace(segmentation, labels=label_map(liver, tumor), steps=())


def _called_anew(
    volume: Volume,
    segmentation: Segmentation,
    liver_threshold: float,
    tumor_threshold: float,
    judge: Judge | None,
) -> Segmentation:
    preset = replace(
        preset_named(segmentation.preset),
        liver_threshold=liver_threshold,
        tumor_threshold=tumor_threshold,
    )
    liver, liver_steps = call_liver(volume, segmentation.liver_probability, preset)
    probability = segmentation.tumor_probability
    tumor, tumor_steps, chances = call_tumor(volume, probability, liver, preset, judge)
    return replace(
        segmentation,
        labels=label_map(liver, tumor),
        liver_threshold=liver_threshold,
        tumor_threshold=tumor_threshold,
        steps=liver_steps + tumor_steps,
        chances=chances,
    )


def with_decisions(
    segmentation: Segmentation, decisions: tuple[Decision, ...], voxel_ml: float
) -> Segmentation:
    """Let the labels follow further `decisions` of a reader."""
    labels, chances, steps = decided_labels(
        segmentation.labels, segmentation.chances, decisions, voxel_ml
    )
    return replace(
        segmentation,
        labels=labels,
        chances=chances,
        steps=summed(segmentation.steps + steps),
        decisions=segmentation.decisions + decisions,
    )


def call_liver(
    volume: Volume, probability: NDArray[np.uint8], preset: Preset
) -> tuple[NDArray[np.bool_], tuple[Step, ...]]:
    """Call the liver [X, Y, Z] by a probability (uint8, 255 = 1), as `preset` does."""
    height = 0
    if preset.liver_smoothing_mm and not volume.spacing_known:
        height = height_of(largest_component(above(probability, preset.liver_threshold)))
    sigma = preset.liver_smoothing_mm / slice_mm(volume, height)
    return liver_region(probability, preset.liver_threshold, volume.voxel_ml, smoothing=sigma)


def call_tumor(
    volume: Volume,
    probability: NDArray[np.uint8],
    liver: NDArray[np.bool_],
    preset: Preset,
    judge: Judge | None = None,
) -> tuple[NDArray[np.bool_], tuple[Step, ...], tuple[float, ...] | None]:
    """Call tumors in the `liver` [X, Y, Z] by a probability (uint8, 255 = 1), as `preset` does.

    Where the preset has its lesions judged, what is unlikely to be one is dropped, and the chance
    of each that is left is told, the largest first.
    """
    height = slice_mm(volume, height_of(liver))
    tumor, steps = tumor_region(
        probability,
        liver,
        preset.tumor_threshold,
        preset.min_lesion_ml,
        volume.voxel_ml,
        seed=preset.tumor_seed,
        smoothing=preset.tumor_smoothing_mm / height,
    )
    if preset.lesion_chance is None:
        return tumor, steps, None
    judge = judge or judge_of(preset.name)
    described = traits_of(volume.hu, liver, tumor, height, preset.window)
    chances = [judge.chance(traits) for traits in described]
    kept, step = drop_unlikely(tumor, chances, preset.lesion_chance, volume.voxel_ml)
    likely = tuple(chance for chance in chances if chance >= preset.lesion_chance)
    return kept, (*steps, step), likely
