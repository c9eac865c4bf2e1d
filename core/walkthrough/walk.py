"""A case with the settings of someone who tries things out: what the cascade then says.

Settings that differ from those of the result are answered for one axial slice: the networks are
asked about it anew, and the other slices keep their answers. Nothing here is a cascade of its
own: every step is the one that `core.cascade.segmentation` takes.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from core.cascade.findings import Findings
from core.cascade.looks import mask_to_liver, network_input
from core.cascade.measurement import measure
from core.cascade.segmentation import (
    Networks,
    Segmentation,
    average_with,
    finder_of,
    liver_fit,
    native_probability,
    network_view,
    relabel,
    shrink_mask,
    tumor_fit,
)
from core.geometry.fits import Box
from core.geometry.windows import Window, apply_window, undo_window
from core.labels import organ_mask
from core.presets import Preset, preset_named
from core.volume import Volume

Gray = NDArray[np.uint8]
Load = Callable[[Preset], Networks]


@dataclass(frozen=True)
class Settings:
    """What can be moved on the way from the scan to its labels.

    Parameters
    ----------
    window : HU range that the networks see.
    liver_threshold, tumor_threshold : probabilities at which voxels are called.
    """

    window: Window
    liver_threshold: float
    tumor_threshold: float

    @classmethod
    def of(cls, segmentation: Segmentation) -> "Settings":
        """Those that `segmentation` was made with."""
        return cls(
            preset_named(segmentation.preset).window,
            segmentation.liver_threshold,
            segmentation.tumor_threshold,
        )

    def preset(self, name: str) -> Preset:
        """Give the preset of that name with these settings."""
        return replace(
            preset_named(name),
            window=self.window,
            liver_threshold=self.liver_threshold,
            tumor_threshold=self.tumor_threshold,
        )


@dataclass(frozen=True, eq=False)
class Result:
    """A segmentation at some settings, with what is measured on it.

    Parameters
    ----------
    settings : at which it is labelled.
    asked_anew : the axial slice of which the networks were asked again; None where all answers
        are those of a whole run.
    """

    segmentation: Segmentation
    findings: Findings
    settings: Settings
    asked_anew: int | None = None


def with_settings(
    volume: Volume, made: Segmentation, made_with: Settings, settings: Settings, z: int, load: Load
) -> Result:
    """Label `made`, a result of `volume`, at other settings.

    At another window or liver threshold the networks see something else in axial slice `z`, and
    are asked about it anew.

    Parameters
    ----------
    made_with : settings of the whole run that gave `made`.
    load : gives the networks; called only where they are asked.
    """
    window_moved = settings.window != made_with.window
    asked = window_moved or settings.liver_threshold != made_with.liver_threshold
    thresholds = settings.liver_threshold, settings.tumor_threshold
    if asked:
        preset = settings.preset(made.preset)
        networks = load(preset)
        if window_moved:
            liver = liver_of_slice(volume, networks, preset, made.liver_box, z)
            made = replace(made, liver_probability=_with_slice(made.liver_probability, liver, z))
        median = moved_gray(made.liver_gray, made_with.window, settings.window)
        made = replace(made, liver_gray=median)
        organ = organ_mask(relabel(volume, made, *thresholds).labels)
        tumor = tumor_of_slice(volume, networks, preset, organ, median, z)
        made = replace(made, tumor_probability=_with_slice(made.tumor_probability, tumor, z))
    labelled = relabel(volume, made, *thresholds)
    findings = measure(volume, labelled.labels)
    return Result(labelled, findings, settings, z if asked else None)


def liver_of_slice(
    volume: Volume, networks: Networks, preset: Preset, box: Box | None, z: int
) -> Gray:
    """Ask for the liver in axial slice `z`, as `segment` does: uint8 [X, Y], 255 = 1."""
    near, far = liver_answers(volume, networks, preset, box, z)
    if far is not None:
        average_with(near, far)
    return near[..., 0]


def liver_answers(
    volume: Volume, networks: Networks, preset: Preset, box: Box | None, z: int
) -> tuple[Gray, Gray | None]:
    """Ask the liver network, and the one that came first if any: uint8 [X, Y, 1] each."""
    only = slice(z, z + 1)
    fit = liver_fit(volume, preset, box)
    answer = networks.liver(network_input(network_view(volume, fit, preset, only)))
    near = native_probability(answer, preset.liver_temperature, fit)
    if networks.finder is None:
        return near, None
    first = finder_of(preset)
    fit = liver_fit(volume, first)
    answer = networks.finder(network_input(network_view(volume, fit, first, only)))
    return near, native_probability(answer, first.liver_temperature, fit)


def tumor_of_slice(
    volume: Volume,
    networks: Networks,
    preset: Preset,
    organ: NDArray[np.bool_],
    median: float,
    z: int,
) -> Gray:
    """Ask for tumor in axial slice `z` of `organ` [X, Y, Z], as `segment` does: uint8 [X, Y]."""
    only = slice(z, z + 1)
    fit = tumor_fit(volume, organ, preset)
    inside = shrink_mask(organ, fit, only)
    if not inside.any():
        return np.zeros(volume.shape[:2], np.uint8)
    masked = mask_to_liver(network_view(volume, fit, preset, only), inside, median)
    answer = networks.tumor(network_input(masked))
    return native_probability(answer, preset.tumor_temperature, fit)[..., 0]


def moved_gray(gray: float, before: Window, after: Window) -> float:
    """Give the gray that `after` shows where `before` shows `gray`.

    Windows keep the order of HU, so that a median stays the median; one that `before` saturates
    is only known to lie beyond its edge.
    """
    if before == after:
        return gray
    hu = undo_window(np.array(round(gray), np.uint8), before)
    return float(apply_window(hu, after))


def _with_slice(probability: Gray, one: Gray, z: int) -> Gray:
    """Replace axial slice `z` of a map [X, Y, Z] by `one` [X, Y], in a copy."""
    changed = probability.copy()
    changed[..., z] = one
    return changed
