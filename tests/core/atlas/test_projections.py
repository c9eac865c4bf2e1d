"""Maps: one seed gives one map, and new patches join it without moving it."""

import subprocess
import sys
from time import perf_counter

import numpy as np
import pytest
from numpy.typing import NDArray

from core.atlas.projections import (
    Pca,
    Projection,
    Tsne,
    Umap,
    described,
    place,
    project,
    projection_of,
)
from core.errors import BadAtlas, Cancelled
from tests.core.atlas import scans

FAST = [Pca(), Tsne(perplexity=10), Tsne(perplexity=10, start="random", seed=3)]
UMAP = Umap(neighbours=10)
EVERY = [*FAST, UMAP]


def away(placed: NDArray[np.float32], positions: NDArray[np.float32]) -> NDArray[np.float32]:
    """Distances as share of the map's diagonal."""
    diagonal = np.linalg.norm(np.ptp(positions, axis=0))
    return np.linalg.norm(placed - positions, axis=1) / diagonal


@pytest.mark.parametrize("projection", FAST, ids=str)
def test_one_seed_gives_one_map(projection: Projection) -> None:
    codes = scans.groups()
    first = project(codes, projection)
    assert first.shape == (120, 2)
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(first, project(codes, projection))


@pytest.fixture(scope="module")
def umap_map() -> NDArray[np.float32]:
    return project(scans.groups(), UMAP)


@pytest.mark.slow
def test_one_seed_gives_one_umap_whoever_keeps_it(umap_map: NDArray[np.float32]) -> None:
    assert umap_map.shape == (120, 2)
    assert np.isfinite(umap_map).all()
    kept = projection_of(described(UMAP))
    np.testing.assert_array_equal(umap_map, project(scans.groups(), kept))


def test_another_seed_gives_another_map_from_a_random_start() -> None:
    codes = scans.groups()
    one, other = (project(codes, Tsne(10, start="random", seed=seed)) for seed in (0, 1))
    assert np.abs(one - other).max() > 1


@pytest.mark.parametrize("projection", FAST, ids=str)
def test_known_patches_are_placed_where_they_are(projection: Projection) -> None:
    codes = scans.groups()
    positions = project(codes, projection)
    placed = place(codes, positions, projection, codes)
    assert np.median(away(placed, positions)) < 0.01


def test_a_map_that_lies_off_center_keeps_its_place() -> None:
    """OpenTSNE moves the map to the middle of its box before it places anything."""
    codes = scans.groups()
    positions = project(codes, Tsne(perplexity=10)) + np.float32([500, -300])
    kept = positions.copy()
    placed = place(codes, positions, Tsne(perplexity=10), codes[:20])
    np.testing.assert_array_equal(positions, kept)
    assert np.median(away(placed, positions[:20])) < 0.01


@pytest.mark.slow
def test_a_map_read_from_a_table_takes_new_patches_on_umap(umap_map: NDArray[np.float32]) -> None:
    """The columns of a table come transposed in memory, which UMAP refuses."""
    codes, positions = scans.groups(), np.asfortranarray(umap_map)
    assert not positions.flags.c_contiguous
    # Not all of them: UMAP answers its own codes with its own map, without placing anything.
    some = np.arange(0, len(codes), 2)
    placed = place(codes, positions, UMAP, codes[some])
    diagonal = np.linalg.norm(np.ptp(positions, axis=0))
    assert np.median(np.linalg.norm(placed - positions[some], axis=1)) < 0.05 * diagonal


def test_umap_stops_when_it_is_no_longer_wanted() -> None:
    began = perf_counter()
    with pytest.raises(Cancelled, match="The map by UMAP was cancelled"):
        project(scans.groups(), Umap(neighbours=5), cancelled=lambda: True)
    assert perf_counter() - began < 5


def test_new_patches_of_a_group_land_among_that_group() -> None:
    codes, new = scans.groups(), scans.groups(seed=1)[:40]
    positions = project(codes, Tsne(perplexity=10))
    placed = place(codes, positions, Tsne(perplexity=10), new)
    own, other = (
        np.linalg.norm(placed[:, None] - part[None], axis=2).min(axis=1)
        for part in (positions[:40], positions[40:])
    )
    assert (own < other).all()


def test_nothing_new_is_placed_nowhere() -> None:
    codes = scans.groups()
    assert place(codes, codes[:, :2], Tsne(), codes[:0]).shape == (0, 2)


def test_fewer_patches_than_the_perplexity_needs_are_refused_with_both_numbers() -> None:
    with pytest.raises(BadAtlas, match=r"perplexity of 50 needs at least 152 patches .* are 120"):
        project(scans.groups(), Tsne(perplexity=50))
    with pytest.raises(BadAtlas, match="UMAP with 15 neighbours needs at least 17"):
        project(scans.groups()[:10], Umap())
    with pytest.raises(BadAtlas, match="PCA needs at least 3"):
        project(scans.groups()[:2], Pca())


@pytest.mark.parametrize("projection", EVERY, ids=str)
def test_parameters_come_back_from_what_an_atlas_keeps_of_them(projection: Projection) -> None:
    assert projection_of(described(projection)) == projection


def test_maps_bring_no_tensorflow_into_the_server() -> None:
    told = (
        "import sys; from core.atlas import projections, neighbourhoods, clusters, own; "
        "from tests.core.atlas import scans; "
        "projections.project(scans.groups(), projections.Tsne(10)); "
        "assert not {'tensorflow', 'keras', 'umap'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", told], check=True)
