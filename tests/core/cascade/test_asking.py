"""Where slices are thin a network is asked about a few, and tells of those between."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from core.cascade.asking import answers, ask
from core.cascade.looks import FAR_STEP_MM, Look, liver_look, look_from_afar, tumor_look
from core.presets import FOCUS
from core.volume import Volume, volume_from_array
from tests import scene

COUNT = 11


@pytest.fixture
def ramp() -> Volume:
    """A scan whose HU grow from slice to slice, by five grey levels each."""
    hu = np.broadcast_to((np.arange(COUNT) * 10 - 20).astype(np.int16), (16, 16, COUNT))
    affine = scene.affine_of((2.0, 2.0, 2.0))
    return volume_from_array(hu.copy(), affine, source="s", digest="d")


class Counting:
    """A network that answers with what it sees, and counts the slices it was asked about."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        self.asked += len(images)
        return images[..., 0]


def middle(answers: NDArray[np.float32]) -> NDArray[np.float32]:
    side = answers.shape[1] // 2
    return answers[:, side, side]


@pytest.mark.parametrize("every", [2, 3, 5])
def test_even_change_is_told_exactly_by_a_few_slices(ramp: Volume, every: int) -> None:
    look = replace(look_from_afar(ramp, FOCUS), every=every)
    network = Counting()
    told = middle(answers(network, look, ramp, range(COUNT)).told(range(COUNT)))
    last = (COUNT - 1) // every * every
    wanted = np.round((np.minimum(np.arange(COUNT), last) * 10 + 20) * 255 / 200) / 255
    np.testing.assert_allclose(told, wanted, atol=1 / 255)
    assert network.asked == last // every + 1


@pytest.mark.parametrize("slices", [range(4, 9), range(1, 10, 4), range(10, 11), range(7, 8)])
def test_some_slices_are_told_as_in_the_whole_scan(ramp: Volume, slices: range) -> None:
    look = replace(look_from_afar(ramp, FOCUS), every=3)
    whole = answers(Counting(), look, ramp, range(COUNT)).told(range(COUNT))
    some = answers(Counting(), look, ramp, slices).told(slices)
    np.testing.assert_array_equal(some, whole[slices])


@pytest.mark.parametrize("slices", [range(COUNT), range(4, 9), range(7, 8)])
def test_answers_are_laid_on_the_grid_as_they_are_told(ramp: Volume, slices: range) -> None:
    look = replace(look_from_afar(ramp, FOCUS), every=3)
    known = answers(Counting(), look, ramp, slices)
    laid = ask(Counting(), look, ramp, slices)
    np.testing.assert_array_equal(laid, known.laid(slices))
    half = replace(known, small=known.small / 2)
    both = ask(Counting(), look, ramp, slices, other=half)
    apart = (laid.astype(int) + half.laid(slices) + 1) // 2
    np.testing.assert_array_equal(both, apart)


@pytest.mark.parametrize(("slice_mm", "every"), [(0.5, 12), (2.0, 3), (2.5, 2), (5.0, 1), (8.0, 1)])
def test_slices_from_afar_lie_some_mm_apart(slice_mm: float, every: int) -> None:
    volume = volume_from_array(
        np.zeros((4, 4, 3), np.int16),
        scene.affine_of((1.0, 1.0, slice_mm)),
        source="s",
        digest="d",
    )
    assert look_from_afar(volume, FOCUS).every == every
    assert every * slice_mm <= max(FAR_STEP_MM, slice_mm)
    unknown: Look = look_from_afar(replace(volume, spacing_known=False), FOCUS)
    assert unknown.every == 1


@pytest.mark.parametrize(
    ("slice_mm", "every"), [(0.3, 6), (0.75, 2), (1.0, 2), (1.25, 1), (5.0, 1)]
)
def test_thin_slices_are_looked_at_close_up_two_mm_apart(slice_mm: float, every: int) -> None:
    shape = (16, 16, 3)
    affine = scene.affine_of((1.0, 1.0, slice_mm))
    volume = volume_from_array(np.zeros(shape, np.int16), affine, source="s", digest="d")
    assert liver_look(volume, FOCUS).every == every
    assert tumor_look(volume, FOCUS, np.ones(shape, bool)).every == every
