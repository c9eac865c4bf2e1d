"""What a threshold gives is what masks called at it would score."""

import math

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from core.errors import BadDataset
from core.evaluation.curves import (
    Averaging,
    called_only,
    chance_correlation,
    froc_at,
    lesion_froc,
    lesion_records,
    level_counts,
    own_threshold,
    threshold_curves,
    trust,
)
from core.evaluation.run import Run
from core.evaluation.score import CaseScore
from core.evaluation.tables import case_table, lesion_table, slice_table, threshold_table
from core.metrics.calibration import probability_histogram
from core.metrics.lesions import compare_lesions
from core.metrics.overlap import Overlap, overlap, overlap_by_slice, pooled
from core.metrics.surface import Comparable, SurfaceScore

Probability = NDArray[np.uint8]
Mask = NDArray[np.bool_]


def scored(name: str, probability: Probability, truth: Mask) -> CaseScore:
    called = probability >= 128
    lesions = compare_lesions(truth, called, (1.0, 1.0, 1.0), probability)
    return CaseScore(
        name, "d", name, "tumor", overlap_by_slice(truth, called),
        SurfaceScore(Comparable.NO_SPACING), lesions,
        probability_histogram(probability, truth), None, 1.0,
    )  # fmt: skip


def run_of(*scores: CaseScore) -> Run:
    thresholds = {"tumor": 128 / 255}
    return Run(
        "drawn", {"thresholds": thresholds}, case_table(scores, thresholds), slice_table(scores),
        lesion_table(scores), threshold_table(scores),
    )  # fmt: skip


@pytest.fixture(scope="module")
def cases() -> list[tuple[Probability, Mask]]:
    """Three cases of noise; the last one has no truth."""
    rng = np.random.default_rng(3)
    drawn = [(rng.integers(0, 256, (9, 8, 4), np.uint8), rng.random((9, 8, 4)) < 0.3)] * 2
    faint = np.minimum(drawn[0][0], 200)
    return [*drawn[:1], (drawn[1][0][::-1].copy(), drawn[1][1]), (faint, np.zeros_like(faint) > 0)]


@pytest.fixture(scope="module")
def run(cases: list[tuple[Probability, Mask]]) -> Run:
    return run_of(*(scored(f"case-{n}", *case) for n, case in enumerate(cases)))


@pytest.mark.parametrize("threshold", [0.1, 0.5, 0.77, 0.9, 1.0])
@pytest.mark.parametrize("averaging", ["cases", "global"])
def test_sweep_gives_the_scores_of_masks_called_anew(
    run: Run, cases: list[tuple[Probability, Mask]], threshold: float, averaging: Averaging
) -> None:
    masks = [overlap(truth, probability / 255 >= threshold) for probability, truth in cases]
    found = threshold_curves(level_counts(run, "tumor"), averaging).at(threshold)
    for score in ("dice", "precision", "recall"):
        each: list[float] = [getattr(mask, score) for mask in masks]
        whole: Overlap = pooled(masks)
        wanted = np.nanmean(each) if averaging == "cases" else getattr(whole, score)
        assert found[score] == pytest.approx(wanted)


def test_case_without_truth_counts_only_while_something_is_called_in_it(run: Run) -> None:
    curves = threshold_curves(level_counts(run, "tumor"), "cases")
    assert curves.scored[200] == 3, "its highest probability is 200"
    assert curves.scored[201] == 2


def test_target_that_was_not_scored_has_no_figures(run: Run) -> None:
    curves = threshold_curves(level_counts(run, "organ"), "cases")
    assert math.isnan(curves.at(0.5)["dice"])
    assert curves.scored.max() == 0


def test_level_beyond_255_is_refused(run: Run) -> None:
    strange = run.thresholds.assign(level=300)
    broken = Run("broken", run.facts, run.cases, run.slices, run.lesions, strange)
    with pytest.raises(BadDataset, match="level 300"):
        level_counts(broken, "tumor")


@pytest.mark.parametrize("threshold", [None, "half", 7])
def test_run_without_a_proper_threshold_is_refused(run: Run, threshold: object) -> None:
    strange = Run(
        "broken", {"thresholds": {"tumor": threshold}}, run.cases, run.slices, run.lesions,
        run.thresholds,
    )  # fmt: skip
    with pytest.raises(BadDataset, match="broken names"):
        own_threshold(strange, "tumor")
    assert own_threshold(run, "tumor") == 128 / 255


def test_only_voxels_above_probability_0_are_kept(run: Run) -> None:
    everything = level_counts(run, "tumor").pooled
    kept = called_only(everything)
    at_zero = everything.positives[0] + everything.negatives[0]
    assert kept.voxels == everything.voxels - at_zero < everything.voxels


def two_lesions() -> Run:
    """One true lesion found at 0.6, one missed, and one invented at 0.9."""
    truth, probability = np.zeros((12, 4, 4), bool), np.zeros((12, 4, 4), np.uint8)
    truth[0:2, 0, 0] = truth[5:7, 0, 0] = True
    probability[0:2, 0, 0], probability[10, 0, 0] = 153, 230
    return run_of(scored("case", probability, truth))


def test_lesions_appear_as_the_threshold_falls_to_their_peak() -> None:
    curve = lesion_froc(two_lesions(), "matched")
    assert curve is not None
    assert froc_at(curve, 0.95) == (0.0, 0.0)
    assert froc_at(curve, 0.7) == (0.0, 1.0)
    assert froc_at(curve, 0.6) == (0.5, 1.0)


def test_no_curve_where_nothing_was_called() -> None:
    truth = np.ones((4, 4, 4), bool)
    assert (
        lesion_froc(run_of(scored("blind", np.zeros((4, 4, 4), np.uint8), truth)), "touched")
        is None
    )


def test_lesions_without_their_figures_are_refused() -> None:
    run = two_lesions()
    poor = run.lesions.drop(columns="matched_score")
    broken = Run("poor", run.facts, run.cases, run.slices, poor, run.thresholds)
    with pytest.raises(BadDataset, match="have no matched_score"):
        lesion_records(broken)


def test_trust_takes_the_dice_from_the_counts(run: Run) -> None:
    pd.testing.assert_series_equal(trust(run, "tumor")["dice"], run.cases["dice"])


def test_correlation_of_chance_is_that_of_the_tables() -> None:
    assert chance_correlation(10) == pytest.approx(0.632, abs=5e-4)
    assert chance_correlation(32) == pytest.approx(0.349, abs=5e-4)
    assert math.isnan(chance_correlation(3))
