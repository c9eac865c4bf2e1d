"""What the networks see while they learn."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from core.training.data import (
    Augmentation,
    Batches,
    example,
    sampling_weights,
    usable_slices,
    vary,
)
from core.training.pack import Pack, Task, pack_cases
from tests.core.training.sample import SLICES, TINY, cases

STILL = Augmentation(0, 0, 0, 0, 0, 0)
MOVED = Augmentation(brightness=0, contrast=0, noise=0)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """One patient with tumors, one with few, one whose tumors nobody marked."""
    some = [
        *cases("many", tumor_slices=3),
        *cases("few", tumor_slices=1),
        *cases("unmarked", tumors_labelled=False),
    ]
    return pack_cases(some, TINY, "liver", tmp_path_factory.mktemp("packs"))


def corner_mark() -> NDArray[np.uint8]:
    """A square on the upper left, as bright as can be."""
    image = np.zeros((32, 32), np.uint8)
    image[6:14, 6:14] = 255
    return image


def test_liver_network_learns_from_every_slice(pack: Pack) -> None:
    slices = usable_slices(pack, "liver")
    assert len(slices) == 3 * SLICES
    assert (sampling_weights(pack, slices) > 0).all()


def test_tumor_network_learns_from_livers_whose_tumors_are_marked(pack: Pack) -> None:
    slices = usable_slices(pack, "tumor")
    assert {pack.records[index].case for index in slices} == {"many", "few"}
    assert all(pack.records[index].liver for index in slices)
    assert len(slices) == 2 * (SLICES - 1)


@pytest.mark.parametrize("task", ["liver", "tumor"])
def test_a_third_of_the_draws_show_a_tumor(pack: Pack, task: Task) -> None:
    slices = usable_slices(pack, task)
    weights = sampling_weights(pack, slices)
    positive = np.array([pack.records[index].tumor for index in slices])
    assert weights.sum() == pytest.approx(1)
    assert weights[positive].sum() == pytest.approx(1 / 3)


def test_share_of_a_patient_grows_with_the_root_of_its_tumor_slices(pack: Pack) -> None:
    slices = usable_slices(pack, "tumor")
    weights = sampling_weights(pack, slices)
    shares = {
        name: sum(
            weight
            for weight, index in zip(weights, slices, strict=True)
            if pack.records[index].case == name and pack.records[index].tumor
        )
        for name in ("many", "few")
    }
    assert shares["many"] / shares["few"] == pytest.approx(np.sqrt(3))


def test_tumor_network_sees_only_liver(pack: Pack) -> None:
    image, target = example(pack, 2, "tumor")
    assert not image[pack.organ[2] < 128].any()
    liver = pack.organ[2] >= 128
    shift = 128 - pack.records[2].liver_gray
    np.testing.assert_allclose(image[liver], pack.images[2][liver] + shift, atol=1)
    np.testing.assert_array_equal(target, pack.tumor[2])


def test_liver_network_sees_the_whole_slice(pack: Pack) -> None:
    image, target = example(pack, 2, "liver")
    np.testing.assert_array_equal(image, pack.images[2])
    np.testing.assert_array_equal(target, pack.organ[2])


def test_no_variation_changes_nothing(pack: Pack) -> None:
    image, target = example(pack, 2, "liver")
    varied = vary(image, target, STILL, np.random.default_rng(0))
    assert np.abs(varied[0].astype(int) - image).max() <= 1
    np.testing.assert_array_equal(varied[1], target)


@given(st.integers(0, 10_000))
def test_image_and_target_move_together(seed: int) -> None:
    mark = corner_mark()
    image, target = vary(mark, mark, MOVED, np.random.default_rng(seed))
    assert np.abs(image.astype(int) - target).max() <= 1
    assert target.sum() > 0.6 * mark.sum()


@given(st.integers(0, 10_000))
def test_liver_is_never_mirrored_to_the_other_side(seed: int) -> None:
    _, target = vary(corner_mark(), corner_mark(), Augmentation(), np.random.default_rng(seed))
    row, column = np.argwhere(target > 127).mean(axis=0)
    assert row < 16
    assert column < 16


@given(st.integers(0, 10_000))
def test_black_stays_black(seed: int) -> None:
    how = Augmentation(rotation_degrees=0, scale=0, shift=0, brightness=0.3, noise=0.1)
    image, _ = vary(corner_mark(), corner_mark(), how, np.random.default_rng(seed))
    assert not image[corner_mark() == 0].any()


def grays(scaled: NDArray[np.float32]) -> bytes:
    return np.rint(scaled * 255).astype(np.uint8).tobytes()


def test_batches_are_scaled_to_0_and_1(pack: Pack) -> None:
    images, targets = Batches(pack, "liver", 5)[0]
    assert (images.shape, targets.shape) == ((5, 32, 32, 3), (5, 32, 32, 1))
    assert images.dtype == targets.dtype == np.float32
    assert 0 <= images.min() < images.max() <= 1
    assert (targets.min(), targets.max()) == (0, 1)


@pytest.mark.parametrize("task", ["liver", "tumor"])
def test_without_variation_every_slice_comes_once(pack: Pack, task: Task) -> None:
    batches = Batches(pack, task, 4)
    seen = Counter(
        (grays(image[..., 1]), grays(target[..., 0]))
        for number in range(len(batches))
        for image, target in zip(*batches[number], strict=True)
    )
    examples = (example(pack, int(index), task) for index in usable_slices(pack, task))
    assert seen == Counter((image.tobytes(), target.tobytes()) for image, target in examples)


def test_without_variation_the_order_stays(pack: Pack) -> None:
    batches = Batches(pack, "liver", 12)
    before = batches[0][0]
    batches.on_epoch_end()
    np.testing.assert_array_equal(batches[0][0], before)


@pytest.mark.parametrize("task", ["liver", "tumor"])
def test_resumed_run_sees_what_an_uninterrupted_one_would(pack: Pack, task: Task) -> None:
    def batches(first_epoch: int) -> Batches:
        return Batches(pack, task, 4, augmentation=Augmentation(), seed=5, first_epoch=first_epoch)

    uninterrupted, resumed = batches(0), batches(2)
    first = uninterrupted[1][0]
    for _ in range(2):
        uninterrupted.on_epoch_end()
    np.testing.assert_array_equal(uninterrupted[1][0], resumed[1][0])
    assert not np.array_equal(first, resumed[1][0]), "each epoch draws anew"


def test_another_seed_draws_other_batches(pack: Pack) -> None:
    one, other = (
        Batches(pack, "liver", 4, augmentation=Augmentation(), seed=seed)[0][0] for seed in (1, 2)
    )
    assert not np.array_equal(one, other)


def test_epoch_may_be_shorter_than_the_data(pack: Pack) -> None:
    batches = Batches(pack, "tumor", 4, augmentation=Augmentation(), slices_per_epoch=10)
    assert len(batches) == 3
    assert [len(batches[number][0]) for number in range(3)] == [4, 4, 2]
