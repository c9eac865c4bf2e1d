"""The cascade: find the liver, then tumors inside that liver, on the scan's own grid."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.cascade.looks import liver_gray, mask_to_liver, network_input
from core.cascade.postprocessing import Step, label_map, liver_region, tumor_region
from core.errors import Cancelled
from core.geometry.components import largest_component
from core.geometry.fits import Box, SliceFit, axial_view, box_around, from_axial_view
from core.geometry.windows import apply_window
from core.labels import organ_mask
from core.metrics.calibration import temper
from core.models.runtime import Network, load_network
from core.models.store import model_dir, weights_digest
from core.presets import Preset, preset_named
from core.volume import Volume

BATCH = 16
STAGES = (
    "Preparing the slices",
    "Finding the liver",
    "Cleaning the liver",
    "Finding tumors",
    "Drawing the labels",
)

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Networks:
    """The trained networks of a preset.

    Parameters
    ----------
    liver, tumor : float32 [N, S, S, 3] in 0..1 to probabilities [N, S, S].
    digests : SHA-256 of the weights by the network's part in the cascade.
    finder : where the preset has one, the liver network that comes first.
    """

    liver: Network
    tumor: Network
    digests: dict[str, str]
    finder: Network | None = None


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


def load_networks(preset: Preset, weights: Path | None = None) -> Networks:
    """Load the networks of `preset`, its own ones from their place or from the folder `weights`.

    Raises WeightsMissing where one was never trained.
    """
    folders = {
        part: model_dir(home, network, None if part == "finder" else weights)
        for part, (home, network) in preset.homes.items()
    }
    finder = None
    if preset.finder:
        finder = load_network(folders["finder"], preset_named(preset.finder).size)
    return Networks(
        load_network(folders["liver"], preset.size),
        load_network(folders["tumor"], preset.tumor_size),
        {part: weights_digest(folder) for part, folder in folders.items()},
        finder,
    )


def segment(
    volume: Volume,
    preset: Preset,
    *,
    networks: Networks | None = None,
    progress: Progress = lambda stage, fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Segmentation:
    """Segment liver and tumors of `volume`.

    Beyond the scan and the result, memory holds one small stack of `preset.size` slices.

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
    watch = _Watch(progress, cancelled)
    watch.start(STAGES[0])
    networks = networks or load_networks(preset)
    first = finder_of(preset) if preset.finder else preset
    fit = liver_fit(volume, first)
    gray = np.concatenate([network_view(volume, fit, first, part) for part in watch.over(volume)])
    parts = list(_batches(len(gray)))

    watch.start(STAGES[1])
    box, from_afar = None, None
    if networks.finder:
        seen = [networks.finder(network_input(gray[part])) for part in watch.over(volume)]
        small = np.concatenate(seen)
        from_afar = native_probability(small, first.liver_temperature, fit)
        box = _box_of(small >= first.liver_threshold, fit, preset)
        fit = liver_fit(volume, preset, box)
        gray = np.concatenate([network_view(volume, fit, preset, part) for part in parts])
    seen = [networks.liver(network_input(gray[part])) for part in watch.over(volume)]
    liver_probability = native_probability(np.concatenate(seen), preset.liver_temperature, fit)
    if from_afar is not None:
        average_with(liver_probability, from_afar)

    watch.start(STAGES[2])
    liver, liver_steps = liver_region(liver_probability, preset.liver_threshold, volume.voxel_ml)

    watch.start(STAGES[3])
    fit = tumor_fit(volume, liver, preset)
    if preset.tumor_margin is not None:
        gray = np.concatenate([network_view(volume, fit, preset, part) for part in parts])
    inside = np.concatenate([shrink_mask(liver, fit, part) for part in parts])
    median = liver_gray(gray, inside)
    small_tumor = np.zeros(gray.shape, np.float32)
    for part in watch.over(volume):
        if inside[part].any():
            masked = mask_to_liver(gray[part], inside[part], median)
            small_tumor[part] = networks.tumor(network_input(masked))
    tumor_probability = native_probability(small_tumor, preset.tumor_temperature, fit)

    watch.start(STAGES[4])
    tumor, tumor_steps = tumor_region(
        tumor_probability, liver, preset.tumor_threshold, preset.min_lesion_ml, volume.voxel_ml
    )
    return Segmentation(
        preset.name,
        preset.liver_threshold,
        preset.tumor_threshold,
        networks.digests,
        watch.stop(),
        liver_steps + tumor_steps,
        label_map(liver, tumor),
        liver_probability,
        tumor_probability,
        box,
        median,
    )


def relabel(
    volume: Volume, segmentation: Segmentation, liver_threshold: float, tumor_threshold: float
) -> Segmentation:
    """Call the same probabilities at other thresholds, both in 0..1.

    The tumor network is not asked again: where a lower threshold lets the liver grow, its
    new rim was never searched for tumors.
    """
    preset = preset_named(segmentation.preset)
    liver, liver_steps = liver_region(
        segmentation.liver_probability, liver_threshold, volume.voxel_ml
    )
    tumor, tumor_steps = tumor_region(
        segmentation.tumor_probability,
        liver,
        tumor_threshold,
        preset.min_lesion_ml,
        volume.voxel_ml,
    )
    return replace(
        segmentation,
        labels=label_map(liver, tumor),
        liver_threshold=liver_threshold,
        tumor_threshold=tumor_threshold,
        steps=liver_steps + tumor_steps,
    )


