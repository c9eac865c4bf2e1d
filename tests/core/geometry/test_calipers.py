"""How long, and across that how wide."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.geometry.calipers import in_plane_metric, measure_in_slice, measure_region


def ellipse(
    long_mm: float, short_mm: float, degrees: float, spacing: tuple[float, float], shift: float = 0
) -> NDArray[np.bool_]:
    """Draw an ellipse of given diameters, its long axis turned from X towards Y."""
    sides = [math.ceil(long_mm / 2 / step) + 2 for step in spacing]
    axes = [(np.arange(-n, n + 1) - shift) * step for n, step in zip(sides, spacing, strict=True)]
    x, y = np.meshgrid(*axes, indexing="ij")
    turn = math.radians(degrees)
    along, across = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    inside: NDArray[np.bool_] = (2 * along / long_mm) ** 2 + (2 * across / short_mm) ** 2 <= 1
    return inside


@settings(max_examples=60, deadline=None)
@given(
    short_voxels=st.floats(5, 25),
    elongation=st.floats(1, 2),
    degrees=st.floats(0, 180),
    spacing=st.tuples(st.floats(0.6, 1.4), st.floats(0.6, 1.4)),
    shift=st.floats(-0.5, 0.5),
)
def test_both_axes_of_any_ellipse_are_measured_within_one_voxel(
    short_voxels: float,
    elongation: float,
    degrees: float,
    spacing: tuple[float, float],
    shift: float,
) -> None:
    voxel = max(spacing)
    short_mm = short_voxels * voxel
    long_mm = short_mm * elongation
    region = ellipse(long_mm, short_mm, degrees, spacing, shift)
    found = measure_in_slice(region, np.diag(spacing))
    assert abs(found.longest_mm - long_mm) <= voxel + 1e-6
    # The long axis points where voxels let it; across a nearly round shape that adds a little.
    assert abs(found.short_mm - short_mm) <= 1.25 * voxel


def test_lone_voxel_is_as_long_as_the_longer_of_its_sides() -> None:
    region = np.zeros((3, 3), np.bool_)
    region[1, 1] = True
    found = measure_in_slice(region, np.diag([0.7, 0.9]))
    assert found.longest_mm == pytest.approx(0.9)
    assert found.short_mm == pytest.approx(0.7)


def test_bar_drawn_by_hand_is_ten_by_one() -> None:
    region = np.zeros((14, 5), np.bool_)
    region[2:12, 2] = True
    found = measure_in_slice(region, np.eye(2))
    assert found.longest_mm == pytest.approx(10)
    assert found.short_mm == pytest.approx(1)
    assert sorted(found.longest) == [(1.5, 2.0), (11.5, 2.0)]


def test_the_two_axes_are_perpendicular_in_millimetres_and_end_where_they_should() -> None:
    metric = np.diag([0.6, 1.3])
    found = measure_in_slice(ellipse(30, 15, 35, (0.6, 1.3)), metric)
    longest, short = (metric @ np.subtract(*ends) for ends in (found.longest, found.short))
    assert longest @ short == pytest.approx(0, abs=1e-6)
    assert np.linalg.norm(longest) == pytest.approx(found.longest_mm)
    assert np.linalg.norm(short) == pytest.approx(found.short_mm)


def test_region_is_measured_in_its_longest_slice_not_its_largest() -> None:
    region = np.zeros((20, 20, 3), np.bool_)
    region[4:12, 4:12, 0] = True
    region[2:17, 5, 2] = True
    found = measure_region(region, np.eye(4))
    assert found.z == 2
    assert found.longest_mm == pytest.approx(15)


@given(angles=st.tuples(*[st.floats(-40, 40)] * 3))
@settings(max_examples=20, deadline=None)
def test_turning_the_patient_in_the_scanner_does_not_change_a_diameter(
    angles: tuple[float, float, float],
) -> None:
    rotation = np.eye(3)
    for axis, degrees in enumerate(angles):
        c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        turn = np.eye(3)
        first, second = (axis + 1) % 3, (axis + 2) % 3
        turn[first, first], turn[first, second] = c, -s
        turn[second, first], turn[second, second] = s, c
        rotation = rotation @ turn
    oblique = np.eye(4)
    oblique[:3, :3] = rotation @ np.diag([0.7, 0.9, 4])
    region = ellipse(20, 12, 30, (0.7, 0.9))[..., None]
    straight = measure_region(region, np.diag([0.7, 0.9, 4, 1]))
    turned = measure_region(region, oblique)
    assert turned.longest_mm == pytest.approx(straight.longest_mm)
    assert turned.short_mm == pytest.approx(straight.short_mm)


def test_gantry_tilt_leaves_lengths_within_a_slice_alone() -> None:
    tilted = np.diag([0.8, 0.8, 5, 1.0])
    tilted[1, 2] = 1.7
    assert np.abs(in_plane_metric(tilted)) == pytest.approx(np.diag([0.8, 0.8]))


def test_skewed_pixels_are_measured_along_their_true_directions() -> None:
    skewed = np.eye(4)
    skewed[0, 1] = 0.75
    region = np.zeros((3, 42), np.bool_)
    region[1, 1:41] = True
    assert measure_region(region[..., None], skewed).longest_mm == pytest.approx(40 * 1.25)


def test_empty_region_has_no_diameter() -> None:
    with pytest.raises(ValueError, match="no diameter"):
        measure_region(np.zeros((3, 3, 3), np.bool_), np.eye(4))
