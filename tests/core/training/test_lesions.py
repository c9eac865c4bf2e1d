"""Synthetic lesions: inside the liver, told to the network, the same from the same numbers."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.training.lesions import NUMBERS, Painting, paint

Floats = NDArray[np.float32]
COUNT, SIDE = 6, 64
ALWAYS = Painting(clean_share=1.0, tumor_share=0.0)


@pytest.fixture
def liver() -> Floats:
    """A square of liver in three neighbouring slices."""
    cover = np.zeros((COUNT, SIDE, SIDE, 3), np.float32)
    cover[:, 8:56, 8:56] = 1
    return cover


def drawn(seed: int = 0, **fixed: float) -> tuple[Floats, Floats, Floats]:
    """Chances, noise and the neighbours' distance; `fixed` sets numbers of every lesion."""
    rng = np.random.default_rng(seed)
    numbers = rng.random((COUNT, 1 + ALWAYS.most, NUMBERS), np.float32)
    for place, value in fixed.items():
        numbers[:, 1:, int(place.removeprefix("n"))] = value
    noise = rng.standard_normal((COUNT, SIDE, SIDE, 3)).astype(np.float32)
    return numbers, noise, np.full(COUNT, 4.0, np.float32)


def painted(
    liver: Floats, tumor: Floats, how: Painting = ALWAYS, **fixed: float
) -> tuple[Floats, Floats]:
    planes = np.where(liver > 0, 128, 40).astype(np.float32)
    numbers, noise, gap = drawn(**fixed)
    return paint(planes, liver, tumor, numbers, noise, gap, how)


def test_lesions_lie_inside_the_liver_and_are_told(liver: Floats) -> None:
    planes, tumor = painted(liver, np.zeros((COUNT, SIDE, SIDE), np.float32), n14=0.5)
    outside = liver == 0
    assert (planes[outside] == 40).all()
    assert not tumor[outside[..., 1]].any()
    assert ((tumor >= 0.5).sum((1, 2)) > 0).all()


@pytest.mark.parametrize(("bright", "sign"), [(0.99, -1), (0.0, 1)])
def test_lesions_are_darker_or_brighter_than_the_liver(
    liver: Floats, bright: float, sign: int
) -> None:
    clean = np.zeros((COUNT, SIDE, SIDE), np.float32)
    # No core, no capsule, no grain: contrast alone.
    planes, tumor = painted(liver, clean, n12=bright, n13=0.5, n17=0.9, n19=0.9, n22=0.0, n14=0.5)
    assert sign * (planes[..., 1][tumor > 0.9].mean() - 128) > 20


def test_lesion_that_lies_beside_is_seen_beside_only(liver: Floats) -> None:
    clean = np.zeros((COUNT, SIDE, SIDE), np.float32)
    # Small, and its middle at the slice above.
    planes, tumor = painted(liver, clean, n1=0.1, n14=1.0, n15=0.0, n19=0.9)
    changed = np.abs(planes - np.where(liver > 0, 128, 40)) > 8
    assert changed[..., 2].sum() >= changed[..., 0].sum()
    assert tumor.max() < 0.5


def test_slices_with_a_tumor_keep_it_as_it_is_unless_wanted(liver: Floats) -> None:
    tumor = np.zeros((COUNT, SIDE, SIDE), np.float32)
    tumor[:, 20:30, 20:30] = 1
    planes, told = painted(liver, tumor)
    np.testing.assert_array_equal(told, tumor)
    np.testing.assert_array_equal(planes, np.where(liver > 0, 128, 40))


def test_share_of_painted_slices_is_that_of_the_bounds() -> None:
    count = 400
    liver = np.ones((count, 24, 24, 3), np.float32)
    rng = np.random.default_rng(1)
    numbers = rng.random((count, 1 + ALWAYS.most, NUMBERS), np.float32)
    numbers[:, 1:, 14] = 0.5
    noise = np.zeros((count, 24, 24, 3), np.float32)
    _, tumor = paint(
        np.full_like(liver, 128), liver, np.zeros((count, 24, 24), np.float32),
        numbers, noise, np.full(count, 4.0, np.float32), Painting(clean_share=0.45),
    )  # fmt: skip
    assert (tumor.max((1, 2)) > 0).mean() == pytest.approx(0.45, abs=0.07)
