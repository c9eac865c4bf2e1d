"""Compare what the cascade finds with the truth, case by case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.cascade.networks import Networks
from core.cascade.segmentation import Segmentation, segment
from core.errors import BadDataset, HepatoScopeError
from core.io.datasets import LabelledCase
from core.io.patients import patient_of
from core.labels import organ_mask, tumor_mask
from core.metrics.calibration import ProbabilityHistogram, probability_histogram
from core.metrics.lesions import LesionRecord, compare_lesions
from core.metrics.overlap import Overlap, overlap_by_slice, pooled
from core.metrics.surface import SurfaceScore, surface_score
from core.presets import Preset
from core.volume import Volume

TARGETS = {"organ": organ_mask, "tumor": tumor_mask}


@dataclass(frozen=True, eq=False)
class CaseScore:
    """How one case was met for one target (``organ`` or ``tumor``).

    Parameters
    ----------
    slices : overlap of every axial slice.
    surface : distances of the surfaces in mm.
    lesions : every true and predicted lesion; none for the organ.
    histogram : voxels by probability and truth. Of the organ before post-processing, of tumors
        inside the liver region: the threshold gives the labels then.
    voxel_ml : volume of a voxel, None where the spacing is not known.
    seconds : time of the segmentation, the same for both targets.
    numbers : of the slices that were scored, from 0 at the feet; None is all of them.
    agreement : of the networks that voted about the target, 0..1; None where none or one did.
    """

    case: str
    dataset: str
    patient: str
    target: str
    slices: tuple[Overlap, ...]
    surface: SurfaceScore
    lesions: tuple[LesionRecord, ...]
    histogram: ProbabilityHistogram
    voxel_ml: float | None
    seconds: float
    numbers: tuple[int, ...] | None = None
    agreement: float | None = None

    @property
    def whole(self) -> Overlap:
        """The overlap of the whole case."""
        return pooled(self.slices)


@dataclass(frozen=True)
class Failure:
    """A case that could not be scored, and why."""

    case: str
    reason: str


def evaluate(
    cases: Sequence[LabelledCase],
    preset: Preset,
    networks: Networks,
    report: Callable[[str], None] = lambda _: None,
) -> tuple[list[CaseScore], list[Failure]]:
    """Score `cases` one after the other; a bad one stops nobody else.

    Raises BadDataset where not one of them could be scored.
    """
    return evaluate_with(cases, lambda case: score_case(case, preset, networks), report)


def evaluate_with(
    cases: Sequence[LabelledCase],
    score: Callable[[LabelledCase], list[CaseScore]],
    report: Callable[[str], None] = lambda _: None,
) -> tuple[list[CaseScore], list[Failure]]:
    """Do as `evaluate` does, whatever it is that `score` scores."""
    scores: list[CaseScore] = []
    failures: list[Failure] = []
    for number, case in enumerate(cases, 1):
        try:
            scored = score(case)
        except HepatoScopeError as error:
            failures.append(Failure(case.name, str(error)))
            report(f"error: {case.name}: {error}")
            continue
        figures = ", ".join(f"{one.target} Dice {one.whole.dice:.3f}" for one in scored)
        report(f"{case.name} ({number} of {len(cases)}): {figures}")
        scores += scored
    if not scores:
        raise BadDataset(
            f"None of the {len(cases)} case(s) could be scored; the first: {failures[0].reason}"
        )
    return scores, failures


def score_case(case: LabelledCase, preset: Preset, networks: Networks) -> list[CaseScore]:
    """Segment one case and score organ and, where the truth marks them, tumors."""
    volume, truth = case.read()
    began = perf_counter()
    found = segment(volume, preset, networks=networks)
    seconds = perf_counter() - began
    targets = tuple(TARGETS) if case.tumors_labelled else ("organ",)
    return [score_target(target, case, volume, truth, found, seconds) for target in targets]


def score_target(
    target: str,
    case: LabelledCase,
    volume: Volume,
    truth: NDArray[np.uint8],
    found: Segmentation,
    seconds: float,
) -> CaseScore:
    """Score one target of a segmentation against true labels, both [X, Y, Z]."""
    true, called = TARGETS[target](truth), TARGETS[target](found.labels)
    probability = probability_of(target, found)
    spacing = volume.spacing if case.spacing_known else None
    lesions = compare_lesions(true, called, spacing, probability) if target == "tumor" else ()
    return CaseScore(
        case.name,
        case.dataset,
        patient_of(case),
        target,
        overlap_by_slice(true, called),
        surface_score(true, called, spacing),
        lesions,
        probability_histogram(probability, true),
        volume.voxel_ml if case.spacing_known else None,
        seconds,
        agreement=found.agreement if target == "tumor" else None,
    )


def probability_of(target: str, found: Segmentation) -> NDArray[np.uint8]:
    """Probability map [X, Y, Z] that the labels of `target` were called from, 255 = certain."""
    if target == "organ":
        return found.liver_probability
    return np.where(organ_mask(found.labels), found.tumor_probability, np.uint8(0))
