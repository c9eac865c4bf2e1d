"""HD95, ASSD and surface Dice against DeepMind's own implementation and by hand."""

import math

import numpy as np
import pytest
import surface_distance as judge
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from core.errors import BadDataset
from core.metrics.surface import (
    Comparable,
    SurfaceDistances,
    summarize_surfaces,
    surface_distances,
    surface_score,
)

Mask = NDArray[np.bool_]
Spacing = tuple[float, float, float]

mask_pairs = array_shapes(min_dims=3, max_dims=3, max_side=6).flatmap(
    lambda shape: st.tuples(arrays(np.bool_, shape), arrays(np.bool_, shape))
)
sides = st.sampled_from([0.7, 0.85, 1.0, 2.5, 5.0])
spacings = st.tuples(sides, sides, sides)
# The judge still calls SciPy's functions by the names of their old modules.
old_names = pytest.mark.filterwarnings("ignore:Please import:DeprecationWarning")


def box(shape: tuple[int, int, int], *ranges: tuple[int, int]) -> Mask:
    mask = np.zeros(shape, np.bool_)
    mask[tuple(slice(*ends) for ends in ranges)] = True
    return mask


CUBE = box((20, 20, 20), (5, 15), (5, 15), (5, 15))
EMPTY = np.zeros_like(CUBE)


@old_names
@settings(max_examples=50)
@given(mask_pairs, spacings)
def test_figures_equal_those_of_deepmind(pair: tuple[Mask, Mask], spacing: Spacing) -> None:
    found = surface_score(*pair, spacing, tolerance_mm=1.3)
    if found.comparable is not Comparable.YES:
        assert not all(mask.any() for mask in pair)
        return
    expected = judge.compute_surface_distances(*pair, spacing)
    dice = judge.compute_surface_dice_at_tolerance(expected, 1.3)
    # Where exactly 95 % lie within a distance, rounding alone decides what the judge says.
    low, high = (judge.compute_robust_hausdorff(expected, 95 + side) for side in (-1e-6, 1e-6))
    assert low - 1e-6 <= found.hd95_mm <= high + 1e-6
    assert found.surface_dice == pytest.approx(dice, abs=1e-6)


@old_names
@settings(max_examples=50)
@given(mask_pairs, spacings)
def test_assd_is_deepminds_mean_of_both_directions_weighted_by_area(
    pair: tuple[Mask, Mask], spacing: Spacing
) -> None:
    if all(mask.any() for mask in pair):
        expected = judge.compute_surface_distances(*pair, spacing)
        areas = expected["surfel_areas_gt"].sum(), expected["surfel_areas_pred"].sum()
        mean = np.average(judge.compute_average_surface_distance(expected), weights=areas)
        assert surface_distances(*pair, spacing).assd() == pytest.approx(mean, abs=1e-6)


def test_mask_shifted_by_one_voxel_has_that_hausdorff_distance() -> None:
    spacing = (0.8, 0.8, 5.0)
    for axis, step in enumerate(spacing):
        found = surface_distances(CUBE, np.roll(CUBE, 1, axis), spacing)
        assert found.hausdorff(100) == pytest.approx(step)


def test_one_stray_voxel_moves_the_maximum_but_not_hd95() -> None:
    stray = CUBE.copy()
    stray[0, 0, 0] = True
    found = surface_distances(CUBE, stray, (1.0, 1.0, 1.0))
    assert found.hausdorff(95) == 0
    assert found.hausdorff(100) == pytest.approx(math.sqrt(3 * 5**2))


def test_identical_masks_lie_on_each_other_even_at_the_edge_of_the_scan() -> None:
    everything = np.ones((4, 4, 4), np.bool_)
    found = surface_score(everything, everything, (1.0, 1.0, 3.0), tolerance_mm=0)
    assert (found.hd95_mm, found.assd_mm, found.surface_dice) == (0, 0, 1)


def test_distance_of_exactly_the_tolerance_is_within_it() -> None:
    # Three steps of 1.1 mm are 3.3000000000000003 mm.
    plate, moved = box((12, 4, 4), (4, 5), (0, 4), (0, 4)), box((12, 4, 4), (7, 8), (0, 4), (0, 4))
    spacing = (1.1, 1.0, 1.0)
    assert surface_score(plate, moved, spacing, tolerance_mm=3.3).surface_dice == 1
    assert surface_score(plate, moved, spacing, tolerance_mm=3.2).surface_dice < 1


def test_distance_that_exactly_95_percent_stay_within_is_hd95() -> None:
    # Nineteen of twenty areas of 0.3 add up to 0.9499999999999998 of them.
    distances, areas = np.array([0.0] * 19 + [7.0]), np.full(20, 0.3)
    found = SurfaceDistances(distances, areas, distances, areas)
    assert (found.hausdorff(95), found.hausdorff(96)) == (0, 7)


def test_place_in_the_scan_does_not_matter() -> None:
    far = [np.pad(mask, ((300, 0), (0, 7), (90, 2))) for mask in (CUBE, np.roll(CUBE, 2, 0))]
    near = surface_score(CUBE, np.roll(CUBE, 2, 0), (0.7, 0.7, 1.5))
    assert surface_score(far[0], far[1], (0.7, 0.7, 1.5)) == near


def test_two_empty_masks_have_no_surface_to_compare() -> None:
    found = surface_score(EMPTY, EMPTY, (1.0, 1.0, 1.0))
    assert found.comparable is Comparable.BOTH_EMPTY
    assert all(map(math.isnan, (found.hd95_mm, found.assd_mm, found.surface_dice)))


@pytest.mark.parametrize("pair", [(CUBE, EMPTY), (EMPTY, CUBE)])
def test_one_empty_mask_has_no_distance_but_the_worst_surface_dice(pair: tuple[Mask, Mask]) -> None:
    found = surface_score(*pair, (1.0, 1.0, 1.0))
    assert found.comparable is Comparable.ONE_EMPTY
    assert math.isnan(found.hd95_mm)
    assert math.isnan(found.assd_mm)
    assert found.surface_dice == 0


def test_without_spacing_there_are_no_millimetres() -> None:
    found = surface_score(CUBE, CUBE, None)
    assert found.comparable is Comparable.NO_SPACING
    assert math.isnan(found.surface_dice)


def test_what_could_not_be_measured_is_left_out_of_the_mean_and_counted() -> None:
    mm = (1.0, 1.0, 1.0)
    pairs = [(CUBE, CUBE), (CUBE, EMPTY), (EMPTY, EMPTY)]
    scores = [*(surface_score(*pair, mm) for pair in pairs), surface_score(CUBE, CUBE, None)]
    summary = summarize_surfaces(scores)
    assert (summary.hd95_mm.mean, summary.hd95_mm.scored, summary.hd95_mm.left_out) == (0, 1, 3)
    assert (summary.surface_dice.mean, summary.surface_dice.scored) == (0.5, 2)
    assert (summary.both_empty, summary.one_empty, summary.spacing_unknown) == (1, 1, 1)


def test_masks_of_different_scans_are_refused() -> None:
    with pytest.raises(BadDataset, match=r"\(20, 20, 20\).*\(2, 2, 2\)"):
        surface_score(CUBE, np.ones((2, 2, 2), np.bool_), (1.0, 1.0, 1.0))


def test_single_slice_is_not_taken_for_a_volume() -> None:
    with pytest.raises(ValueError, match=r"3-D mask, got shape \(4, 4\)"):
        surface_distances(np.ones((4, 4), np.bool_), np.ones((4, 4), np.bool_), (1.0, 1.0, 1.0))
