"""A case with the settings of someone who tries things out: what the cascade then says.

Settings that differ from those of the result are answered for one axial slice: the networks are
asked about it anew, and the other slices keep their answers.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from core.cascade.asking import ask_for_liver, ask_for_tumor
from core.cascade.findings import Findings
from core.cascade.looks import Gray, Looks
from core.cascade.measurement import measure
from core.cascade.networks import Networks
from core.cascade.segmentation import Segmentation, relabel
from core.geometry.windows import Window, apply_window, undo_window
from core.labels import organ_mask
from core.presets import Preset, preset_named
from core.volume import Volume

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
        preset, only = settings.preset(made.preset), range(z, z + 1)
        networks = load(preset)
        median = moved_gray(made.liver_gray, made_with.window, settings.window)
        made = replace(made, liver_gray=median)
        if window_moved:
            liver = ask_for_liver(volume, networks, looks_with(preset, volume, made), only)
            made = replace(made, liver_probability=_with_slice(made.liver_probability, liver, z))
        made = replace(made, labels=relabel(volume, made, *thresholds).labels)
        tumor = ask_for_tumor(volume, networks, looks_with(preset, volume, made), only)
        made = replace(made, tumor_probability=_with_slice(made.tumor_probability, tumor, z))
    labelled = relabel(volume, made, *thresholds)
    findings = measure(volume, labelled.labels, labelled.chances)
    return Result(labelled, findings, settings, z if asked else None)


def looks_with(preset: Preset, volume: Volume, made: Segmentation) -> Looks:
    """Look as the networks do for `made`, at the window and the thresholds of `preset`."""
    organ = organ_mask(made.labels)
    return Looks.of(volume, preset, made.liver_box, organ, made.liver_gray)


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
    """Replace axial slice `z` of a map [X, Y, Z] by `one` [X, Y, 1], in a copy."""
    changed = probability.copy()
    changed[..., z : z + 1] = one
    return changed
