import numpy as np
import pytest

from core.errors import UnreadableScan, UnsupportedScan
from core.io.limits import MAX_VOXELS, check_shape, check_spacing


def test_a_whole_body_scan_is_within_the_limits() -> None:
    assert check_shape((512, 512, 2000)) == (512, 512, 2000)


def test_one_slice_above_the_limit_is_refused() -> None:
    slices = MAX_VOXELS // 512**2
    check_shape((slices, 512, 512))
    with pytest.raises(UnsupportedScan, match="600 million"):
        check_shape((slices + 1, 512, 512))


@pytest.mark.parametrize("shape", [(512, 512, 3), (512, 15, 15), (2, 2, 2)])
def test_too_few_voxels_are_named(shape: tuple[int, int, int]) -> None:
    with pytest.raises(UnsupportedScan, match=" × ".join(map(str, shape))):
        check_shape(shape)


def test_axes_in_one_plane_have_no_depth() -> None:
    affine = np.eye(4)
    affine[:3, 2] = [1, 1e-5, 1e-5]
    with pytest.raises(UnreadableScan, match="no depth"):
        check_spacing(affine)


def test_a_place_that_is_no_number_is_refused() -> None:
    affine = np.eye(4)
    affine[0, 3] = np.nan
    with pytest.raises(UnreadableScan, match="not a number"):
        check_spacing(affine)
