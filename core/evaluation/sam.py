"""SAM scored as our networks are, on chosen slices, as a run that Metrics reads.

SAM does not know what a liver is. Of the masks it finds on its own the one that fits the truth
best is taken, an oracle's choice; or it is asked with prompts drawn from the truth. Neither is
open to anyone who has no truth, and the run says so. Prompts drawn from what our networks called
are: then nothing is known of the truth but which slices are scored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cascade.networks import Networks
from core.cascade.segmentation import segment
from core.errors import BadDataset
from core.evaluation.score import TARGETS, CaseScore
from core.foundation.sam.automatic import Settings, find_masks
from core.foundation.sam.best import best_mask, mask_of
from core.foundation.sam.checkpoint import LocalCheckpoint
from core.foundation.sam.display import gray_slice, laid_down, pixel_mm, upright
from core.foundation.sam.model import EncodedSlice, Sam, encode
from core.foundation.sam.prompts import answer, draw_prompt, objects_of
from core.geometry.windows import LIVER_WINDOW, Window
from core.io.datasets import LabelledCase
from core.io.patients import patient_of
from core.labels import organ_mask, tumor_mask
from core.metrics.calibration import probability_histogram
from core.metrics.overlap import overlap_by_slice
from core.metrics.surface import Comparable, SurfaceScore
from core.presets import Preset
from core.volume import Volume

Masks = dict[str, list[NDArray[np.bool_]]]


class Mode(StrEnum):
    """How SAM comes to a mask."""

    AUTOMATIC = "automatic"
    POINTS = "points"
    BOX = "box"


class Source(StrEnum):
    """What prompts are drawn from."""

    TRUTH = "truth"
    NETWORKS = "networks"

    @property
    def mask(self) -> str:
        """Whose mask that is."""
        return "the true mask" if self is Source.TRUTH else "the mask that our networks called"


ORACLE = (
    "an oracle's: of all masks SAM finds on a slice, the one with the highest IoU with the truth, "
    "chosen for each target apart; where the truth is empty, none"
)
CHOICE = {
    Mode.POINTS: "points drawn at random in every connected part of {mask}; of the answers the one "
    "that SAM rates highest; the parts' masks are joined",
    Mode.BOX: "the box of every connected part of {mask}; the parts' masks are joined",
}
BEST_CHOSEN = (
    "the best of its masks was chosen with the truth (an oracle), so these figures are the most it "
    "can reach"
)
DRAWN = {Mode.POINTS: "prompted with points drawn from", Mode.BOX: "prompted with boxes around"}
NOTE = (
    "SAM on at most {slices} slices a case: {how}. Its masks have no probabilities: thresholds and "
    "calibration say nothing here. Lesions and surfaces are not scored."
)
NOTE_BESIDE = (
    "Only the slices that SAM was scored on, at most {slices} a case; lesions and surfaces are not "
    "scored, and a voxel is called or not: thresholds and calibration say nothing here."
)
RULE = (
    "evenly spaced over the slices whose truth shows tumor, in cases without any over those that "
    "show liver"
)


@dataclass(frozen=True)
class Plan:
    """What SAM is asked, and about which slices.

    Parameters
    ----------
    source : of the prompts, for modes that have any.
    slices : at most so many a case, see `chosen_slices`.
    points : in every object, of the mode `points`.
    seed : of the drawn points.
    window : grey scale of the slices.
    """

    mode: Mode = Mode.AUTOMATIC
    source: Source = Source.TRUTH
    slices: int = 3
    points: int = 1
    seed: int = 0
    window: Window = LIVER_WINDOW
    settings: Settings = field(default_factory=Settings)

    @property
    def preset(self) -> Preset:
        """What stands in the run for the preset of our networks."""
        whose = ", ours" if self.needs_networks else ""
        return Preset(f"SAM, {self.mode}{whose}", "Zero-shot masks.")

    @property
    def needs_networks(self) -> bool:
        """Whether our networks are asked first."""
        return self.mode is not Mode.AUTOMATIC and self.source is Source.NETWORKS

    @property
    def choice(self) -> str:
        """Say how SAM comes to one mask for each target."""
        if self.mode is Mode.AUTOMATIC:
            return ORACLE
        return f"prompts: {CHOICE[self.mode].format(mask=self.source.mask)}"

    @property
    def how(self) -> str:
        """Say `choice` in short."""
        if self.mode is Mode.AUTOMATIC:
            return BEST_CHOSEN
        return f"{DRAWN[self.mode]} {self.source.mask}"

    def facts(self, checkpoint: LocalCheckpoint, preset: Preset | None) -> dict[str, Any]:
        """Say for run.json how the masks came about; `preset` of the networks that were asked."""
        from importlib.metadata import version

        told: dict[str, Any] = {
            "note": NOTE.format(slices=self.slices, how=self.how),
            "method": "SAM",
            "checkpoint": checkpoint.name,
            "mask_choice": self.choice,
            **self._slice_facts(),
            "window_hu": [self.window.low, self.window.high],
            "libraries": {name: version(name) for name in checkpoint.engine.libraries},
        }
        if self.mode is Mode.AUTOMATIC:
            return {**told, "automatic_masks": self.settings.to_dict()}
        told |= {"seed": self.seed, "points_per_object": self.points, "prompts_from": self.source}
        if self.needs_networks and preset is not None:
            told["prompting_preset"] = preset.name
        return told

    def facts_beside(self) -> dict[str, Any]:
        """Say for the run.json of our networks that it has the slices of SAM's run alone."""
        return {"note": NOTE_BESIDE.format(slices=self.slices), **self._slice_facts()}

    def _slice_facts(self) -> dict[str, Any]:
        return {"slices_scored": {"most_per_case": self.slices, "rule": RULE}}


