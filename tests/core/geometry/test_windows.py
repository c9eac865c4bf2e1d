"""Windows are linear in HU and saturate, whatever way they are computed."""

import numpy as np
import pytest

from core.geometry.windows import LIVER_WINDOW, Window, apply_window, undo_window

EVERY = np.arange(-(2**15), 2**15).astype(np.int16)


@pytest.mark.parametrize("window", [LIVER_WINDOW, Window(-200, 300), Window(0, 1)])
def test_whole_numbers_get_the_gray_that_fractions_get(window: Window) -> None:
    gray = apply_window(EVERY, window)
    np.testing.assert_array_equal(gray, apply_window(EVERY.astype(np.float32), window))
    assert (np.diff(gray.astype(int)) >= 0).all()
    assert gray[window.low >= EVERY].max() == 0
    assert gray[window.high <= EVERY].min() == 255


def test_views_of_a_scan_in_any_order_are_taken_as_they_lie() -> None:
    hu = np.random.default_rng(0).integers(-1000, 1000, (5, 6, 7)).astype(np.int16)
    view = hu.transpose(2, 1, 0)[::-1, ::2]
    np.testing.assert_array_equal(
        apply_window(view, LIVER_WINDOW), apply_window(view.astype(np.float32), LIVER_WINDOW)
    )


def test_undone_it_is_within_half_a_step() -> None:
    inside = EVERY[(LIVER_WINDOW.low <= EVERY) & (LIVER_WINDOW.high >= EVERY)]
    back = undo_window(apply_window(inside, LIVER_WINDOW), LIVER_WINDOW)
    assert np.abs(back - inside).max() <= LIVER_WINDOW.width / 255 / 2 + 1e-3
