"""What a map kept of the neighbourhoods."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness as reference

from core.atlas.neighbourhoods import agreement, sample, seed_grid, trustworthiness
from tests.core.atlas import scans


def test_trustworthiness_is_that_of_scikit_learn() -> None:
    codes = scans.groups()
    positions = np.random.default_rng(0).normal(size=(120, 2)).astype(np.float32)
    for map_ in (positions, codes[:, :2]):
        expected = reference(codes, map_, n_neighbors=10)
        assert trustworthiness(codes, map_) == pytest.approx(expected, abs=1e-9)


def test_a_map_that_keeps_everything_is_trusted_fully() -> None:
    codes = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    assert trustworthiness(codes, codes * 3) == pytest.approx(1)


def test_fewer_anchors_give_about_the_same() -> None:
    codes = scans.groups()
    positions = codes[:, 2:4]
    assert trustworthiness(codes, positions, anchors=60) == pytest.approx(
        trustworthiness(codes, positions), abs=0.05
    )


def test_maps_agree_with_themselves_and_not_with_chance() -> None:
    here, there = np.random.default_rng(0).normal(size=(2, 200, 2)).astype(np.float32)
    assert agreement(here, -2 * here) == 1
    assert agreement(here, there) < 0.15


def test_grid_has_a_map_for_each_seed_and_perplexity_and_tells_how_far_it_is() -> None:
    seen: list[float] = []
    grid = seed_grid(scans.groups(20), (0, 1), (5, 10), progress=seen.append)
    assert [(one.projection.perplexity, one.projection.seed) for one in grid] == [
        (5, 0), (5, 1), (10, 0), (10, 1),
    ]  # fmt: skip
    assert all(0.8 < one.trustworthiness <= 1 for one in grid)
    assert seen == [0.25, 0.5, 0.75, 1]


def test_a_cancelled_grid_keeps_what_is_done() -> None:
    answers = iter((False, True))
    assert len(seed_grid(scans.groups(20), (0, 1), (5,), cancelled=lambda: next(answers))) == 1


def test_a_sample_is_drawn_in_order_and_no_larger_than_all() -> None:
    assert sample(5, 10).tolist() == [0, 1, 2, 3, 4]
    chosen = sample(100, 10)
    assert len(set(chosen.tolist())) == 10
    assert (np.diff(chosen) > 0).all()
