"""Doubt: what the networks say when the same slices are shown a little differently."""

import itertools
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray

from core.cascade.doubt import (
    STAGES,
    VIEWS,
    View,
    Voice,
    answer_in,
    disagreement,
    spread,
)
from core.cascade.looks import Look, network_input
from core.cascade.networks import Networks
from core.cascade.segmentation import Segmentation, segment
from core.errors import Cancelled, HepatoScopeError
from core.geometry.fits import SliceFit
from core.geometry.windows import LIVER_WINDOW
from core.labels import organ_mask
from core.models.runtime import Network
from core.presets import FOCUS, PAPER
from core.volume import Volume
from tests import scene

Images = NDArray[np.float32]
SIDE = 96


@pytest.fixture(scope="module")
def found(scan: Volume) -> Segmentation:
    return segment(scan, PAPER, networks=scene.fake_networks())


@pytest.fixture
def smooth() -> NDArray[np.uint8]:
    """Two slices of slow waves, nowhere black."""
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    waves = [np.sin(5 * rows + 3 * columns), np.cos(4 * columns - 2 * rows)]
    return np.rint(120 + 90 * np.stack(waves)).astype(np.uint8)


def brightness(images: Images) -> Images:
    return images[..., 0]


def taking_turns() -> Network:
    """A network that is certain of one thing, then of the other."""
    answers = itertools.cycle((np.float32(1), np.float32(0)))
    return lambda images: np.full(images.shape[:3], next(answers), np.float32)


def spread_of(network: Network, gray: NDArray[np.uint8], views: tuple[View, ...]) -> Images:
    look = Look(LIVER_WINDOW, SliceFit.of(SIDE, SIDE, (1.0, 1.0), SIDE))
    ask = partial(answer_in, voices=(Voice(network, look),), grays=(gray,))
    return spread(ask, gray.shape, views)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_view_laid_back_lies_on_the_slice(view: View, smooth: NDArray[np.uint8]) -> None:
    moved = replace(view, brightness=0.0, contrast=1.0)
    back = moved.lay_back(moved.show(smooth).astype(np.float32))
    inner = (slice(None), slice(12, -12), slice(12, -12))
    assert np.abs(back - smooth)[inner].max() < 2
    changed = np.abs(view.show(smooth).astype(float) - smooth).mean()
    assert (changed > 2) == (view.name != "as it is")


def test_views_stay_within_what_training_varied() -> None:
    from core.training.data import Augmentation

    how = Augmentation()
    for view in VIEWS:
        assert abs(view.brightness) <= how.brightness
        assert abs(view.contrast - 1) <= how.contrast
        assert max(map(abs, view.shift)) <= how.shift
        assert abs(view.scale - 1) <= how.scale
        assert abs(view.degrees) <= how.rotation_degrees


def test_shift_goes_right_and_down() -> None:
    dot = np.zeros((1, 100, 100), np.uint8)
    dot[0, 40, 60] = 200
    assert np.argwhere(View("", shift=(0.05, 0.1)).show(dot)[0]).tolist() == [[50, 65]]


def test_black_stays_black_in_a_brighter_view() -> None:
    gray = np.array([[[0, 100], [250, 0]]], np.uint8)
    shown = View("", brightness=0.1).show(gray)
    assert (shown == [[[0, 126], [255, 0]]]).all()


def test_spread_is_the_standard_deviation_of_the_answers(smooth: NDArray[np.uint8]) -> None:
    views = (View("a"), View("b", brightness=0.08), View("c", contrast=0.9), View("d", 0.02, 1.1))
    answers = [network_input(view.show(smooth))[..., 0] for view in views]
    measured = spread_of(brightness, smooth, views)
    np.testing.assert_allclose(measured, np.std(answers, axis=0), atol=1e-5)


def test_pixel_that_a_view_moved_out_of_sight_counts_in_the_others(
    smooth: NDArray[np.uint8],
) -> None:
    sure: Network = lambda images: np.ones(images.shape[:3], np.float32)  # noqa: E731
    assert spread_of(sure, smooth, VIEWS).max() < 1e-3


