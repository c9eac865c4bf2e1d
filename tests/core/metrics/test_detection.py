"""Lesion-wise precision and recall, by size and against the number of false alarms."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score, precision_score, recall_score

from core.metrics.detection import Detection, detection, detection_by_size, froc
from core.metrics.lesions import LesionRecord


def lesion(
    truth: bool, touched: bool, matched: bool, score: float = math.nan, diameter: float = 15.0
) -> LesionRecord:
    found = [score if flag else math.nan for flag in (touched, matched)]
    return LesionRecord(
        truth, 1, 10, 0.01, diameter, diameter, 0.0, 0.0, touched, matched, score, score, *found
    )


def test_one_prediction_that_touches_three_lesions_is_one_true_one() -> None:
    records = [lesion(True, True, False)] * 3 + [lesion(False, True, False)]
    touched, matched = detection(records, "touched"), detection(records, "matched")
    assert touched == Detection(truth=3, found=3, predicted=1, true=1)
    assert (touched.recall, touched.precision, touched.f1) == (1, 1, 1)
    assert (matched.recall, matched.precision, matched.f1) == (0, 0, 0)
    assert matched.false_positive == 1


@settings(max_examples=50)
@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_matched_lesions_score_as_scikit_learn_has_it(found: int, missed: int, false: int) -> None:
    counts = Detection(found + missed, found, found + false, found)
    truth, prediction = [1] * (found + missed) + [0] * false, [1] * found + [0] * missed
    prediction += [1] * false
    if not truth:
        assert all(map(math.isnan, (counts.recall, counts.precision, counts.f1)))
        return
    judges = (recall_score, precision_score, f1_score)
    expected = [judge(truth, prediction, zero_division=0) for judge in judges]
    assert [counts.recall, counts.precision, counts.f1] == pytest.approx(expected, abs=1e-6)


def test_counts_of_cases_add_up() -> None:
    first, second = [lesion(True, True, True)], [lesion(False, False, False)]
    both = detection(first, "matched") + detection(second, "matched")
    assert both == detection([*first, *second], "matched")


def test_small_lesions_that_are_missed_show_in_their_class_alone() -> None:
    small = [lesion(True, False, False, diameter=6.0)] * 3
    large = [lesion(True, True, True, diameter=30.0), lesion(False, True, True, diameter=9.0)]
    found = detection_by_size([*small, *large], "matched")
    assert found["below 10 mm"] == Detection(truth=3, found=0, predicted=1, true=1)
    assert math.isnan(found["10 to 20 mm"].recall)
    assert found["above 20 mm"].recall == 1


def test_lesions_of_unknown_size_are_in_no_class() -> None:
    found = detection_by_size([lesion(True, True, True, diameter=math.nan)], "touched")
    assert set(found.values()) == {Detection()}


def test_free_response_curve_drawn_by_hand() -> None:
    records = [
        *(lesion(True, score > 0, score > 0, score) for score in (0.9, 0.6)),
        lesion(True, False, False),
        *(lesion(False, True, True, score) for score in (0.9, 0.6)),
        *(lesion(False, False, False, score) for score in (0.7, 0.6)),
    ]
    curve = froc(records, cases=4, criterion="matched")
    assert curve.threshold.tolist() == [0.9, 0.7, 0.6]
    assert curve.sensitivity == pytest.approx([1 / 3, 1 / 3, 2 / 3])
    assert curve.false_positives == pytest.approx([0, 1 / 4, 2 / 4])


scores = st.lists(st.integers(0, 255).map(lambda level: level / 255), max_size=8)


@settings(max_examples=50)
@given(scores, scores, st.integers(0, 3))
def test_each_point_of_the_curve_is_the_count_at_its_threshold(
    true: list[float], false: list[float], missed: int
) -> None:
    records = [lesion(kind, True, True, score) for score in true for kind in (True, False)]
    records += [lesion(True, False, False)] * missed
    records += [lesion(False, False, False, score) for score in false]
    curve = froc(records, cases=2, criterion="touched")
    for index, threshold in enumerate(curve.threshold):
        found = sum(score >= threshold for score in true)
        share = found / (len(true) + missed) if true or missed else math.nan
        assert curve.sensitivity[index] == pytest.approx(share, abs=1e-6, nan_ok=True)
        invented = sum(score >= threshold for score in false)
        assert curve.false_positives[index] == pytest.approx(invented / 2, abs=1e-6)


def test_curve_ends_where_all_predictions_are_counted() -> None:
    records = [lesion(True, True, True, 0.5), lesion(False, True, True, 0.5)]
    counts = detection(records, "matched")
    assert froc(records, 1, "matched").sensitivity[-1] == counts.recall


def test_curve_needs_probabilities_and_cases() -> None:
    with pytest.raises(ValueError, match="without a probability"):
        froc([lesion(False, False, False)], 1, "matched")
    with pytest.raises(ValueError, match="0 cases"):
        froc([], 0, "matched")


def test_cases_without_predictions_have_an_empty_curve() -> None:
    curve = froc([lesion(True, False, False)], 1, "matched")
    assert len(curve.threshold) == len(curve.sensitivity) == len(curve.false_positives) == 0