def score_sam(
    case: LabelledCase,
    sam: Sam,
    plan: Plan,
    preset: Preset | None = None,
    networks: Networks | None = None,
) -> list[CaseScore]:
    """Score SAM on chosen slices of one case.

    Parameters
    ----------
    preset, networks : that prompts are drawn from, for a plan that `needs_networks`.

    Raises
    ------
    BadDataset
        The truth marks no liver.
    """
    volume, truth = case.read()
    numbers = chosen_slices(truth, plan.slices, case.name)
    targets = targets_of(case)
    began = perf_counter()
    source = truth
    if plan.needs_networks and preset is not None:
        source = segment(volume, preset, networks=networks).labels
    masks: Masks = {target: [] for target in targets}
    rng = np.random.default_rng(plan.seed)
    for z in numbers:
        seen = encode(sam, gray_slice(volume, z, plan.window), pixel_mm(volume))
        known = {target: upright(TARGETS[target](source[..., z])) for target in targets}
        for target, mask in _asked(sam, seen, known, plan, rng).items():
            masks[target].append(mask)
    seconds = perf_counter() - began
    answered = {
        target: np.stack([laid_down(mask) for mask in found], axis=2)
        for target, found in masks.items()
    }
    return _scores(case, volume, truth, numbers, answered, seconds)


def score_beside(
    case: LabelledCase, preset: Preset, networks: Networks, plan: Plan
) -> list[CaseScore]:
    """Score our networks on the slices of a case that SAM is scored on.

    The seconds are those of the whole scan, in proportion to the slices.
    """
    volume, truth = case.read()
    numbers = chosen_slices(truth, plan.slices, case.name)
    began = perf_counter()
    found = segment(volume, preset, networks=networks)
    seconds = (perf_counter() - began) * len(numbers) / volume.shape[2]
    part = found.labels[..., list(numbers)]
    called = {target: TARGETS[target](part) for target in targets_of(case)}
    return _scores(case, volume, truth, numbers, called, seconds)


def targets_of(case: LabelledCase) -> tuple[str, ...]:
    """Name the targets that the truth of a case marks."""
    return tuple(TARGETS) if case.tumors_labelled else ("organ",)


def chosen_slices(truth: NDArray[np.uint8], most: int, name: str) -> tuple[int, ...]:
    """Choose axial slices of true labels [X, Y, Z]: evenly spaced ones with tumor, else liver.

    Raises BadDataset where nothing is marked.
    """
    for mask in (tumor_mask(truth), organ_mask(truth)):
        there = np.flatnonzero(mask.any(axis=(0, 1)))
        if len(there):
            places = (np.arange(most) + 0.5) / most * len(there)
            return tuple(sorted({int(there[int(place)]) for place in places}))
    raise BadDataset(f"The truth of {name} marks no liver, so there is no slice to ask SAM about.")


def _asked(
    sam: Sam,
    seen: EncodedSlice,
    known: dict[str, NDArray[np.bool_]],
    plan: Plan,
    rng: np.random.Generator,
) -> dict[str, NDArray[np.bool_]]:
    """Let SAM find the mask of every target on a slice, [rows, columns]."""
    if plan.mode is Mode.AUTOMATIC:
        found = find_masks(sam, seen, plan.settings)
        return {
            target: mask_of(found, best_mask(found, mask), mask.shape)
            for target, mask in known.items()
        }
    return {target: _prompted(sam, seen, mask, plan, rng) for target, mask in known.items()}


def _prompted(
    sam: Sam, seen: EncodedSlice, mask: NDArray[np.bool_], plan: Plan, rng: np.random.Generator
) -> NDArray[np.bool_]:
    joined = np.zeros(mask.shape, bool)
    points = plan.points if plan.mode is Mode.POINTS else 0
    for part in objects_of(mask):
        prompt = draw_prompt(part, rng, inside=points, box=plan.mode is Mode.BOX)
        joined |= answer(sam, seen, prompt).mask(0)
    return joined


def _scores(
    case: LabelledCase,
    volume: Volume,
    truth: NDArray[np.uint8],
    numbers: Sequence[int],
    called: dict[str, NDArray[np.bool_]],
    seconds: float,
) -> list[CaseScore]:
    """Score masks [X, Y, N] of the slices `numbers`; a mask is certain of all it says."""
    part = truth[..., list(numbers)]
    return [
        CaseScore(
            case.name,
            case.dataset,
            patient_of(case),
            target,
            overlap_by_slice(TARGETS[target](part), mask),
            SurfaceScore(Comparable.SOME_SLICES),
            (),
            probability_histogram(mask * np.uint8(255), TARGETS[target](part)),
            volume.voxel_ml if case.spacing_known else None,
            seconds,
            tuple(numbers),
        )
        for target, mask in called.items()
    ]
