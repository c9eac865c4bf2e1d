"""The loss, against values worked out by hand."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from core.models.losses import bce_dice_loss, dice_coefficient

Pixels = NDArray[np.float32]


def batch(*values: float) -> Pixels:
    """Lay pixels in a batch of one square [1, 2, n/2, 1]."""
    return np.array(values, np.float32).reshape(1, 2, -1, 1)


def test_dice_counts_overlap_twice_over_both_sizes() -> None:
    truth, probability = batch(1, 1, 0, 0), batch(1, 0, 1, 0)
    assert float(dice_coefficient(truth, probability)) == pytest.approx((2 * 1 + 1) / (2 + 2 + 1))


def test_loss_is_cross_entropy_plus_what_dice_lacks() -> None:
    truth, probability = batch(1, 0, 0, 0), batch(0.8, 0.4, 0.1, 0.1)
    cross_entropy = -(math.log(0.8) + math.log(0.6) + 2 * math.log(0.9)) / 4
    dice = (2 * 0.8 + 1) / (1 + 1.4 + 1)
    assert float(bce_dice_loss(truth, probability)) == pytest.approx(
        cross_entropy + 1 - dice, abs=1e-5
    )


def test_perfect_prediction_costs_nothing() -> None:
    truth = batch(1, 1, 0, 0)
    assert float(bce_dice_loss(truth, truth)) == pytest.approx(0, abs=1e-5)


def test_batch_without_the_structure_is_defined() -> None:
    nothing = batch(0, 0, 0, 0)
    assert float(dice_coefficient(nothing, nothing)) == 1
    assert float(bce_dice_loss(nothing, nothing)) == pytest.approx(0, abs=1e-5)
    assert float(bce_dice_loss(nothing, batch(0.5, 0, 0, 0))) > 0.1


def test_dice_pools_the_batch() -> None:
    full, empty = batch(1, 1, 1, 1), batch(0, 0, 0, 0)
    truth, probability = np.concatenate([full, empty]), np.concatenate([full, full])
    assert float(dice_coefficient(truth, probability)) == pytest.approx((2 * 4 + 1) / (4 + 8 + 1))


def test_target_may_be_the_covered_share_of_a_pixel() -> None:
    half = batch(0.5, 0.5, 0.5, 0.5)
    worse = batch(0.9, 0.9, 0.9, 0.9)
    assert float(bce_dice_loss(half, half)) < float(bce_dice_loss(half, worse))
