"""Where in a slice the autoencoder cannot redraw what it sees."""

import numpy as np
import pytest

from core.atlas.encoders import Autoencoder
from core.atlas.heatmap import error_map
from tests.core.atlas import scans

BLIND = Autoencoder("", scans.encode, lambda codes: np.zeros((len(codes), 32, 32), np.float32))


@pytest.mark.parametrize("shape", [(64, 64), (32, 32), (50, 77)])
def test_overlapping_windows_leave_no_grid_behind(shape: tuple[int, int]) -> None:
    """Every window errs by the same everywhere, so their blend does as well."""
    gray = np.full(shape, 51, np.uint8)
    found = error_map(gray, BLIND)
    assert found.shape == shape
    np.testing.assert_allclose(found, 0.04, rtol=1e-5)


def test_what_is_redrawn_exactly_has_no_error() -> None:
    assert error_map(np.full((64, 64), 90, np.uint8), scans.AVERAGING).max() == 0


def test_the_error_stands_where_the_strange_thing_is() -> None:
    gray = np.full((96, 96), 90, np.uint8)
    gray[40:44, 60:64] = 255
    found = error_map(gray, scans.AVERAGING)
    row, column = np.unravel_index(found.argmax(), found.shape)
    assert 40 <= row < 44
    assert 60 <= column < 64
    assert found[:20, :20].max() == 0
