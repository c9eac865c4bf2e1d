"""The images behind an atlas that does not carry them."""

from pathlib import Path

import numpy as np
import pytest

from core.atlas.atlas import Atlas
from core.atlas.originals import find_originals, original_images, squares_of_case
from core.atlas.patches import PATCH
from core.errors import BadAtlas
from tests.core.atlas import scans


def test_images_are_cut_again_as_the_atlas_has_them(atlas: Atlas, tmp_path: Path) -> None:
    shuffled = np.random.default_rng(0).permutation(len(atlas))
    table = atlas.table.iloc[shuffled].reset_index(drop=True)
    images = original_images(scans.cases(), table, tmp_path)
    assert atlas.images is not None
    np.testing.assert_array_equal(images, np.asarray(atlas.images)[shuffled])


def test_a_slice_shows_the_patch_where_the_atlas_says(atlas: Atlas) -> None:
    row = atlas.table.iloc[-1]
    squares = squares_of_case(scans.cases()[2], np.array([row["slice"]]))
    top, left = row["top"], row["left"]
    assert atlas.images is not None
    np.testing.assert_array_equal(
        squares.gray[0, top : top + PATCH, left : left + PATCH], atlas.images[-1]
    )


def test_other_data_than_the_atlas_is_of_is_refused(atlas: Atlas, tmp_path: Path) -> None:
    with pytest.raises(BadAtlas, match="are not in the data folder"):
        original_images(scans.cases()[:1], atlas.table, tmp_path)
    with pytest.raises(BadAtlas, match="has 3 slices here and the atlas names slice 40"):
        squares_of_case(scans.cases()[0], np.array([40]))


def test_data_sets_that_are_not_there_are_passed_over(atlas: Atlas, tmp_path: Path) -> None:
    assert find_originals(tmp_path, atlas.table) == {}


def test_cases_are_found_by_data_set_and_name(atlas: Atlas, lits: Path) -> None:
    table = atlas.table.assign(dataset=lits.name, case="volume-2")
    assert set(find_originals(lits.parent, table)) == {(lits.name, "volume-2")}
