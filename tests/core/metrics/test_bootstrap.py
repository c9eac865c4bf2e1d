"""Intervals by case, against SciPy's bootstrap with the same draws."""

import math
from dataclasses import astuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.metrics.bootstrap import detection_interval, mean_interval, pooled_interval
from core.metrics.detection import Detection
from core.metrics.overlap import Overlap

scores = st.lists(st.floats(0, 1), min_size=2, max_size=12)
counts = st.integers(0, 50)
detections = st.lists(
    st.integers(1, 9).flatmap(
        lambda truth: st.builds(
            lambda found, true, false: Detection(truth, found, true + false, true),
            st.integers(0, truth), st.integers(0, 4), st.integers(0, 4),
        )
    ),
    min_size=2, max_size=9,
)  # fmt: skip
overlaps = st.lists(st.builds(Overlap, st.integers(1, 50), counts, counts), min_size=2, max_size=9)


def scipys(data: Any, statistic: Any, seed: int) -> tuple[float, float]:
    found = stats.bootstrap(
        data, statistic, n_resamples=300, paired=len(data) > 1, vectorized=False,
        method="percentile", rng=np.random.default_rng(seed),
    )  # fmt: skip
    return found.confidence_interval


def pooled_dice(tp: Any, fp: Any, fn: Any) -> float:
    return float(2 * tp.sum() / (2 * tp.sum() + fp.sum() + fn.sum()))


@settings(max_examples=30)
@given(scores, st.integers(0, 99))
def test_interval_of_a_mean_is_scipys(values: list[float], seed: int) -> None:
    found = mean_interval(values, resamples=300, seed=seed)
    expected = scipys((values,), np.mean, seed)
    assert (found.low, found.high) == pytest.approx(expected, abs=1e-6)
    assert found.value == pytest.approx(np.mean(values), abs=1e-6)


@settings(max_examples=30)
@given(overlaps, st.integers(0, 99))
def test_interval_of_the_global_dice_is_scipys(cases: list[Overlap], seed: int) -> None:
    names = ("true_positive", "false_positive", "false_negative")
    table = tuple(np.array([getattr(case, name) for case in cases]) for name in names)
    found = pooled_interval(cases, resamples=300, seed=seed)
    assert (found.low, found.high) == pytest.approx(scipys(table, pooled_dice, seed), abs=1e-6)
    assert found.value == pytest.approx(pooled_dice(*table), abs=1e-6)


def lesion_f1(truth: Any, found: Any, predicted: Any, true: Any) -> float:
    recall = found.sum() / truth.sum()
    precision = true.sum() / predicted.sum() if predicted.sum() else 0
    return float(stats.hmean([recall, precision])) if recall and precision else 0.0


@settings(max_examples=30)
@given(detections, st.integers(0, 99))
def test_interval_of_a_lesion_score_is_scipys(cases: list[Detection], seed: int) -> None:
    table = tuple(np.array([astuple(case) for case in cases]).T)
    found = detection_interval(cases, resamples=300, seed=seed)
    assert (found.low, found.high) == pytest.approx(scipys(table, lesion_f1, seed), abs=1e-6)
    assert found.value == pytest.approx(lesion_f1(*table), abs=1e-6)


def test_cases_without_lesions_are_drawn_and_change_nothing() -> None:
    found = detection_interval([Detection(2, 2, 2, 2), Detection()])
    assert (found.value, found.low, found.high, found.cases) == (1, 1, 1, 2)
    assert math.isnan(detection_interval([Detection(), Detection()]).high)
    assert math.isnan(detection_interval([Detection(1, 1, 1, 1)]).low), "one case"


def test_same_input_gives_the_same_interval() -> None:
    values = np.linspace(0.3, 0.9, 20).tolist()
    assert mean_interval(values) == mean_interval(values)
    assert mean_interval(values, seed=1) != mean_interval(values, seed=2)


def test_interval_covers_the_true_mean_about_as_often_as_it_says() -> None:
    draws = np.random.default_rng(5).beta(8, 2, (200, 40))
    found = [mean_interval(sample.tolist(), resamples=400) for sample in draws]
    covered = np.mean([interval.low <= 0.8 <= interval.high for interval in found])
    assert 0.88 <= covered <= 0.98


def test_slices_of_one_patient_are_drawn_together() -> None:
    values, patients = [0.9] * 50 + [0.1] * 50, ["a"] * 50 + ["b"] * 50
    by_slice, by_patient = mean_interval(values), mean_interval(values, patients)
    assert (by_patient.value, by_slice.value) == pytest.approx((0.5, 0.5))
    assert (by_patient.low, by_patient.high) == pytest.approx((0.1, 0.9))
    assert by_slice.high - by_slice.low < 0.2
    assert (by_patient.cases, by_slice.cases) == (2, 100)


def test_patient_with_more_slices_weighs_more() -> None:
    found = mean_interval([1.0, 0.0, 0.0, 0.0], ["a", "b", "b", "b"])
    assert found.value == 0.25


def test_undefined_scores_are_left_out_and_counted() -> None:
    found = mean_interval([0.5, math.nan, 0.5, math.nan])
    assert (found.value, found.low, found.high) == (0.5, 0.5, 0.5)
    assert (found.cases, found.left_out) == (2, 2)


@pytest.mark.parametrize(
    ("values", "mean"),
    [([], math.nan), ([math.nan], math.nan), ([0.7], 0.7), ([math.nan, 0.7], 0.7)],
)
def test_fewer_than_two_cases_say_nothing_of_others(values: list[float], mean: float) -> None:
    found = mean_interval(values)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert found.value == pytest.approx(mean, nan_ok=True)


def test_draws_of_empty_cases_alone_are_passed_over() -> None:
    found = pooled_interval([Overlap(10, 0, 0), Overlap(), Overlap()])
    assert (found.value, found.low, found.high) == (1, 1, 1)
    assert math.isnan(pooled_interval([Overlap(), Overlap()]).high)
    assert math.isnan(pooled_interval([]).value)


def test_other_global_scores_have_intervals_too() -> None:
    found = pooled_interval([Overlap(1, 0, 0, 100), Overlap(0, 10, 0, 100)], "specificity")
    assert (found.low, found.high) == pytest.approx((0.9, 1))
    assert math.isnan(pooled_interval([Overlap(1, 0, 0)] * 2, "specificity").low)


def test_values_without_a_case_are_refused() -> None:
    with pytest.raises(ValueError, match="one case for each of 2 values, got 1"):
        mean_interval([0.1, 0.2], ["a"])
