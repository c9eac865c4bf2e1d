"""Pieces of a mask."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.ndimage import label

from core.geometry.components import (
    bounding_box,
    box_where,
    drop_small,
    find_components,
    largest_component,
)
from core.labels import organ_mask

Mask = NDArray[np.bool_]
masks = arrays(np.bool_, st.tuples(*[st.integers(1, 5)] * 3))


@given(masks)
def test_pieces_are_those_of_another_library_numbered_by_size(mask: Mask) -> None:
    found = find_components(mask)
    numbered, count = label(mask, np.ones((3, 3, 3)))
    assert len(found.voxels) == count
    assert found.voxels == sorted(np.bincount(numbered.ravel())[1:].tolist(), reverse=True)
    pieces = zip(found.voxels, found.regions, found.centroids, strict=True)
    for number, (voxels, region, centroid) in enumerate(pieces, 1):
        piece = found.numbered == number
        np.testing.assert_allclose(centroid, np.argwhere(piece).mean(axis=0), atol=1e-5)
        assert piece.sum() == piece[region].sum() == voxels
        assert len(np.unique(numbered[piece])) == 1


@given(masks)
def test_largest_piece_touches_by_faces(mask: Mask) -> None:
    numbered, count = label(mask)
    largest = largest_component(mask)
    assert largest.sum() == (np.bincount(numbered.ravel())[1:].max() if count else 0)
    assert not (largest & ~mask).any()


@given(masks, st.integers(0, 6))
def test_what_is_dropped_is_small_and_what_stays_is_not(mask: Mask, fewest: int) -> None:
    kept = drop_small(mask, fewest)
    found = find_components(mask)
    large = [piece for piece, voxels in enumerate(found.voxels, 1) if voxels >= fewest]
    expected = np.isin(found.numbered, large)
    np.testing.assert_array_equal(kept, expected & mask)


def test_two_voxels_at_the_ends_of_a_row_are_two_pieces() -> None:
    ends = np.array([True, False, True]).reshape(1, 1, 3)
    assert find_components(ends).voxels == [1, 1]
    assert largest_component(ends).sum() == 1


@given(masks)
def test_box_is_as_small_as_can_be(mask: Mask) -> None:
    box = bounding_box(mask)
    if box is None:
        assert not mask.any()
        return
    assert mask[box].sum() == mask.sum()
    for axis in range(3):
        sheets = mask[box].any(axis=tuple({0, 1, 2} - {axis}))
        assert sheets[0]
        assert sheets[-1]


@given(
    arrays(
        np.uint8,
        st.tuples(st.integers(1, 40), *[st.integers(1, 3)] * 2),
        elements=st.integers(0, 3),
    )
)
def test_box_of_what_is_marked_is_that_of_its_mask(labels: NDArray[np.uint8]) -> None:
    assert box_where(labels, organ_mask) == bounding_box(organ_mask(labels))


def test_box_is_found_without_a_mask_of_the_whole() -> None:
    labels = np.zeros((256, 128, 128), np.uint8)
    labels[3:5, 7, 9] = 1
    tracemalloc.start()
    try:
        box = box_where(labels, organ_mask)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert box == (slice(3, 5), slice(7, 8), slice(9, 10))
    assert most < labels.nbytes / 4


def test_flat_mask_has_no_box_in_space() -> None:
    with pytest.raises(ValueError, match="3-D"):
        bounding_box(np.ones((4, 4), bool))