def test_only_moved_places_are_in_doubt_for_who_looks_at_the_place(
    smooth: NDArray[np.uint8],
) -> None:
    def right_half(images: Images) -> Images:
        answers = np.zeros(images.shape[:3], np.float32)
        answers[:, :, SIDE // 2 :] = 1
        return answers

    doubt = spread_of(right_half, smooth, (View(""), View("", shift=(0.1, 0))))
    columns = np.flatnonzero(doubt.max(axis=(0, 1)) > 0.1)
    assert (columns.min(), columns.max()) == (SIDE // 2 - 10, SIDE // 2 - 1)
    assert doubt.max() == pytest.approx(0.5)


def test_answers_as_far_apart_as_can_be_fill_the_scale(scan: Volume, found: Segmentation) -> None:
    networks = Networks(taking_turns(), taking_turns(), found.models)
    doubt = disagreement(scan, found, networks=networks)
    organ = organ_mask(found.labels)
    assert doubt.liver.dtype == doubt.tumor.dtype == np.uint8
    assert doubt.liver.shape == doubt.tumor.shape == scan.shape
    assert doubt.liver[organ].min() == 255
    assert np.median(doubt.tumor[organ]) == 255


def test_tumors_are_in_doubt_inside_the_liver_alone(scan: Volume, found: Segmentation) -> None:
    doubt = disagreement(scan, found, networks=scene.fake_networks())
    organ = organ_mask(found.labels)
    assert doubt.tumor[organ].any()
    assert not doubt.tumor[~organ].any()
    assert doubt.views == tuple(view.name for view in VIEWS)


def test_one_view_leaves_no_doubt(scan: Volume, found: Segmentation) -> None:
    doubt = disagreement(scan, found, networks=scene.fake_networks(), views=VIEWS[:1])
    assert not doubt.liver.any()
    assert not doubt.tumor.any()


def test_networks_that_look_at_boxes_are_asked_about_these_boxes(scan: Volume) -> None:
    fake = scene.fake_networks()
    networks = replace(fake, finder=fake.liver)
    found = segment(scan, FOCUS, networks=networks)
    doubt = disagreement(scan, found, networks=networks)
    assert found.liver_box is not None
    x, y, _ = (np.flatnonzero(doubt.liver.any(axis=axes)) for axes in ((1, 2), (0, 2), (0, 1)))
    assert len(x) <= found.liver_box.columns < scan.shape[0]
    assert len(y) <= found.liver_box.rows < scan.shape[1]


def test_network_that_looks_from_afar_has_a_voice_too(scan: Volume) -> None:
    fake = scene.fake_networks()
    found = segment(scan, FOCUS, networks=replace(fake, finder=fake.liver))
    sure: Network = lambda images: np.ones(images.shape[:3], np.float32)  # noqa: E731
    doubts = [
        disagreement(scan, found, networks=replace(fake, liver=sure, finder=finder)).liver
        for finder in (sure, taking_turns())
    ]
    inside = organ_mask(found.labels)
    assert doubts[0][inside].max() <= 1
    # Half of a mean of two: certain of one thing, then of the other, it moves the mean by 0.5.
    assert np.median(doubts[1][inside]) == pytest.approx(255 / 2, abs=1)


def test_view_of_neighbours_moves_all_three_channels_alike(smooth: NDArray[np.uint8]) -> None:
    three = np.stack([smooth, smooth // 2, smooth], axis=-1)
    for view in VIEWS:
        shown = view.show(three)
        np.testing.assert_array_equal(shown[..., 0], view.show(smooth))
        np.testing.assert_array_equal(shown[..., 1], view.show(smooth // 2))


def test_progress_passes_both_networks(scan: Volume, found: Segmentation) -> None:
    told: list[tuple[str, float]] = []
    disagreement(
        scan,
        found,
        networks=scene.fake_networks(),
        progress=lambda stage, done: told.append((stage, done)),
    )
    for stage in STAGES:
        fractions = [done for name, done in told if name == stage]
        assert fractions == sorted(fractions)
        assert (fractions[0], fractions[-1]) == (0, 1)


def test_cancelled_measurement_stops(scan: Volume, found: Segmentation) -> None:
    asked: list[None] = []

    def cancelled() -> bool:
        asked.append(None)
        return len(asked) > 3

    with pytest.raises(Cancelled, match="segmentation stays"):
        disagreement(scan, found, networks=scene.fake_networks(), cancelled=cancelled)


def test_other_weights_than_those_of_the_result_are_refused(
    scan: Volume, found: Segmentation, networks: Networks
) -> None:
    others = replace(networks, digests={"liver": "c" * 64, "tumor": "b" * 64})
    with pytest.raises(HepatoScopeError, match="other weights of “paper”"):
        disagreement(scan, found, networks=others)
