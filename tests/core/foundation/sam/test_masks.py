"""Masks whoever made them: boxed, rated, thinned out, as slow and plain code would do it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from core.foundation.sam.best import best_mask, mask_of
from core.foundation.sam.masks import (
    MaskSet,
    boxes_of,
    fragments,
    joined,
    point_grid,
    stability_of,
    thin_out,
)

SHAPE = (9, 13)


def set_of(*masks: NDArray[np.bool_], rated: list[float] | None = None) -> MaskSet:
    logits = np.where(np.array(masks).reshape(-1, *SHAPE), 5, -5).astype(np.float32)
    return MaskSet.of(logits, np.array(rated or [0.9] * len(masks), np.float32))


def block(rows: slice, columns: slice) -> NDArray[np.bool_]:
    mask = np.zeros(SHAPE, bool)
    mask[rows, columns] = True
    return mask


def box_iou(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """By counting pixels; two empty boxes are the same."""
    canvas = np.zeros((2, 20, 20), bool)
    for layer, (left, top, right, bottom) in zip(canvas, (first, second), strict=True):
        layer[top:bottom, left:right] = True
    union = np.count_nonzero(canvas[0] | canvas[1])
    return np.count_nonzero(canvas[0] & canvas[1]) / union if union else 1.0


def brute_force(boxes: NDArray[np.int64], rated: NDArray[np.float32], most: float) -> list[int]:
    kept: list[int] = []
    for index in sorted(range(len(boxes)), key=lambda at: (-rated[at], at)):
        if all(box_iou(boxes[index], boxes[other]) <= most for other in kept):
            kept.append(index)
    return kept


corner = st.integers(0, 9)
box = st.tuples(corner, corner, corner, corner).map(
    lambda c: (min(c[0], c[2]), min(c[1], c[3]), max(c[0], c[2]) + 1, max(c[1], c[3]) + 1)
)


@given(
    boxes=st.lists(box, max_size=14),
    most=st.sampled_from([0.0, 0.3, 0.5, 0.7, 1.0]),
    data=st.data(),
)
def test_boxes_are_thinned_out_as_by_brute_force(
    boxes: list[tuple[int, ...]], most: float, data: st.DataObject
) -> None:
    level = st.sampled_from([0.2, 0.5, 0.8, 0.9])
    rated = np.array([data.draw(level) for _ in boxes], np.float32)
    array = np.array(boxes, np.int64).reshape(-1, 4)
    assert thin_out(array, rated, most).tolist() == brute_force(array, rated, most)


@given(arrays(bool, st.tuples(st.integers(0, 4), st.integers(1, 7), st.integers(1, 9))))
def test_box_is_the_smallest_that_holds_the_mask(masks: NDArray[np.bool_]) -> None:
    for mask, (left, top, right, bottom) in zip(masks, boxes_of(masks), strict=True):
        if not mask.any():
            assert (left, top, right, bottom) == (0, 0, 0, 0)
            continue
        rows, columns = np.nonzero(mask)
        assert (left, right) == (columns.min(), columns.max() + 1)
        assert (top, bottom) == (rows.min(), rows.max() + 1)


@given(arrays(np.float32, (3, 4, 5), elements=st.floats(-4, 4, width=32)))
def test_stability_is_the_overlap_of_the_masks_at_two_thresholds(
    logits: NDArray[np.float32],
) -> None:
    for one, found in zip(logits, stability_of(logits, 1.0), strict=True):
        inner, outer = one > 1, one > -1
        union = np.count_nonzero(inner | outer)
        expected = np.count_nonzero(inner & outer) / union if union else 0
        assert found == pytest.approx(expected)


def test_sharp_mask_is_stable_and_faint_one_is_not() -> None:
    sharp = np.where(block(slice(2, 5), slice(3, 8)), 9, -9).astype(np.float32)
    assert stability_of(np.stack([sharp, sharp / 18])).tolist() == [1, 0]


@given(arrays(bool, (3, *SHAPE)))
def test_packed_masks_come_back_whole(masks: NDArray[np.bool_]) -> None:
    packed = set_of(*masks)
    assert (packed.masks == masks).all()
    assert (packed.mask(1) == masks[1]).all()
    again = joined([packed.chosen(np.array([2])), packed.chosen(np.array([], int)), packed])
    assert (again.mask(0) == masks[2]).all()
    assert len(again) == 4


def test_grid_lies_in_the_middle_of_its_shares() -> None:
    assert point_grid(2, 4, 8).tolist() == [[1.5, 0.5], [5.5, 0.5], [1.5, 2.5], [5.5, 2.5]]


def test_pieces_that_touch_at_a_corner_are_one() -> None:
    mask = block(slice(0, 2), slice(0, 2)) | block(slice(2, 4), slice(2, 4))
    assert fragments(mask) == 1
    assert fragments(mask | block(slice(7, 9), slice(9, 11))) == 2
    assert fragments(np.zeros(SHAPE, bool)) == 0


def test_best_mask_fits_the_reference_best() -> None:
    whole, part = block(slice(0, 9), slice(0, 13)), block(slice(2, 6), slice(2, 6))
    split = block(slice(2, 6), slice(2, 4)) | block(slice(2, 6), slice(5, 6))
    found = set_of(whole, split, rated=[0.99, 0.9])
    best = best_mask(found, part)
    assert best.index == 1
    assert (best.overlap.iou, best.fragments) == (12 / 16, 2)
    assert (mask_of(found, best, SHAPE) == split).all()


def test_no_mask_is_best_where_none_meets_the_reference() -> None:
    found = set_of(block(slice(0, 2), slice(0, 2)))
    for reference in (block(slice(6, 8), slice(6, 8)), np.zeros(SHAPE, bool)):
        best = best_mask(found, reference)
        assert best.index is None
        assert best.overlap.predicted_voxels == 0
        assert not mask_of(found, best, SHAPE).any()
    assert best_mask(set_of(), block(slice(0, 2), slice(0, 2))).overlap.dice == 0
