"""Dice, IoU, precision, recall, specificity, accuracy and volume of masks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from sklearn.metrics import (
    accuracy_score,
    f1_score,
    jaccard_score,
    precision_score,
    recall_score,
)

from core.errors import BadDataset
from core.labels import organ_mask, tumor_mask
from core.metrics.overlap import Overlap, overlap, overlap_by_slice, pooled

Mask = NDArray[np.bool_]
SCORES = ("dice", "iou", "precision", "recall")
mask_pairs = array_shapes(min_dims=3, max_dims=3, max_side=5).flatmap(
    lambda shape: st.tuples(arrays(np.bool_, shape), arrays(np.bool_, shape))
)


def test_masks_drawn_by_hand_have_the_scores_worked_out_by_hand() -> None:
    truth = np.array([[1, 1, 1, 1], [1, 1, 0, 0]], np.bool_)
    prediction = np.array([[0, 0, 1, 1], [1, 1, 1, 1]], np.bool_)
    found = overlap(truth, prediction)
    assert found == Overlap(true_positive=4, false_positive=2, false_negative=2)
    assert (found.truth_voxels, found.predicted_voxels) == (6, 6)
    assert found.dice == pytest.approx(8 / 12)
    assert found.iou == pytest.approx(4 / 8)
    assert found.precision == found.recall == pytest.approx(4 / 6)


def test_prediction_twice_too_large_has_full_recall_and_half_precision() -> None:
    truth = np.zeros((4, 4, 4), np.bool_)
    truth[:, :, 0] = True
    prediction = truth.copy()
    prediction[:, :, 1] = True
    found = overlap(truth, prediction)
    assert (found.precision, found.recall) == (0.5, 1)
    assert found.dice == pytest.approx(2 / 3)


@given(mask_pairs)
def test_scores_equal_those_of_scikit_learn(pair: tuple[Mask, Mask]) -> None:
    truth, prediction = pair
    found = overlap(truth, prediction)
    flat = truth.ravel(), prediction.ravel()
    judges = (f1_score, jaccard_score, precision_score, recall_score)
    for score, judge in zip(SCORES, judges, strict=True):
        if found.defined:
            assert getattr(found, score) == pytest.approx(judge(*flat, zero_division=0), abs=1e-6)
        else:
            assert math.isnan(getattr(found, score))


@given(mask_pairs)
def test_specificity_and_accuracy_equal_those_of_scikit_learn(pair: tuple[Mask, Mask]) -> None:
    flat = pair[0].ravel(), pair[1].ravel()
    found = overlap(*pair)
    assert found.accuracy == pytest.approx(accuracy_score(*flat), abs=1e-6)
    specificity = recall_score(*flat, pos_label=False, zero_division=np.nan)
    assert found.specificity == pytest.approx(specificity, abs=1e-6, nan_ok=True)


def test_finding_nothing_of_a_small_tumor_is_almost_entirely_accurate() -> None:
    truth = np.zeros((10, 10, 10), np.bool_)
    truth[5, 5, 5] = True
    found = overlap(truth, np.zeros_like(truth))
    assert (found.dice, found.accuracy, found.specificity) == (0, 0.999, 1)


def test_two_empty_masks_agree_on_the_background() -> None:
    empty = np.zeros((3, 3, 3), np.bool_)
    assert (overlap(empty, empty).accuracy, overlap(empty, empty).specificity) == (1, 1)


def test_background_that_was_not_counted_is_not_guessed() -> None:
    counted = overlap(np.ones((2, 2), np.bool_), np.ones((2, 2), np.bool_))
    for unknown in (Overlap(3, 1, 1), Overlap(3, 1, 1) + counted):
        assert unknown.true_negative is None
        assert math.isnan(unknown.accuracy)
        assert math.isnan(unknown.specificity)


def test_prediction_half_as_large_has_half_the_volume_wherever_it_lies() -> None:
    found = Overlap(true_positive=0, false_positive=50, false_negative=100)
    assert found.relative_volume_difference == -0.5
    assert found.volume_difference_ml(0.002) == pytest.approx(-0.1)


def test_volume_cannot_be_set_in_relation_to_an_empty_truth() -> None:
    invented = Overlap(false_positive=50)
    assert math.isnan(invented.relative_volume_difference)
    assert invented.volume_difference_ml(0.002) == pytest.approx(0.1)


@given(mask_pairs)
def test_dice_and_iou_of_one_pair_tell_the_same(pair: tuple[Mask, Mask]) -> None:
    found = overlap(*pair)
    if found.defined:
        assert found.iou == pytest.approx(found.dice / (2 - found.dice))


def test_two_empty_masks_score_nothing_at_all() -> None:
    empty = np.zeros((3, 3, 3), np.bool_)
    found = overlap(empty, empty)
    assert not found.defined
    assert all(math.isnan(getattr(found, score)) for score in SCORES)


@pytest.mark.parametrize("empty_one", ["truth", "prediction"])
def test_one_empty_mask_scores_zero_in_everything(empty_one: str) -> None:
    masks = {"truth": np.ones((2, 2), np.bool_), "prediction": np.ones((2, 2), np.bool_)}
    masks[empty_one][:] = False
    found = overlap(**masks)
    assert found.defined
    assert [getattr(found, score) for score in SCORES] == [0, 0, 0, 0]


@given(mask_pairs, st.integers(-3, 2))
def test_slices_are_scored_as_if_alone_and_pool_to_the_whole(
    pair: tuple[Mask, Mask], axis: int
) -> None:
    truth, prediction = pair
    slices = overlap_by_slice(truth, prediction, axis)
    alone = zip(np.moveaxis(truth, axis, 0), np.moveaxis(prediction, axis, 0), strict=True)
    assert slices == tuple(overlap(*both) for both in alone)
    assert pooled(slices) == overlap(truth, prediction)
    assert pooled(slices).true_negative == overlap(truth, prediction).true_negative


def test_liver_counts_its_tumors_in() -> None:
    labels = np.array([0, 1, 2, 5], np.uint8)
    assert organ_mask(labels).tolist() == [False, True, True, False]
    assert tumor_mask(labels).tolist() == [False, False, True, False]


def test_masks_of_different_scans_are_refused_with_both_sizes() -> None:
    with pytest.raises(BadDataset, match=r"\(2, 3\).*\(3, 2\)"):
        overlap(np.ones((2, 3), np.bool_), np.ones((3, 2), np.bool_))


def test_label_map_is_not_taken_for_a_mask() -> None:
    labels = np.ones((2, 2), np.uint8)
    with pytest.raises(TypeError, match="uint8"):
        overlap_by_slice(labels == 1, labels)  # type: ignore[arg-type]
