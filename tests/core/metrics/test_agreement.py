"""Agreement of several networks: pooled Dice of every two masks."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.metrics.agreement import pairwise_dice
from core.metrics.overlap import Overlap, overlap, pooled


@given(st.integers(2, 6), st.integers(0, 2**32 - 1))
def test_it_is_the_dice_of_all_pairs_pooled(voices: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    masks = rng.random((voices, 4, 5, 6)) < rng.random()
    pairs: list[Overlap] = [overlap(one, other) for one, other in combinations(masks, 2)]
    found = pairwise_dice(masks.sum(axis=0).astype(np.uint8), voices)
    if masks.any():
        assert found == pytest.approx(pooled(pairs).dice)
    else:
        assert found is None


def test_networks_that_call_the_same_agree_wholly() -> None:
    votes = np.zeros((3, 8, 8), np.uint8)
    votes[1, 2:5, 2:5] = 5
    assert pairwise_dice(votes, 5) == 1


def test_one_network_among_five_that_calls_something_is_contradicted() -> None:
    votes = np.zeros((3, 8, 8), np.uint8)
    votes[1, 2:5, 2:5] = 1
    assert pairwise_dice(votes, 5) == 0


def test_a_single_network_agrees_with_nobody() -> None:
    assert pairwise_dice(np.ones((2, 2, 2), np.uint8), 1) is None
