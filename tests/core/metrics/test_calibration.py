"""Thresholds and reliability from counts alone, against scikit-learn on the voxels."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from core.cascade.postprocessing import above
from core.errors import BadDataset
from core.metrics import calibration
from core.metrics.calibration import (
    brier_score,
    empty_histogram,
    overlap_at,
    probability_histogram,
    reliability,
    sweep,
)
from core.metrics.overlap import overlap

Map = NDArray[np.uint8]
Mask = NDArray[np.bool_]
maps = array_shapes(min_dims=3, max_dims=3, max_side=5).flatmap(
    lambda shape: st.tuples(arrays(np.uint8, shape), arrays(np.bool_, shape))
)
thresholds = st.floats(0, 1) | st.integers(0, 255).map(lambda k: k / 255) | st.just(0.5)
# Every probability there is, twice: where a call or a bin would slip, it does so here.
EVERY = np.repeat(np.arange(256, dtype=np.uint8), 2), np.arange(512) % 3 == 0


@settings(max_examples=50)
@given(maps, thresholds)
def test_any_threshold_gives_the_overlap_of_the_mask_called_there(
    pair: tuple[Map, Mask], threshold: float
) -> None:
    probability, truth = pair
    found = overlap_at(probability_histogram(probability, truth), threshold)
    expected = overlap(truth, above(probability, threshold))
    assert (found, found.voxels) == (expected, expected.voxels)


@pytest.mark.parametrize("threshold", [0, 0.001, 0.2, 0.3, 0.5, 0.7, 0.999, 1])
def test_no_probability_is_called_on_the_wrong_side(threshold: float) -> None:
    probability, truth = EVERY
    found = overlap_at(probability_histogram(probability, truth), threshold)
    assert found == overlap(truth, above(probability, threshold))


def test_sweep_trades_recall_for_precision() -> None:
    probability = np.array([10, 120, 130, 250], np.uint8)
    truth = np.array([False, True, False, True])
    low, high = sweep(probability_histogram(probability, truth), (0.4, 0.9))
    assert (low.recall, low.precision) == (1, pytest.approx(2 / 3))
    assert (high.recall, high.precision) == (0.5, 1)


@settings(max_examples=50)
@given(maps, st.integers(1, 20))
@example(EVERY, 5)
@example(EVERY, 10)
def test_reliability_curve_is_that_of_scikit_learn(pair: tuple[Map, Mask], bins: int) -> None:
    probability, truth = pair
    found = reliability(probability_histogram(probability, truth), bins)
    observed, predicted = calibration_curve(
        truth.ravel(), probability.ravel() / 255, n_bins=bins, pos_label=True
    )
    filled = found.voxels > 0
    assert found.observed[filled] == pytest.approx(observed, abs=1e-6)
    assert found.predicted[filled] == pytest.approx(predicted, abs=1e-6)
    assert np.isnan(found.observed[~filled]).all()
    assert found.voxels.sum() == truth.size


@settings(max_examples=50)
@given(maps)
def test_calibration_error_is_that_of_the_voxels(pair: tuple[Map, Mask]) -> None:
    probability, truth = pair[0].ravel() / 255, pair[1].ravel()
    # A bin is closed at its top, as in Guo et al. 2017.
    place = np.maximum(np.ceil(np.round(probability * 10, 9)), 1)
    groups = [place == number for number in range(1, 11)]
    gaps = [abs(probability[g].sum() - truth[g].sum()) for g in groups]
    found = reliability(probability_histogram(*pair), 10).expected_calibration_error
    assert found == pytest.approx(sum(gaps) / truth.size, abs=1e-6)


@settings(max_examples=50)
@given(maps)
def test_brier_score_is_that_of_scikit_learn(pair: tuple[Map, Mask]) -> None:
    expected = brier_score_loss(pair[1].ravel(), pair[0].ravel() / 255, pos_label=True)
    assert brier_score(probability_histogram(*pair)) == pytest.approx(expected, abs=1e-6)


@settings(max_examples=50)
@given(maps, st.integers(0, 5))
def test_counts_of_slices_add_up_to_those_of_the_volume(pair: tuple[Map, Mask], at: int) -> None:
    halves = [probability_histogram(*(a[part] for a in pair)) for part in (np.s_[:at], np.s_[at:])]
    whole, added = probability_histogram(*pair), empty_histogram() + halves[0] + halves[1]
    assert np.array_equal(added.positives, whole.positives)
    assert np.array_equal(added.negatives, whole.negatives)


def test_large_maps_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    probability = np.arange(256, dtype=np.uint8)
    truth = probability > 100
    monkeypatch.setattr(calibration, "CHUNK", 7)
    found = probability_histogram(probability, truth)
    assert np.array_equal(found.positives, truth)
    assert np.array_equal(found.negatives, ~truth)


def test_only_voxels_within_the_liver_count_when_asked() -> None:
    probability, truth = np.array([0, 0, 200], np.uint8), np.array([False, False, True])
    found = probability_histogram(probability, truth, within=np.array([False, True, True]))
    assert (found.voxels, int(found.negatives[0])) == (2, 1)


def test_network_that_is_right_as_often_as_it_says_is_calibrated() -> None:
    probability = np.repeat(np.array([51, 204], np.uint8), 10)
    truth = np.array([True] * 2 + [False] * 8 + [True] * 8 + [False] * 2)
    histogram = probability_histogram(probability, truth)
    assert reliability(histogram).expected_calibration_error == pytest.approx(0)
    doubted = probability_histogram(probability, ~truth)
    assert reliability(doubted).expected_calibration_error == pytest.approx(0.6)


def test_nothing_counted_has_neither_error_nor_score() -> None:
    assert math.isnan(reliability(empty_histogram()).expected_calibration_error)
    assert math.isnan(brier_score(empty_histogram()))
    assert not overlap_at(empty_histogram(), 0.5).defined


def test_probabilities_of_another_scan_are_refused() -> None:
    with pytest.raises(BadDataset, match=r"\(2, 3\).*\(3, 2\)"):
        probability_histogram(np.ones((2, 3), np.uint8), np.ones((3, 2), np.bool_))


def test_probabilities_must_be_eight_bits_and_masks_boolean() -> None:
    with pytest.raises(TypeError, match="float64"):
        probability_histogram(np.ones(2), np.ones(2, np.bool_))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="uint8"):
        probability_histogram(np.ones(2, np.uint8), np.ones(2, np.uint8))  # type: ignore[arg-type]
