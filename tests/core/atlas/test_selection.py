"""What a choice of patches has in common."""

import numpy as np
import pytest

from core.atlas.atlas import Atlas
from core.atlas.selection import boxes, contrast, inside, nearest, shares, walk


def test_tumor_patches_differ_from_the_rest_by_what_makes_them_so(atlas: Atlas) -> None:
    chosen = atlas.table["tumor_fraction"].to_numpy() > 0.5
    told = contrast(atlas.table, chosen)
    assert told.loc["tumor_fraction", "chosen"] > 0.5 > told.loc["tumor_fraction", "rest"]
    assert told.loc["mean_hu", "chosen"] == pytest.approx(atlas.table.loc[chosen, "mean_hu"].mean())
    assert told.loc["tumor_fraction", "difference"] > 1


def test_all_or_nothing_chosen_has_nothing_to_be_compared_with(atlas: Atlas) -> None:
    for everything in (True, False):
        told = contrast(atlas.table, np.full(len(atlas), everything))
        assert told["difference"].isna().all()


def test_patients_are_counted_most_chosen_first(atlas: Atlas) -> None:
    chosen = (atlas.table["case"] == "two").to_numpy()
    told = shares(atlas.table, chosen, "case")
    assert told.index[0] == "two"
    assert told["chosen"].tolist() == [int(chosen.sum()), 0, 0]
    assert told["all"].sum() == len(atlas)


def test_a_lasso_takes_what_lies_inside_whatever_its_shape() -> None:
    horseshoe = np.float32([[0, 0], [6, 0], [6, 6], [4, 6], [4, 2], [2, 2], [2, 6], [0, 6]])
    points = np.float32([[1, 5], [3, 5], [5, 5], [3, 1], [7, 1], [-1, 3]])
    assert inside(points, horseshoe).tolist() == [True, False, True, True, False, False]


def test_a_patch_is_its_own_nearest_and_the_others_follow_by_distance() -> None:
    codes = np.float32([[0, 0], [3, 4], [0, 1], [0, 1]])
    rows, distances = nearest(codes, codes[0], 3)
    assert rows.tolist() == [0, 2, 3]
    assert distances.tolist() == [0, 1, 1]


def test_a_walk_begins_and_ends_at_its_patches() -> None:
    way = walk(np.float32([0, 2]), np.float32([4, 0]), 5)
    assert way.tolist() == [[0, 2], [1, 1.5], [2, 1], [3, 0.5], [4, 0]]


def test_patches_of_one_slice_share_a_row_of_boxes(atlas: Atlas) -> None:
    rows = np.flatnonzero((atlas.table["case"] == "one").to_numpy())
    told = boxes(atlas.table, rows)
    assert told["slice"].tolist() == [1, 2]
    assert sum(map(len, told["top"])) == sum(map(len, told["left"])) == len(rows)
