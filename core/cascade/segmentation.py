"""The cascade: find the liver, then tumors inside that liver, on the scan's own grid."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.cascade.asking import ask, batches, find_liver
from core.cascade.looks import Looks, height_of, slice_mm, tumor_look
from core.cascade.networks import Networks, load_networks
from core.cascade.postprocessing import Step, label_map, liver_region, tumor_region
from core.errors import Cancelled
from core.geometry.fits import Box
from core.labels import organ_mask
from core.presets import Preset, preset_named
from core.process.progress import Progress, watched
from core.volume import Volume

STAGES = (
    "Preparing the slices",
    "Finding the liver",
    "Cleaning the liver",
    "Finding tumors",
    "Drawing the labels",
)

STOPPED = "The segmentation was cancelled; the scan is still loaded."


@dataclass(frozen=True)
class Made:
    """How labels were made.

    Parameters
    ----------
    preset : name of the preset.
    liver_threshold, tumor_threshold : probabilities at which voxels were called.
    models : SHA-256 of the weights by the network's part in the cascade.
    seconds : time spent by stage.
    steps : the post-processing, with what each step changed; none where nobody kept them.
    """

    preset: str
    liver_threshold: float
    tumor_threshold: float
    models: dict[str, str]
    seconds: dict[str, float]
    steps: tuple[Step, ...]

    @property
    def used(self) -> Preset:
        """The preset, at the thresholds of these labels."""
        return replace(
            preset_named(self.preset),
            liver_threshold=self.liver_threshold,
            tumor_threshold=self.tumor_threshold,
        )


@dataclass(frozen=True, eq=False)
class Labelled(Made):
    """Labels of a scan.

    Parameters
    ----------
    labels : uint8 [X, Y, Z] on the grid of the Volume: 0 background, 1 liver, 2 tumor.
    """

    labels: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Segmentation(Labelled):
    """Labels with what the networks answered: to be called anew, probed, or doubted.

    Parameters
    ----------
    liver_probability, tumor_probability : uint8 [X, Y, Z], 255 = 1, as the networks gave them.
    liver_box : what the liver network saw of the axial slices; None is all.
    liver_gray : median grey of the liver, which the tumor network saw as 128.
    """

    liver_probability: NDArray[np.uint8]
    tumor_probability: NDArray[np.uint8]
    liver_box: Box | None
    liver_gray: float

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
) -> Segmentation:
    """Segment liver and tumors of `volume`.

    Beyond the scan and the result, memory holds one small stack of answers.

    Parameters
    ----------
    networks : replace the preset's own.
    progress : told the stage and how much of it is done, 0..1.
    cancelled : asked between batches; once True, Cancelled is raised.

    Raises
    ------
    WeightsMissing
        A network of the preset was never trained on this machine.
    """
    watch = _Watch(progress, cancelled, volume.shape[2])
    watch.start(STAGES[0])
    networks = networks or load_networks(preset)
    watch.start(STAGES[1])
    liver_probability, box = find_liver(volume, preset, networks, watch.batches)
    watch.start(STAGES[2])
    liver, liver_steps = liver_region(liver_probability, preset.liver_threshold, volume.voxel_ml)
    watch.start(STAGES[3])
    look = tumor_look(volume, preset, liver)
    tumor_probability = ask(networks.tumor, look, volume, watch.batches())
    watch.start(STAGES[4])
    tumor, tumor_steps = call_tumor(volume, tumor_probability, liver, preset)
    return Segmentation(
        preset=preset.name,
        liver_threshold=preset.liver_threshold,
        tumor_threshold=preset.tumor_threshold,
        models=networks.digests,
        seconds=watch.stop(),
        steps=liver_steps + tumor_steps,
        labels=label_map(liver, tumor),
        liver_probability=liver_probability,
        tumor_probability=tumor_probability,
        liver_box=box,
        liver_gray=look.median,
    )


def relabel(
    volume: Volume, segmentation: Segmentation, liver_threshold: float, tumor_threshold: float
) -> Segmentation:
    """Call the same probabilities at other thresholds, both in 0..1.

    The tumor network is not asked again: where a lower threshold lets the liver grow, its
    new rim was never searched for tumors.
    """
    preset = replace(preset_named(segmentation.preset), tumor_threshold=tumor_threshold)
    liver, liver_steps = liver_region(
        segmentation.liver_probability, liver_threshold, volume.voxel_ml
    )
    tumor, tumor_steps = call_tumor(volume, segmentation.tumor_probability, liver, preset)
    return replace(
        segmentation,
        labels=label_map(liver, tumor),
        liver_threshold=liver_threshold,
        tumor_threshold=tumor_threshold,
        steps=liver_steps + tumor_steps,
    )


def call_tumor(
    volume: Volume, probability: NDArray[np.uint8], liver: NDArray[np.bool_], preset: Preset
) -> tuple[NDArray[np.bool_], tuple[Step, ...]]:
    """Call tumors in the `liver` [X, Y, Z] by a probability (uint8, 255 = 1), as `preset` does."""
    return tumor_region(
        probability,
        liver,
        preset.tumor_threshold,
        preset.min_lesion_ml,
        volume.voxel_ml,
        seed=preset.tumor_seed,
        smoothing=preset.tumor_smoothing_mm / slice_mm(volume, height_of(liver)),
    )


class _Watch:
    """Times the stages, tells the progress, and stops when asked to."""

    def __init__(self, progress: Progress, cancelled: Callable[[], bool], count: int) -> None:
        self._progress, self._cancelled, self._count = progress, cancelled, count
        self._stage, self._began = "", 0.0
        self._seconds: dict[str, float] = {}

    def start(self, stage: str) -> None:
        self.stop()
        self._stage, self._began = stage, perf_counter()
        if self._cancelled():
            raise Cancelled(STOPPED)
        self._progress(stage, 0.0)

    def stop(self) -> dict[str, float]:
        if self._stage:
            self._seconds[self._stage] = perf_counter() - self._began
            self._progress(self._stage, 1.0)
        return self._seconds

    def batches(self) -> Iterator[slice]:
        parts = tuple(batches(range(self._count)))
        return watched(parts, self._stage, self._progress, self._cancelled, STOPPED)
