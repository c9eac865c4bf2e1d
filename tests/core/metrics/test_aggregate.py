"""From many overlaps to one row of a table."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from core.metrics.aggregate import mean_of_defined, summarize, with_truth
from core.metrics.overlap import Overlap

PERFECT = Overlap(true_positive=10)
MISSED = Overlap(false_negative=30)
INVENTED = Overlap(false_positive=5)
NOTHING = Overlap()

counts = st.integers(0, 50)
overlaps = st.lists(st.builds(Overlap, counts, counts, counts), max_size=20)


def test_case_without_anything_is_left_out_and_counted() -> None:
    summary = summarize([PERFECT, NOTHING, MISSED, NOTHING])
    assert (summary.dice.mean, summary.dice.scored, summary.dice.left_out) == (0.5, 2, 2)


def test_invented_tumor_pulls_the_mean_down() -> None:
    assert summarize([PERFECT, INVENTED]).dice.mean == 0.5


def test_global_score_weighs_voxels_where_the_mean_weighs_cases() -> None:
    summary = summarize([PERFECT, MISSED])
    assert summary.dice.mean == 0.5
    assert summary.pooled.dice == pytest.approx(20 / 50)


def test_global_dice_is_scikit_learns_over_all_voxels() -> None:
    truth = [1] * 10 + [1] * 30 + [0] * 5
    prediction = [1] * 10 + [0] * 30 + [1] * 5
    summary = summarize([PERFECT, MISSED, INVENTED, NOTHING])
    assert summary.pooled.dice == pytest.approx(f1_score(truth, prediction))


@given(overlaps)
def test_mean_iou_lies_between_the_iou_of_the_mean_dice_and_the_mean_dice(
    several: list[Overlap],
) -> None:
    summary = summarize(several)
    if summary.dice.scored:
        dice, iou = summary.dice.mean, summary.iou.mean
        assert dice / (2 - dice) - 1e-9 <= iou <= dice + 1e-9


@given(overlaps)
def test_all_four_scores_are_averaged_over_the_same_cases(several: list[Overlap]) -> None:
    summary = summarize(several)
    means = (summary.dice, summary.iou, summary.precision, summary.recall)
    assert len({(mean.scored, mean.left_out) for mean in means}) == 1
    assert summary.dice.scored + summary.dice.left_out == len(several)


@given(st.lists(st.floats(0, 1) | st.just(math.nan), min_size=1))
def test_mean_spread_and_median_are_numpys(values: list[float]) -> None:
    found = mean_of_defined(values)
    if found.scored:
        expected = [np.nanmean(values), np.nanstd(values), np.nanmedian(values)]
        assert [found.mean, found.sd, found.median] == pytest.approx(expected, abs=1e-9)


def test_nothing_defined_has_no_mean_and_is_null_in_json() -> None:
    summary = summarize([NOTHING])
    assert math.isnan(summary.dice.mean)
    written = summary.to_dict()
    assert written["mean_dice"] is None
    assert written["global_dice"] is None
    assert (written["scored"], written["left_out_both_empty"]) == (0, 1)


def test_accuracy_is_averaged_over_empty_slices_too_and_looks_better_for_it() -> None:
    missed, nothing = Overlap(false_negative=30, voxels=100), Overlap(voxels=100)
    summary = summarize([missed, nothing, nothing])
    assert (summary.dice.mean, summary.dice.scored) == (0, 1)
    assert (summary.accuracy.mean, summary.accuracy.scored) == (pytest.approx(0.9), 3)
    assert summary.to_dict()["global_accuracy"] == pytest.approx(0.9)


def test_volume_difference_is_averaged_over_cases_with_truth() -> None:
    summary = summarize([PERFECT, MISSED, INVENTED, NOTHING])
    found = summary.relative_volume_difference
    assert (found.mean, found.scored, found.left_out) == (-0.5, 2, 2)


def test_only_cases_with_tumor_remain_when_asked_for() -> None:
    assert with_truth([PERFECT, INVENTED, NOTHING, MISSED]) == (PERFECT, MISSED)
