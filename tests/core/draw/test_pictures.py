"""Colors, square pixels, tints and sheets, whatever they show."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.draw.canvas import NOTICE, lettered, png, sans, scaled, shortened, squared, webp
from core.draw.colors import COLORS, DIVERGING, DOUBT, HEAT, INK, PAPER, blended, colored, ramp
from core.draw.overlay import contour, heat, tinted
from core.draw.sheet import GAP, grid, label_legend, montage_png, sheet
from core.draw.slices import displayed, upright
from core.labels import LIVER

GRAY = np.full((20, 30), 100, np.uint8)


@pytest.mark.parametrize("colors", [HEAT, DOUBT, DIVERGING])
def test_ramp_meets_its_colors_at_its_stops(colors: tuple[tuple[int, int, int], ...]) -> None:
    found = ramp(np.linspace(0, 1, len(colors))[None], colors)[0]
    np.testing.assert_allclose(found, colors)


@pytest.mark.parametrize("colors", [HEAT, DOUBT])
def test_more_is_lighter_for_every_kind_of_color_vision(
    colors: tuple[tuple[int, int, int], ...],
) -> None:
    light = ramp(np.linspace(0, 1, 50)[None], colors)[0] @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(light) > 0).all()


def test_slice_shows_through_where_nothing_is_hot() -> None:
    share = np.zeros(GRAY.shape)
    share[5, 5] = 1
    drawn = heat(share, GRAY)
    assert (drawn[0, 0] == 100).all()
    np.testing.assert_array_equal(
        drawn[5, 5], np.rint(0.4 * 100 + 0.6 * np.array(HEAT[-1])).astype(np.uint8)
    )
    assert (blended(GRAY, ramp(share, HEAT), share)[5, 5] == HEAT[-1]).all()


def test_tint_stays_inside_its_mask() -> None:
    mask = np.zeros(GRAY.shape, bool)
    mask[4:8, 6:9] = True
    drawn = tinted(GRAY, [(mask, COLORS[LIVER])], opacity=1)
    assert (drawn[mask] == COLORS[LIVER]).all()
    assert (drawn[~mask] == 100).all()
    assert (GRAY == 100).all()


def test_contour_is_the_rim_of_a_region() -> None:
    region = np.zeros((9, 9), bool)
    region[2:7, 2:7] = True
    assert contour(region).sum() == 16
    assert not contour(region)[3:6, 3:6].any()


@given(st.integers(2, 60), st.integers(2, 60), st.floats(0.3, 5), st.floats(0.3, 5))
def test_upright_pixels_are_square(rows: int, columns: int, down: float, across: float) -> None:
    height, width = upright(np.zeros((rows, columns), np.uint8), (down, across), 200).shape
    per_mm = 200 / max(rows * down, columns * across)
    assert max(height, width) == 200
    assert height == pytest.approx(max(1, rows * down * per_mm), abs=0.51)
    assert width == pytest.approx(max(1, columns * across * per_mm), abs=0.51)


def test_slice_is_displayed_with_the_right_side_on_the_left() -> None:
    # RAS+: X grows to the right, Y to the front.
    part = np.zeros((4, 3), np.uint8)
    part[-1, -1] = 1
    assert displayed(part)[0, 0] == 1


def test_letters_and_bar_are_drawn_on_a_copy() -> None:
    gray = np.zeros((200, 300), np.uint8)
    drawn = scaled(lettered(gray, "R", "A"), mm_across=300)
    assert not gray.any()
    assert (drawn[:, :40] != 0).any()
    bar = (drawn[-13, :] == INK).all(axis=-1)
    assert bar.sum() == pytest.approx(50, abs=2)


@given(st.text(max_size=60), st.integers(20, 300))
def test_shortened_text_fits(text: str, width: int) -> None:
    font = sans(13)
    short = shortened(text, width, font)
    assert font.getlength(short) <= max(width, font.getlength("…"))
    assert text.startswith(short.rstrip("…")) or short == text


def test_square_holds_the_whole_picture() -> None:
    square = squared(GRAY, 40)
    assert square.shape == (40, 40, 3)
    assert (square == 100).all(axis=-1).sum() == GRAY.size
    assert (square[0, 0] == PAPER).all()


def test_sheet_holds_every_picture_and_says_what_it_is_for() -> None:
    picture = np.full((50, 300, 3), 200, np.uint8)
    drawn = np.asarray(sheet([("one", picture), ("two", picture)], "a note", label_legend()))
    assert drawn.shape[1] == 2 * 300 + 3 * GAP
    assert (drawn == 200).all(axis=-1).sum() == 2 * 50 * 300
    assert drawn.shape[0] > np.asarray(sheet([("", picture)], "a note")).shape[0]
    assert "not for diagnosis" in NOTICE


def test_montage_and_grid_keep_their_order() -> None:
    dark, light = (colored(np.full((10, 10), level, np.uint8)) for level in (10, 240))
    row = grid([[dark, light]])
    assert row.shape == (10, 26, 3)
    assert (row[:, :10] == 10).all()
    assert (row[:, 10:16] == 255).all()
    assert (row[:, 16:] == 240).all()
    montage = np.asarray(Image.open(io.BytesIO(montage_png([dark, light], height=20))))
    assert montage.shape == (20, 52, 3)
    assert montage[10, 5, 0] < montage[10, 45, 0]


def test_pictures_are_files_that_others_read() -> None:
    picture = colored(GRAY)
    np.testing.assert_array_equal(Image.open(io.BytesIO(png(picture))), picture)
    assert Image.open(io.BytesIO(webp(picture))).size == (30, 20)
