"""A visitor's scan among the patches of an atlas that stays as it is."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core.atlas.own import OWN, PLAIN_SLICES, STAGES, joined, place_own, telling_slices
from core.atlas.pictures import Pictures, same_slice
from core.errors import BadAtlas, Cancelled
from core.volume import Volume
from tests import scene
from tests.core.atlas.drawn import AUTOENCODER, atlas_of


@pytest.fixture
def placing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Place all in the origin, and tell on which maps: projections have tests of their own."""
    asked: list[str] = []

    def place(codes: Any, positions: Any, projection: object, new: Any, _: object) -> Any:
        asked.append(type(projection).__name__)
        return np.zeros((len(new), 2), np.float32)

    monkeypatch.setattr("core.atlas.own.place", place)
    return asked


def own_of(scan: Volume, **options: Callable[..., Any]) -> Any:
    labels = scene.draw()[1]
    return place_own(atlas_of(), scan, labels, AUTOENCODER, **options)


def test_slices_with_tumor_tell_most(scan: Volume) -> None:
    labels = scene.draw()[1]
    np.testing.assert_array_equal(
        telling_slices(labels), np.flatnonzero((labels == 2).any(axis=(0, 1)))
    )


def test_scan_without_tumor_shows_slices_from_the_whole_liver() -> None:
    labels = scene.draw(tumor=False)[1]
    with_liver = np.flatnonzero(labels.any(axis=(0, 1)))
    chosen = telling_slices(labels)
    assert len(chosen) == min(PLAIN_SLICES, len(with_liver))
    assert {chosen[0], chosen[-1]} == {with_liver[0], with_liver[-1]}
    assert not len(telling_slices(np.zeros_like(labels)))


def test_own_patches_are_placed_on_every_map_and_scored_like_the_others(
    scan: Volume, placing: list[str]
) -> None:
    told: list[tuple[str, float]] = []
    own = own_of(scan, progress=lambda stage, done: told.append((stage, done)))
    assert placing == ["Pca", "Tsne", "Umap"]
    assert [stage for stage, done in told if done == 1] == list(STAGES)
    assert own.atlas == "drawn"
    assert own.table["neighbour_distance"].notna().all()
    assert (own.table["reconstruction_error"] >= 0).all()
    assert set(own.table["dataset"]) == {OWN}


def test_joined_atlas_ends_with_the_own_patches_and_keeps_the_others(
    scan: Volume, placing: list[str]
) -> None:
    known, own = atlas_of(), own_of(scan)
    both = joined(known, own)
    assert len(both) == len(known) + len(own.table)
    np.testing.assert_array_equal(both.map("tsne")[: len(known)], known.map("tsne"))
    np.testing.assert_array_equal(both.codes[len(known) :], own.codes)
    assert both.images is not None
    np.testing.assert_array_equal(both.images[len(known) :], own.images)


def test_cancelled_placing_says_that_the_atlas_is_as_it_was(
    scan: Volume, placing: list[str]
) -> None:
    with pytest.raises(Cancelled, match="the atlas is as it was"):
        own_of(scan, cancelled=lambda: True)
    assert not placing


def test_scan_without_liver_is_one_sentence(scan: Volume) -> None:
    nothing = np.zeros(scan.shape, np.uint8)
    with pytest.raises(BadAtlas, match="No patch of this scan shows enough liver"):
        place_own(atlas_of(), scan, nothing, AUTOENCODER)


def test_atlas_without_images_draws_its_patches_and_shows_the_own_ones(
    scan: Volume, placing: list[str]
) -> None:
    bare, own = atlas_of(images=False), own_of(scan)
    both = joined(bare, own)
    pictures = Pictures(both, AUTOENCODER, own)
    first, last = pictures.patches(np.array([0, len(both) - 1]))
    np.testing.assert_allclose(first, AUTOENCODER.decode(bare.codes[:1])[0], atol=0.5)
    np.testing.assert_array_equal(last, own.images[-1])
    assert not pictures.are_true(0)
    assert pictures.are_true(len(both) - 1)


def test_slice_is_pieced_together_from_its_patches() -> None:
    atlas = atlas_of()
    pictures = Pictures(atlas, AUTOENCODER)
    mosaic = pictures.mosaic(30)
    rows = same_slice(atlas.table, 30)
    assert 30 in rows
    assert atlas.images is not None
    for row in rows:
        place = atlas.table.iloc[row]
        piece = mosaic[place["top"] : place["top"] + 32, place["left"] : place["left"] + 32]
        np.testing.assert_array_equal(piece, atlas.images[row])
