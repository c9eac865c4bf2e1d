"""Groups of codes."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from core.atlas.clusters import density, hdbscan, kmeans
from core.errors import BadAtlas
from tests.core.atlas import scans

TRUE = np.repeat([0, 1, 2], 40)


def test_both_methods_find_three_far_groups() -> None:
    codes = scans.groups()
    assert adjusted_rand_score(TRUE, kmeans(codes, 3)) == 1
    assert adjusted_rand_score(TRUE, hdbscan(codes, smallest=20)) > 0.95


def test_one_seed_gives_one_grouping() -> None:
    codes = scans.groups()
    np.testing.assert_array_equal(kmeans(codes, 5, seed=4), kmeans(codes, 5, seed=4))


def test_a_lonely_code_is_in_no_dense_group() -> None:
    codes = np.concatenate([scans.groups(), np.full((1, 6), 90, np.float32)])
    assert hdbscan(codes, smallest=20)[-1] == -1


def test_too_few_codes_are_refused_or_in_no_group() -> None:
    with pytest.raises(BadAtlas, match="2 patches cannot be parted into 8 clusters"):
        kmeans(scans.groups()[:2])
    assert hdbscan(scans.groups()[:5]).tolist() == [-1] * 5


def test_density_is_highest_in_the_crowd_and_finite_where_patches_coincide() -> None:
    crowd = np.random.default_rng(0).normal(0, 0.1, (50, 2))
    apart = np.random.default_rng(1).normal(0, 50, (50, 2))
    found = density(np.concatenate([crowd, apart]).astype(np.float32))
    assert found.max() == 1
    assert found[:50].min() > np.median(found[50:])
    assert np.isfinite(density(np.zeros((30, 2), np.float32))).all()
    assert density(np.zeros((1, 2), np.float32)).tolist() == [1]
