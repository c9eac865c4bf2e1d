"""From probabilities to labels, step by step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from core.cascade.postprocessing import (
    above,
    drop_unlikely,
    fill_axial_holes,
    label_map,
    liver_region,
    tumor_region,
)
from core.geometry.components import drop_small, largest_component

Mask = NDArray[np.bool_]

VOXEL_ML = 0.5
probabilities = arrays(np.uint8, (5, 6, 4), elements=st.integers(0, 255))
thresholds = st.floats(0.01, 1)


def block(*boxes: tuple[slice, slice, slice], shape: tuple[int, ...] = (12, 12, 8)) -> Mask:
    mask = np.zeros(shape, bool)
    for box in boxes:
        mask[box] = True
    return mask


ORGAN = (slice(1, 8), slice(1, 8), slice(1, 7))


def test_only_the_largest_piece_is_the_liver() -> None:
    spleen = (slice(10, 12), slice(10, 12), slice(1, 3))
    np.testing.assert_array_equal(largest_component(block(ORGAN, spleen)), block(ORGAN))


def test_pieces_that_meet_at_an_edge_alone_are_two() -> None:
    touching = (slice(8, 10), slice(8, 10), slice(1, 3))
    np.testing.assert_array_equal(largest_component(block(ORGAN, touching)), block(ORGAN))


def test_no_liver_stays_no_liver() -> None:
    nothing = block()
    assert not largest_component(nothing).any()
    assert not fill_axial_holes(nothing).any()


def test_hole_in_a_slice_is_filled_and_a_bay_is_not() -> None:
    mask = block(ORGAN)
    mask[3:5, 3:5, 2:4] = False  # a hole
    mask[6:8, 4, 2:4] = False  # open to the outside
    filled = fill_axial_holes(mask)
    assert filled[3:5, 3:5, 2:4].all()
    assert not filled[6:8, 4, 2:4].any()


def test_filling_leaves_its_input_alone() -> None:
    mask = block(ORGAN)
    mask[3, 3, 3] = False
    before = mask.copy()
    fill_axial_holes(mask)
    np.testing.assert_array_equal(mask, before)


def test_tunnel_through_the_liver_is_filled_slice_by_slice() -> None:
    mask = block(ORGAN)
    mask[4, 4, :] = False  # in 3-D it is open at both ends
    assert fill_axial_holes(mask)[4, 4, 1:7].all()


def test_tumor_outside_the_liver_is_no_tumor() -> None:
    probability = np.zeros((12, 12, 8), np.uint8)
    probability[6:10, 4, 4] = 255
    tumor, steps = tumor_region(probability, block(ORGAN), 0.5, 0, VOXEL_ML)
    assert np.argwhere(tumor).tolist() == [[6, 4, 4], [7, 4, 4]]
    assert [step.changed_ml for step in steps] == [4 * VOXEL_ML, -2 * VOXEL_ML]


def test_specks_below_the_smallest_lesion_are_dropped() -> None:
    speck, lesion = (slice(2, 3), slice(2, 5), slice(2, 3)), (slice(5, 7), slice(5, 7), slice(4, 5))
    both = np.where(block(speck, lesion), np.uint8(200), np.uint8(0))
    tumor, steps = tumor_region(both, block(ORGAN), 0.5, 4 * VOXEL_ML, VOXEL_ML)
    np.testing.assert_array_equal(tumor, block(lesion))
    assert steps[-1].changed_ml == -3 * VOXEL_ML


def test_lesion_joined_at_a_corner_counts_as_one() -> None:
    diagonal = np.eye(4, dtype=bool)[..., None].repeat(2, axis=2)
    diagonal[..., 1] = False
    assert drop_small(diagonal, 4).sum() == 4
    assert drop_small(diagonal, 4.5).sum() == 0


@given(probabilities, thresholds)
def test_threshold_calls_what_reaches_it(probability: NDArray[np.uint8], threshold: float) -> None:
    called = above(probability, threshold)
    assert (probability[called] / 255 >= threshold - 1e-9).all()
    assert (probability[~called] / 255 < threshold + 1e-9).all()


@given(probabilities, probabilities, thresholds, thresholds, st.floats(0, 3))
def test_steps_add_up_to_the_final_volumes(
    liver_probability: NDArray[np.uint8],
    tumor_probability: NDArray[np.uint8],
    liver_threshold: float,
    tumor_threshold: float,
    min_lesion_ml: float,
) -> None:
    liver, liver_steps = liver_region(liver_probability, liver_threshold, VOXEL_ML)
    tumor, tumor_steps = tumor_region(
        tumor_probability, liver, tumor_threshold, min_lesion_ml, VOXEL_ML
    )
    assert sum(step.changed_ml for step in liver_steps) == pytest.approx(liver.sum() * VOXEL_ML)
    assert sum(step.changed_ml for step in tumor_steps) == pytest.approx(tumor.sum() * VOXEL_ML)
    assert not (tumor & ~liver).any()


def test_labels_follow_lits() -> None:
    liver, tumor = np.array([[[False, True, True]]]), np.array([[[False, False, True]]])
    labels = label_map(liver, tumor)
    assert labels.dtype == np.uint8
    assert labels.ravel().tolist() == [0, 1, 2]
    assert not label_map(liver & False, tumor & False).any()


def test_weak_pieces_are_dropped_and_strong_ones_keep_their_rim() -> None:
    probability = np.zeros((12, 12, 6), np.uint8)
    probability[1:4, 1:4, 1:4] = 100
    probability[2, 2, 2] = 200
    probability[7:10, 7:10, 1:4] = 100
    everywhere = np.ones(probability.shape, bool)
    called, steps = tumor_region(probability, everywhere, 0.3, 0, VOXEL_ML, seed=0.7)
    assert called[1:4, 1:4, 1:4].all()
    assert called.sum() == 27
    dropped = next(step for step in steps if step.name == "Weak pieces dropped")
    assert dropped.changed_ml == pytest.approx(-27 * VOXEL_ML)


def test_a_liver_missed_in_one_slice_is_bridged_when_smoothed() -> None:
    probability = np.zeros((10, 10, 12), np.uint8)
    probability[2:8, 2:8, 1:11] = 255
    probability[4:8, 2:8, 5] = 100
    rough, _ = liver_region(probability, 0.5, VOXEL_ML)
    smooth, steps = liver_region(probability, 0.5, VOXEL_ML, smoothing=1.5)
    assert not rough[4:8, 2:8, 5].any()
    assert smooth[4:8, 2:8, 5].all()
    assert not smooth[8:].any(), "along Z alone"
    assert "smoothed over 1.5 slices" in steps[0].explanation


def test_unlikely_pieces_are_dropped_by_their_order_of_size() -> None:
    tumor = np.zeros((12, 12, 6), bool)
    tumor[1:5, 1:5, 1:5], tumor[8:10, 8:10, 2:4] = True, True
    kept, step = drop_unlikely(tumor, [0.2, 0.9], 0.5, VOXEL_ML)
    assert kept[8:10, 8:10, 2:4].all()
    assert kept.sum() == 8
    assert step.changed_ml == pytest.approx(-64 * VOXEL_ML)
    untouched, _ = drop_unlikely(np.zeros((4, 4, 4), bool), [], 0.5, VOXEL_ML)
    assert not untouched.any()


def test_what_stands_in_one_slice_alone_fades_when_smoothed() -> None:
    probability = np.zeros((8, 8, 12), np.uint8)
    probability[1:3, 1:3, 2] = 255
    probability[5:7, 5:7, 3:10] = 255
    everywhere = np.ones(probability.shape, bool)
    called, _ = tumor_region(probability, everywhere, 0.5, 0, VOXEL_ML, smoothing=1.5)
    assert not called[1:3, 1:3].any()
    assert called[5:7, 5:7, 4:9].all()
