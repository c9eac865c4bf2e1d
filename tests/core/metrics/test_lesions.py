"""Lesions found and invented, one by one, against SciPy's components and matching."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from scipy import ndimage
from scipy.optimize import linear_sum_assignment

from core.errors import BadDataset
from core.metrics.lesions import LesionRecord, compare_lesions

Mask = NDArray[np.bool_]

MM = (1.0, 1.0, 1.0)
EMPTY = np.zeros((30, 12, 12), np.bool_)
mask_pairs = array_shapes(min_dims=3, max_dims=3, min_side=2, max_side=8).flatmap(
    lambda shape: st.tuples(sparse(shape), sparse(shape))
)


def sparse(shape: tuple[int, ...]) -> st.SearchStrategy[Mask]:
    """Masks that fall into several pieces."""
    return arrays(np.uint8, shape, elements=st.integers(0, 7)).map(lambda drawn: drawn == 0)


def blocks(*ranges: tuple[int, int]) -> Mask:
    """Blocks that reach from one place to another along X and have a section of 4 x 4."""
    mask = EMPTY.copy()
    for start, stop in ranges:
        mask[start:stop, 4:8, 4:8] = True
    return mask


def split(records: tuple[LesionRecord, ...]) -> tuple[list[LesionRecord], list[LesionRecord]]:
    return [r for r in records if r.truth], [r for r in records if not r.truth]


def pieces(mask: Mask) -> Iterator[Mask]:
    numbered, count = ndimage.label(mask, ndimage.generate_binary_structure(3, 3))
    for number in range(1, count + 1):
        yield numbered == number


def iou_by_scipy(pair: tuple[Mask, Mask]) -> NDArray[np.float64]:
    truth, prediction = (list(pieces(mask)) for mask in pair)
    table = np.zeros((len(truth), len(prediction)))
    for index in np.ndindex(table.shape):
        both = truth[index[0]], prediction[index[1]]
        table[index] = (both[0] & both[1]).sum() / (both[0] | both[1]).sum()
    return table


@settings(max_examples=50)
@given(mask_pairs)
def test_lesions_are_scipys_components(pair: tuple[Mask, Mask]) -> None:
    for mask, found in zip(pair, split(compare_lesions(*pair, MM)), strict=True):
        sizes = [lesion.voxels for lesion in found]
        assert sizes == sorted((piece.sum() for piece in pieces(mask)), reverse=True)
        assert [lesion.number for lesion in found] == list(range(1, len(found) + 1))


@settings(max_examples=50)
@given(mask_pairs)
def test_best_overlaps_are_scipys(pair: tuple[Mask, Mask]) -> None:
    table = iou_by_scipy(pair)
    for axis, found in zip((1, 0), split(compare_lesions(*pair, MM)), strict=True):
        best = table.max(axis=axis, initial=0)
        assert sorted(r.best_iou for r in found) == pytest.approx(sorted(best), abs=1e-6)
        dice = sorted(2 * best / (1 + best))
        assert sorted(r.best_dice for r in found) == pytest.approx(dice, abs=1e-6)
        assert sum(r.touched for r in found) == np.count_nonzero(best)


@settings(max_examples=50)
@given(mask_pairs)
def test_as_many_lesions_are_matched_as_can_be(pair: tuple[Mask, Mask]) -> None:
    good = iou_by_scipy(pair) >= 0.5
    most = good[linear_sum_assignment(good, maximize=True)].sum()
    for found in split(compare_lesions(*pair, MM)):
        assert sum(lesion.matched for lesion in found) == most


def test_lesion_found_in_two_halves_is_touched_but_not_matched() -> None:
    truth, halves = split(compare_lesions(blocks((0, 11)), blocks((0, 5), (6, 11)), MM))
    assert [(r.touched, r.matched) for r in truth] == [(True, False)]
    assert [(r.touched, r.matched) for r in halves] == [(True, False)] * 2
    assert truth[0].best_iou == pytest.approx(5 / 11)


def test_two_lesions_found_as_one_are_both_touched_and_the_better_one_matched() -> None:
    truth, merged = split(compare_lesions(blocks((0, 8), (9, 12)), blocks((0, 12)), MM))
    assert [(r.touched, r.matched) for r in truth] == [(True, True), (True, False)]
    assert [(r.touched, r.matched) for r in merged] == [(True, True)]


def test_lesion_found_by_exactly_half_is_matched() -> None:
    exactly, below = (compare_lesions(blocks((0, 20)), blocks((0, n)), MM) for n in (10, 9))
    assert [(r.best_iou, r.matched) for r in exactly] == [(0.5, True)] * 2
    assert [r.matched for r in below] == [False] * 2


def test_sizes_of_a_block_are_those_of_a_ruler() -> None:
    (lesion,) = compare_lesions(blocks((0, 10)), EMPTY, (0.5, 2.0, 3.0))
    assert lesion.voxels == 160
    assert lesion.volume_ml == pytest.approx(160 * 3 / 1000)
    assert math.pi / 6 * lesion.diameter_mm**3 == pytest.approx(480)
    # From the middle of one voxel face to that of another, nine columns and four rows apart.
    assert lesion.longest_mm == pytest.approx(math.hypot(9 * 0.5, 4 * 2))


def test_size_classes_meet_at_10_and_20_mm() -> None:
    voxel, nothing = np.ones((1, 1, 1), np.bool_), np.zeros((1, 1, 1), np.bool_)
    classes = []
    for diameter in (9.99, 10.01, 19.99, 20.01):
        edge = diameter * (math.pi / 6) ** (1 / 3)
        (lesion,) = compare_lesions(voxel, nothing, (edge, edge, edge))
        classes.append(lesion.size_class)
    assert classes == ["below 10 mm", "10 to 20 mm", "10 to 20 mm", "above 20 mm"]


def test_without_spacing_voxels_are_all_that_is_known() -> None:
    (lesion,) = compare_lesions(blocks((0, 10)), EMPTY, None)
    assert lesion.voxels == 160
    assert all(map(math.isnan, (lesion.volume_ml, lesion.diameter_mm, lesion.longest_mm)))
    assert lesion.size_class is None


def test_two_empty_masks_have_no_lesion() -> None:
    assert compare_lesions(EMPTY, EMPTY, MM) == ()


def test_smallest_box_that_holds_two_lesions_has_room_for_both() -> None:
    ends = np.array([True, False, True]).reshape(1, 1, 3)
    assert [lesion.voxels for lesion in compare_lesions(ends, ~ends, MM)] == [1, 1, 1]


def test_missed_and_invented_lesions_fit_nothing() -> None:
    missed, invented = compare_lesions(blocks((0, 4)), blocks((20, 24)), MM)
    for lesion in (missed, invented):
        assert (lesion.best_iou, lesion.best_dice) == (0, 0)
        assert (lesion.touched, lesion.matched) == (False, False)
        assert math.isnan(lesion.touched_score)
    assert (missed.truth, invented.truth) == (True, False)


@settings(max_examples=50)
@given(mask_pairs, st.integers(0, 2**32 - 1))
def test_probabilities_within_lesions_are_scipys(pair: tuple[Mask, Mask], seed: int) -> None:
    probability = np.random.default_rng(seed).integers(0, 256, pair[0].shape, np.uint8)
    for mask, found in zip(pair, split(compare_lesions(*pair, MM, probability)), strict=True):
        inside = [probability[piece] / 255 for piece in pieces(mask)]
        peaks, means = ([f(values) for values in inside] for f in (np.max, np.mean))
        assert sorted(r.probability_max for r in found) == pytest.approx(sorted(peaks), abs=1e-6)
        assert sorted(r.probability_mean for r in found) == pytest.approx(sorted(means), abs=1e-6)


def test_lesion_is_as_sure_as_the_surest_prediction_that_found_it() -> None:
    probability = np.zeros(EMPTY.shape, np.uint8)
    probability[0:5], probability[6:11] = 153, 204
    truth, _ = split(compare_lesions(blocks((0, 11)), blocks((0, 5), (6, 11)), MM, probability))
    assert truth[0].touched_score == pytest.approx(0.8)
    assert math.isnan(truth[0].matched_score)


def test_probabilities_of_another_scan_are_refused() -> None:
    with pytest.raises(BadDataset, match=r"\(2, 2, 2\).*\(30, 12, 12\)"):
        compare_lesions(EMPTY, EMPTY, MM, np.zeros((2, 2, 2), np.uint8))
