"""What a result is worth on a degraded scan: against the truth, and against itself."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from core.cascade.networks import Networks, load_networks
from core.cascade.segmentation import segment
from core.geometry.slab import slab_of
from core.labels import organ_mask, tumor_mask
from core.metrics.overlap import overlap
from core.presets import Preset
from core.process.progress import Progress, watched
from core.volume import Volume
from core.whatif.stress.degrade import degrade, degrade_labels
from core.whatif.stress.knobs import Knob, Stress

Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]

STAGE = "Segmenting the degraded scan"
STOPPED = "The sweep was cancelled; the scan and its result stay."


@dataclass(frozen=True, eq=False)
class Subject:
    """A scan to be put under stress.

    Parameters
    ----------
    labels : uint8 [X, Y, Z], its undisturbed result; says where the liver is.
    preset : with the thresholds at which that result was called.
    noise_hu : the scan's own noise.
    part : axial slices that are looked at.
    truth : uint8 [X, Y, Z], true labels, where they are known.
    """

    volume: Volume
    labels: Labels
    preset: Preset
    noise_hu: float
    part: slice
    truth: Labels | None = None

    def degraded(self, stress: Stress, seed: int = 0) -> Volume:
        """Give the slices under stress."""
        organ = organ_mask(self.labels)
        return degrade(
            self.volume, stress, organ, noise_hu=self.noise_hu, seed=seed, part=self.part
        )


@dataclass(frozen=True)
class Score:
    """A result on a degraded scan.

    Parameters
    ----------
    liver_agreement, tumor_agreement : Dice with the result on the scan as it is; says how
        little changed, not how right it is. NaN where neither marks anything.
    liver_dice, tumor_dice : Dice with the truth; NaN where that is not known.
    liver_ml, tumor_ml : volumes found, the liver with its tumors.
    """

    liver_agreement: float
    tumor_agreement: float
    liver_dice: float
    tumor_dice: float
    liver_ml: float
    tumor_ml: float


@dataclass(frozen=True)
class Level:
    """The score at one level of one stress."""

    level: float
    score: Score


def undisturbed(subject: Subject, networks: Networks | None = None) -> Labels:
    """Segment the slices of `subject` as they are, by themselves: uint8 [X, Y, N]."""
    scan = slab_of(subject.volume, subject.part)
    return segment(scan, subject.preset, networks=networks).labels


def score(subject: Subject, stress: Stress, found: Labels, reference: Labels) -> Score:
    """Score labels found under stress.

    Parameters
    ----------
    found, reference : uint8 [X, Y, N], the result under stress and the undisturbed one. Like
        the truth, the latter is turned where the patient is.
    """
    spacing = subject.volume.spacing
    reference = degrade_labels(reference, stress, spacing)
    liver = overlap(organ_mask(reference), organ_mask(found)).dice
    tumor = overlap(tumor_mask(reference), tumor_mask(found)).dice
    true_liver = true_tumor = float("nan")
    if subject.truth is not None:
        truth = degrade_labels(subject.truth[..., subject.part], stress, spacing)
        true_liver = overlap(organ_mask(truth), organ_mask(found)).dice
        true_tumor = overlap(tumor_mask(truth), tumor_mask(found)).dice
    voxel_ml = subject.volume.voxel_ml * (subject.part.step or 1)
    volumes = (np.count_nonzero(mask(found)) * voxel_ml for mask in (organ_mask, tumor_mask))
    return Score(liver, tumor, true_liver, true_tumor, *map(float, volumes))


def robustness(
    subject: Subject,
    knob: Knob,
    *,
    levels: Sequence[float] | None = None,
    networks: Networks | None = None,
    seed: int = 0,
    progress: Progress = lambda stage, fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Level, ...]:
    """Turn one knob through its levels, ascending; the undisturbed scan is always among them.

    The whole cascade runs on every degraded scan: it finds the liver anew.

    Raises
    ------
    Cancelled
        Once `cancelled` is True.
    """
    networks = networks or load_networks(subject.preset)
    reference = undisturbed(subject, networks)
    every = sorted({*(knob.levels if levels is None else levels), knob.none})
    found = []
    for level in watched(every, STAGE, progress, cancelled, STOPPED):
        stress = knob.at(level)
        labels = reference
        if stress != Stress():
            scan = subject.degraded(stress, seed)
            labels = segment(scan, subject.preset, networks=networks, cancelled=cancelled).labels
        found.append(Level(level, score(subject, stress, labels, reference)))
    return tuple(found)


def to_csv(knob: Knob, found: Sequence[Level]) -> str:
    """Write the scores as a table, a level a line; what is not defined stays empty."""
    lines = [",".join(["stress", "level", "unit", *asdict(found[0].score)])] if found else []
    for one in found:
        values = ["" if np.isnan(value) else f"{value:.5g}" for value in asdict(one.score).values()]
        lines.append(",".join([knob.name, f"{one.level:g}", knob.unit, *values]))
    return "\n".join(lines) + "\n"