def finder_of(preset: Preset) -> Preset:
    """Give the preset whose liver network comes first; it looks through the same window."""
    return replace(preset_named(preset.finder or preset.name), window=preset.window)


def liver_fit(volume: Volume, preset: Preset, box: Box | None = None) -> SliceFit:
    """How the axial slices of `volume`, or a box of them, sit in the liver network's square."""
    columns, rows, _ = volume.shape
    x_mm, y_mm, _ = volume.spacing
    return SliceFit.of(rows, columns, (y_mm, x_mm), preset.size, box)


def tumor_fit(volume: Volume, liver: NDArray[np.bool_], preset: Preset) -> SliceFit:
    """How they sit in the square of the tumor network, once the `liver` [X, Y, Z] is known."""
    columns, rows, _ = volume.shape
    x_mm, y_mm, _ = volume.spacing
    box = None
    if preset.tumor_margin is not None:
        box = box_around(axial_view(liver), preset.tumor_margin)
    return SliceFit.of(rows, columns, (y_mm, x_mm), preset.tumor_size, box)


def network_view(volume: Volume, fit: SliceFit, preset: Preset, slices: slice) -> NDArray[np.uint8]:
    """Axial `slices` of `volume`, windowed, in the square of `fit`: uint8 [N, S, S]."""
    return fit.shrink(apply_window(axial_view(volume.hu)[slices], preset.window))


def shrink_mask(mask: NDArray[np.bool_], fit: SliceFit, slices: slice) -> NDArray[np.bool_]:
    """Bring axial `slices` of a mask [X, Y, Z] to the network's size: bool [N, S, S]."""
    return fit.shrink(axial_view(mask)[slices] * np.uint8(255)) >= 128


def network_views(
    volume: Volume, segmentation: Segmentation, z: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Axial slice `z` as the liver network and as the tumor network saw it: uint8 [S, S] each."""
    preset = preset_named(segmentation.preset)
    only, liver = slice(z, z + 1), organ_mask(segmentation.labels)
    fit = liver_fit(volume, preset, segmentation.liver_box)
    whole = network_view(volume, fit, preset, only)
    fit = tumor_fit(volume, liver, preset)
    gray = network_view(volume, fit, preset, only)
    inside = shrink_mask(liver, fit, only)
    return whole[0], mask_to_liver(gray, inside, segmentation.liver_gray)[0]


def _box_of(small_liver: NDArray[np.bool_], fit: SliceFit, preset: Preset) -> Box:
    """Box of the largest piece of a mask [Z, S, S], in native pixels, with the liver's margin."""
    piece = largest_component(small_liver) * np.uint8(255)
    return box_around(fit.restore(piece) >= 128, preset.liver_margin or 0.0)


def native_probability(
    small: NDArray[np.float32], temperature: float, fit: SliceFit
) -> NDArray[np.uint8]:
    """Temper probabilities [Z, S, S] and resample them to the scan's grid, uint8 [X, Y, Z]."""
    if temperature != 1:
        small = temper(small, temperature)
    probability = np.empty((len(small), fit.rows, fit.columns), np.uint8)
    for part in _batches(len(small)):
        probability[part] = np.rint(fit.restore(small[part]) * 255)
    return np.ascontiguousarray(from_axial_view(probability))


def average_with(probability: NDArray[np.uint8], other: NDArray[np.uint8]) -> None:
    """Replace `probability` [X, Y, Z] by its mean with `other`, slice by slice to save memory."""
    for z in range(probability.shape[2]):
        total = probability[..., z].astype(np.uint16) + other[..., z] + 1
        probability[..., z] = total // 2


def _batches(count: int) -> Iterator[slice]:
    for first in range(0, count, BATCH):
        yield slice(first, min(first + BATCH, count))


class _Watch:
    """Times the stages, tells the progress, and stops when asked to."""

    def __init__(self, progress: Progress, cancelled: Callable[[], bool]) -> None:
        self._progress, self._cancelled = progress, cancelled
        self._stage, self._began = "", 0.0
        self._seconds: dict[str, float] = {}

    def start(self, stage: str) -> None:
        self.stop()
        self._stage, self._began = stage, perf_counter()
        self._tell(0.0)

    def stop(self) -> dict[str, float]:
        if self._stage:
            self._seconds[self._stage] = perf_counter() - self._began
            self._progress(self._stage, 1.0)
        return self._seconds

    def over(self, volume: Volume) -> Iterator[slice]:
        count = volume.shape[2]
        for part in _batches(count):
            yield part
            self._tell(part.stop / count)

    def _tell(self, fraction: float) -> None:
        if self._cancelled():
            raise Cancelled("The segmentation was cancelled; the scan is still loaded.")
        self._progress(self._stage, fraction)
