"""What the stress lab keeps for one visitor, and what it asks of the networks."""

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.cascade.segmentation import Segmentation, segment
from core.draw.crop import Closeup
from core.draw.slices import telling_slice
from core.geometry.slab import spread_slices
from core.geometry.slices import Plane
from core.labels import organ_mask
from core.process.progress import Progress
from core.study import Study
from core.volume import Volume
from core.whatif.stress.degrade import scan_noise
from core.whatif.stress.knobs import KNOBS, Knob, Stress
from core.whatif.stress.robustness import (
    STAGE,
    Level,
    Score,
    Subject,
    robustness,
    score,
    undisturbed,
)
from pages.common import jobs
from pages.common.memory import Slot, content
from pages.common.queues import Uses
from pages.common.truth import truth_of

STRESS_TAB = "Stress lab"
# So many slices through the liver stand for the scan while sliders are moved.
LIVE_SLICES = 12


@dataclass(frozen=True, eq=False)
class StressTarget:
    """What of a segmented case does not change while sliders are moved.

    Parameters
    ----------
    first, last : axial slices that show liver; the whole scan without any.
    telling : the one that shows most.
    noise_hu : the scan's own noise.
    """

    closeup: Closeup
    first: int
    last: int
    telling: int
    noise_hu: float


@dataclass(frozen=True, eq=False)
class Stressed:
    """A degraded scan and what was found on it.

    Parameters
    ----------
    scan : the slices that were looked at.
    found, reference : uint8 [X, Y, N], the labels on it, and on the scan as it is.
    """

    subject: Subject
    scan: Volume
    found: NDArray[np.uint8]
    reference: NDArray[np.uint8]
    score: Score
    undisturbed: Score
    seconds: float


@dataclass(frozen=True)
class Swept:
    """A robustness curve: of which result, which knob, and which slices."""

    of: tuple[object, ...]
    knob: str
    slices: int
    known_truth: bool
    levels: tuple[Level, ...]


TARGETS = Slot[StressTarget]("stress-target")
UNDISTURBED = Slot[NDArray[np.uint8]]("stress-undisturbed", keep=3)
RESULTS = Slot[Stressed]("stress-results", keep=3)
# By knob.
SWEEPS = Slot[Swept]("stress-curves", keep=len(KNOBS))


def target_of(case: Study, segmentation: Segmentation) -> StressTarget:
    """Look at a result once, and remember."""

    def look() -> StressTarget:
        labels = segmentation.labels
        organ = organ_mask(labels)
        seen = np.flatnonzero(organ.any(axis=(0, 1)))
        first, last = (seen[0], seen[-1]) if len(seen) else (0, labels.shape[2] - 1)
        return StressTarget(
            Closeup.around(case.volume, organ),
            int(first),
            int(last),
            telling_slice(labels, Plane.AXIAL),
            scan_noise(case.volume, labels),
        )

    return TARGETS.made(case.id, content(case, segmentation), look)


def subject_of(case: Study, segmentation: Segmentation, part: slice) -> Subject:
    """Name what is put under stress: slices `part` of a case, with its truth where known."""
    truth = truth_of(case)
    return Subject(
        case.volume,
        segmentation.labels,
        segmentation.used,
        target_of(case, segmentation).noise_hu,
        part,
        None if truth is None else truth.whole(),
    )


def some_slices(segmentation: Segmentation, through: int | None = None) -> slice:
    """Choose the slices that stand for a scan."""
    return spread_slices(organ_mask(segmentation.labels), LIVE_SLICES, through)


def stressed(case: Study, segmentation: Segmentation, stress: Stress, z: int) -> Stressed:
    """Degrade some slices, `z` among them, and segment them, or remember what was found."""
    part = some_slices(segmentation, z)
    of = (content(case, segmentation), part.start, part.step)

    def ask() -> Stressed:
        began = perf_counter()
        subject = subject_of(case, segmentation, part)
        reference = UNDISTURBED.made(case.id, of, lambda: undisturbed(subject))
        scan = subject.degraded(stress)
        found = reference if stress == Stress() else segment(scan, subject.preset).labels
        return Stressed(
            subject,
            scan,
            found,
            reference,
            score(subject, stress, found, reference),
            score(subject, Stress(), reference, reference),
            perf_counter() - began,
        )

    return RESULTS.made(case.id, (*of, stress, truth_of(case)), ask)


def begin_sweep(case: Study, segmentation: Segmentation, knob: Knob, *, whole: bool) -> None:
    """Begin to turn a knob through its levels, in the background."""
    part = slice(0, case.volume.shape[2], 1) if whole else some_slices(segmentation)
    subject = subject_of(case, segmentation, part)

    def work(progress: Progress, cancelled: Callable[[], bool]) -> Swept:
        levels = robustness(subject, knob, progress=progress, cancelled=cancelled)
        slices = len(range(case.volume.shape[2])[part])
        of = content(case, segmentation)
        return Swept(of, knob.name, slices, subject.truth is not None, levels)

    def keep(swept: Swept) -> None:
        SWEEPS.put(swept, case.id, knob.name)

    title = f"{knob.label}: {case.title} at {len(knob.levels)} levels"
    jobs.begin(jobs.Job(title, (STAGE,), work, keep, Uses.NETWORKS, case, STRESS_TAB))


def knob_key(name: str) -> str:
    """Name the widget of a knob."""
    return f"stress-level-{name}"


def chosen_stress() -> Stress:
    """Read all knobs."""
    stress = Stress()
    for name, knob in KNOBS.items():
        stress = knob.at(st.session_state.get(knob_key(name), knob.none), stress)
    return stress


def release() -> None:
    """Turn all knobs back."""
    for name, knob in KNOBS.items():
        st.session_state[knob_key(name)] = knob.none
