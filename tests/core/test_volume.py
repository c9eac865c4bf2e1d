"""Where each voxel lies, however the file lay it down."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nibabel.orientations import inv_ornt_aff
from numpy.typing import NDArray

from core.volume import Grid, laid_back, spacing_of, to_native, to_ras, volume_from_array

ORIENTATIONS = [
    np.column_stack([axes, flips])
    for axes in itertools.permutations(range(3))
    for flips in itertools.product((1, -1), repeat=3)
]
orientations = st.sampled_from(ORIENTATIONS)
shapes = st.tuples(*[st.integers(1, 5)] * 3)


def grid(orientation: NDArray[np.int_], shape: tuple[int, int, int]) -> Grid:
    """Lay voxels of 1 x 2 x 3 mm (right, anterior, superior) along axes turned and flipped."""
    standard = np.diag([1.0, 2.0, 3.0, 1.0])
    standard[:3, 3] = -7, 11, 500
    return Grid(shape, standard @ np.linalg.inv(inv_ornt_aff(orientation, shape)))


def numbered(shape: tuple[int, int, int]) -> NDArray[np.int16]:
    return np.arange(np.prod(shape), dtype=np.int16).reshape(shape)


@pytest.mark.parametrize("orientation", ORIENTATIONS, ids=str)
def test_every_voxel_keeps_its_place_in_the_patient(orientation: NDArray[np.int_]) -> None:
    native = grid(orientation, (3, 4, 5))
    turned, affine = to_ras(numbered(native.shape), native.affine)
    for voxel in np.ndindex(turned.shape):
        place = affine @ [*voxel, 1]
        there = np.linalg.inv(native.affine) @ place
        assert numbered(native.shape)[tuple(np.rint(there[:3]).astype(int))] == turned[voxel]
    np.testing.assert_allclose(np.diag(affine)[:3], [1, 2, 3])


@given(orientations, shapes)
def test_array_laid_back_on_its_file_is_unchanged(
    orientation: NDArray[np.int_], shape: tuple[int, int, int]
) -> None:
    native = grid(orientation, shape)
    array = numbered(shape)
    np.testing.assert_array_equal(to_native(to_ras(array, native.affine)[0], native), array)


@given(orientations, shapes)
def test_a_part_of_an_array_laid_back_is_that_part_of_its_file(
    orientation: NDArray[np.int_], shape: tuple[int, int, int]
) -> None:
    native = grid(orientation, shape)
    turned = to_ras(numbered(shape), native.affine)[0]
    inside = (slice(0, 2), slice(1, None), slice(None))
    part = np.zeros_like(turned)
    part[inside] = turned[inside]
    laid = laid_back(turned, native, inside)
    np.testing.assert_array_equal(laid, to_native(part, native))
    assert laid.flags.f_contiguous


@given(orientations)
def test_volume_is_right_anterior_superior_whatever_the_file(
    orientation: NDArray[np.int_],
) -> None:
    native = grid(orientation, (3, 4, 5))
    volume = volume_from_array(numbered((3, 4, 5)), native.affine, source="s", digest="d")
    assert Grid(volume.shape, volume.affine).axis_codes == "RAS"
    assert volume.spacing == pytest.approx((1, 2, 3))
    assert volume.native.shape == (3, 4, 5)


def test_axis_codes_name_the_axes_of_the_file() -> None:
    assert Grid((2, 2, 2), np.diag([-1.0, -1.0, 1.0, 1.0])).axis_codes == "LPS"


def test_voxel_volume_of_a_sheared_grid_is_its_base_times_its_height() -> None:
    sheared = np.diag([0.8, 0.8, 5.0, 1.0])
    sheared[1, 2] = 1.7
    volume = volume_from_array(np.zeros((2, 2, 2)), sheared, source="s", digest="d")
    assert volume.voxel_ml == pytest.approx(0.8 * 0.8 * 5 / 1000)
    assert np.prod(volume.spacing) / 1000 > volume.voxel_ml


def test_spacing_of_an_oblique_grid_is_measured_along_its_axes() -> None:
    angle = np.deg2rad(30)
    turn = np.eye(4)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    assert spacing_of(turn @ np.diag([0.7, 0.9, 2.5, 1])) == pytest.approx((0.7, 0.9, 2.5))


def test_nobody_writes_to_the_voxels_of_a_volume() -> None:
    volume = volume_from_array(numbered((2, 3, 4)), np.eye(4), source="s", digest="d")
    with pytest.raises(ValueError, match="read-only"):
        volume.hu[0, 0, 0] = 5


def test_values_are_rounded_and_clipped_to_int16() -> None:
    hu = np.array([-1e6, -0.6, 40.4, 1e6]).reshape(2, 2, 1)
    volume = volume_from_array(hu, np.eye(4), source="s", digest="d")
    assert volume.hu.dtype == np.int16
    assert volume.hu.ravel().tolist() == [-32768, -1, 40, 32767]
