"""Which way up a body lies, told by the body itself."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.phantom import make_phantom
from core.quality import check
from core.quality.orientation import orientation_findings
from core.quality.sample import take_sample
from core.volume import Volume, volume_from_array


@pytest.fixture(scope="module")
def phantom() -> Volume:
    return make_phantom(7).volume


def said(volume: Volume, hu: NDArray[np.int16]) -> set[str]:
    turned = volume_from_array(hu, volume.affine, source="turned", digest="0")
    return {finding.code for finding in orientation_findings(take_sample(turned))}


def test_body_that_lies_as_the_file_says_is_left_alone(phantom: Volume) -> None:
    assert said(phantom, phantom.hu) == set()


@pytest.mark.parametrize(
    ("axes", "expected"),
    [
        ((1,), {"front-to-back"}),
        ((2,), {"head-to-foot"}),
        ((1, 2), {"front-to-back", "head-to-foot"}),
        # Left and right look alike to bones and lungs: the networks tell them apart.
        ((0,), set()),
    ],
)
def test_swapped_direction_is_named(
    phantom: Volume, axes: tuple[int, ...], expected: set[str]
) -> None:
    assert said(phantom, np.flip(phantom.hu, axes)) == expected


@pytest.mark.parametrize(("times", "side"), [(1, "right"), (3, "left")])
def test_quarter_turn_is_named_with_the_side_of_the_spine(
    phantom: Volume, times: int, side: str
) -> None:
    turned = volume_from_array(
        np.rot90(phantom.hu, times), phantom.affine, source="turned", digest="0"
    )
    (finding,) = orientation_findings(take_sample(turned))
    assert finding.code.startswith("turned-")
    assert side in finding.reason


def test_gate_says_it_before_anything_is_segmented(phantom: Volume) -> None:
    turned = volume_from_array(phantom.hu[:, ::-1], phantom.affine, source="turned", digest="0")
    assert "front-to-back" in {finding.code for finding in check(turned)}


def test_scan_without_bone_or_lung_is_not_judged() -> None:
    hu = np.full((60, 60, 40), -1000, np.int16)
    hu[10:50, 15:45] = 50
    water = volume_from_array(hu, np.diag([4.0, 4, 4, 1]), source="water", digest="0")
    assert not list(orientation_findings(take_sample(water)))
