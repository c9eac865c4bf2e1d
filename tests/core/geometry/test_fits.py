"""What a network sees, and the way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.cascade.looks import liver_gray, mask_to_liver, network_input
from core.geometry.fits import (
    Box,
    SliceFit,
    axial_view,
    box_around,
    from_axial_view,
    resize,
)
from core.geometry.windows import LIVER_WINDOW, Window, apply_window, undo_window

windows = st.builds(
    lambda low, width: Window(low, low + width), st.integers(-1000, 500), st.integers(1, 2000)
)
grids = st.tuples(st.integers(40, 300), st.integers(40, 300), st.floats(0.5, 3), st.floats(0.5, 3))


def disc(rows: int, columns: int, radius: float) -> NDArray[np.float32]:
    """Cover of each pixel by a disc in the middle, [1, rows, columns] in 0..1."""
    y, x = np.ogrid[:rows, :columns]
    distance = np.hypot(y - (rows - 1) / 2, x - (columns - 1) / 2)
    return np.clip(radius + 0.5 - distance, 0, 1)[None].astype(np.float32)


def waves(rows: int, columns: int) -> NDArray[np.float32]:
    y, x = np.ogrid[:rows, :columns]
    field = 0.5 + 0.5 * np.sin(2 * np.pi * y / rows) * np.cos(2 * np.pi * x / columns)
    return field[None].astype(np.float32)


@given(windows, st.floats(0, 1))
def test_window_comes_back_within_half_a_grey_step(window: Window, share: float) -> None:
    hu = np.array([window.low + share * window.width])
    back = undo_window(apply_window(hu, window), window)
    assert abs(back[0] - hu[0]) <= window.width / 255 / 2 + 1e-3


def test_window_saturates_beyond_its_ends() -> None:
    hu = np.array([-1000, -40, 60, 160, 3000], np.int16)
    assert apply_window(hu, LIVER_WINDOW).tolist() == [0, 0, 128, 255, 255]
    assert (LIVER_WINDOW.level, LIVER_WINDOW.width) == (60, 200)


def test_anterior_is_up_and_the_patients_right_is_on_the_left() -> None:
    body = np.zeros((4, 5, 6), np.uint8)  # RAS+: the last index is right, anterior, superior
    body[-1, -1, 2], body[0, 0, 2] = 1, 2
    shown = axial_view(body)
    assert shown.shape == (6, 5, 4)
    assert shown[2, 0, 0] == 1, "right anterior voxel"
    assert shown[2, -1, -1] == 2, "left posterior voxel"


@given(st.tuples(*[st.integers(1, 6)] * 3))
def test_axial_view_is_undone_exactly(shape: tuple[int, int, int]) -> None:
    array = np.arange(np.prod(shape)).reshape(shape)
    np.testing.assert_array_equal(from_axial_view(axial_view(array)), array)


@given(grids)
def test_slice_keeps_its_aspect_ratio_in_millimeters(grid: tuple[int, int, float, float]) -> None:
    rows, columns, row_mm, column_mm = grid
    fit = SliceFit.of(rows, columns, (row_mm, column_mm), 128)
    assert max(fit.inner_rows, fit.inner_columns) == 128
    wanted = (rows * row_mm) / (columns * column_mm)
    assert abs(fit.inner_rows - wanted * fit.inner_columns) <= max(1, wanted)


@given(grids)
def test_smooth_field_survives_the_network_size(grid: tuple[int, int, float, float]) -> None:
    rows, columns, row_mm, column_mm = grid
    fit = SliceFit.of(rows, columns, (row_mm, column_mm), 128)
    field = waves(rows, columns)
    squares = fit.shrink(field)
    assert squares.shape == (1, 128, 128)
    error = np.abs(fit.restore(squares) - field)
    finest = min(fit.inner_rows, fit.inner_columns, rows, columns)
    assert error.mean() < 1.5 / finest


@pytest.mark.parametrize(
    ("rows", "columns", "pixel_mm"),
    [(512, 512, (0.7, 0.7)), (512, 400, (0.7, 0.7)), (256, 512, (1.4, 0.7)), (64, 90, (4, 4))],
)
def test_restored_disc_keeps_its_area_and_its_place(
    rows: int, columns: int, pixel_mm: tuple[float, float]
) -> None:
    fit = SliceFit.of(rows, columns, pixel_mm, 128)
    truth = disc(rows, columns, radius=min(rows, columns) / 5)
    called = fit.restore(fit.shrink(truth))[0] >= 0.5
    assert np.count_nonzero(called) == pytest.approx(truth.sum(), rel=0.02)
    middle = np.argwhere(called).mean(axis=0)
    np.testing.assert_allclose(middle, [(rows - 1) / 2, (columns - 1) / 2], atol=0.6)


def test_margins_around_an_oblong_slice_are_black() -> None:
    fit = SliceFit.of(60, 120, (1, 1), 128)
    square = fit.shrink(np.full((1, 60, 120), 200, np.uint8))[0]
    assert (fit.inner_rows, fit.inner_columns) == (64, 128)
    assert not square[:32].any()
    assert not square[96:].any()
    assert (square[32:96] == 200).all()


def test_box_holds_all_that_is_marked_and_a_margin() -> None:
    mask = np.zeros((3, 60, 90), bool)
    mask[0, 20:30, 40:50] = mask[2, 25:40, 45:60] = True
    assert box_around(mask, 0) == Box(20, 40, 40, 60)
    assert box_around(mask, 0.5) == Box(10, 50, 30, 70)
    assert box_around(mask, 9) == Box(0, 60, 0, 90), "no wider than the slice"
    assert box_around(mask & False, 0.5) == Box(0, 60, 0, 90)


def test_map_of_a_box_comes_back_to_its_place() -> None:
    truth = disc(120, 160, radius=20)
    box = box_around(truth > 0.5, 0.2)
    fit = SliceFit.of(120, 160, (1, 1), 128, box)
    called = fit.restore(fit.shrink(truth))
    assert called.shape == truth.shape
    np.testing.assert_allclose(called, truth, atol=0.51)
    assert not called[0, : box.top].any()


def test_shrinking_averages_rather_than_picks() -> None:
    stripes = np.zeros((1, 256, 256), np.uint8)
    stripes[:, ::2] = 200
    assert abs(resize(stripes, 64, 64)[0, 8:-8].astype(float) - 100).max() < 10


def test_network_sees_one_slice_on_three_channels_between_0_and_1() -> None:
    gray = np.arange(256, dtype=np.uint8).repeat(4).reshape(1, 32, 32)
    seen = network_input(gray)
    assert seen.shape == (1, 32, 32, 3)
    assert seen.dtype == np.float32
    assert (seen.min(), seen.max()) == (0, 1)
    assert (seen[..., 0] == seen[..., 1]).all()
    assert (seen[..., 0] == seen[..., 2]).all()


def test_outside_the_liver_all_is_black() -> None:
    gray = np.full((1, 4, 4), 90, np.uint8)
    liver = np.zeros((1, 4, 4), bool)
    liver[0, 1:3, 1:3] = True
    assert not mask_to_liver(gray, liver, 90)[~liver].any()


def test_tumor_stands_out_alike_in_a_dark_and_in_a_bright_liver() -> None:
    liver = np.ones((1, 4, 4), bool)
    dark, bright = np.full((2, 1, 4, 4), 90, np.uint8)
    bright += 80
    for gray in (dark, bright):
        gray[0, 0, 0] -= 40
    seen = [mask_to_liver(gray, liver, liver_gray(gray, liver)) for gray in (dark, bright)]
    np.testing.assert_array_equal(seen[0], seen[1])
    assert set(np.unique(seen[0])) == {88, 128}


def test_visible_liver_is_never_blackened() -> None:
    gray = np.array([[[0, 250]]], np.uint8)
    assert mask_to_liver(gray, np.ones_like(gray, bool), 250).min() == 1
