import numpy as np
import pytest

from core.atlas.patches import (
    CONTENT,
    ORIGIN,
    PATCH,
    SLICE_SIDE,
    Patches,
    Squares,
    cut,
    cut_case,
    cut_volume,
    kinds,
    squares_of,
    tiles,
)
from core.atlas.texture import textures
from core.errors import BadDataset
from core.geometry.fits import axial_view
from core.io.datasets import LabelledCase
from core.volume import volume_from_array
from tests.core.training.sample import Drawing


def case_of(drawing: Drawing) -> LabelledCase:
    return LabelledCase("volume-1", "phantom", "train", drawing.read)


def square(organ: int, tumor: int = 0) -> Squares:
    """One slice whose first patch holds so many pixels of organ and of tumor."""
    marks = [np.zeros((1, SLICE_SIDE, SLICE_SIDE), np.uint8) for _ in range(2)]
    for mark, pixels in zip(marks, (organ, tumor), strict=True):
        mark[0, : pixels // PATCH, :PATCH] = 255
    gray = np.full((1, SLICE_SIDE, SLICE_SIDE), 100, np.uint8)
    return Squares(np.array([7]), gray, *marks)


def patches_of(squares: Squares) -> Patches:
    return cut(squares, dataset="a", split="test", patient="p", case="c")


def test_patches_are_those_that_tensorflow_extracts() -> None:
    import tensorflow as tf

    squares = np.random.default_rng(0).integers(0, 255, (2, 96, 96), np.uint8)
    window = [1, PATCH, PATCH, 1]
    theirs = tf.image.extract_patches(
        squares[..., None], sizes=window, strides=window, rates=[1, 1, 1, 1], padding="VALID"
    )
    np.testing.assert_array_equal(tiles(squares).reshape(theirs.shape), theirs)


def test_rows_past_the_last_whole_patch_are_left_out() -> None:
    assert tiles(np.zeros((1, 70, 70), np.uint8)).shape == (1, 2, 2, PATCH, PATCH)


def test_patch_with_a_quarter_of_liver_counts_and_one_with_less_does_not() -> None:
    assert len(patches_of(square(organ=8 * PATCH))) == 1
    assert len(patches_of(square(organ=7 * PATCH))) == 0


def test_shares_of_liver_and_tumor_are_those_of_the_pixels() -> None:
    table = patches_of(square(organ=24 * PATCH, tumor=8 * PATCH)).table
    assert table[["liver_fraction", "tumor_fraction"]].iloc[0].tolist() == [0.75, 0.25]
    assert table["mean_hu"].iloc[0] == pytest.approx(100 / 255 * 200 - 40, abs=1e-4)
    assert table[["slice", "top", "left"]].iloc[0].tolist() == [7, 0, 0]


def test_only_slices_with_tumor_are_cut_and_each_patch_says_where_it_was() -> None:
    patches = cut_case(case_of(Drawing()))
    assert tuple(patches.table.columns) == (*ORIGIN, *CONTENT)
    assert set(patches.table["slice"]) == {2, 3}
    volume, labels = Drawing().read()
    gray = squares_of(volume, labels, [2, 3])
    row = patches.table.iloc[-1]
    there = gray.gray[1, row.top : row.top + PATCH, row.left : row.left + PATCH]
    np.testing.assert_array_equal(patches.images[-1], there)


def test_patch_lies_on_the_liver_as_it_is_displayed() -> None:
    """The drawn liver is on the patient's right: on the left of the screen."""
    volume, labels = Drawing().read()
    shown = np.argwhere(axial_view(labels)[2])
    assert shown[:, 1].max() < volume.shape[0] / 2
    assert cut_case(case_of(Drawing())).table["left"].max() + PATCH <= SLICE_SIDE / 2


def test_case_without_tumor_gives_no_patch() -> None:
    assert len(cut_case(case_of(Drawing(tumor_slices=0)))) == 0


def test_own_scan_is_cut_where_it_is_told() -> None:
    volume, labels = Drawing().read()
    assert set(cut_volume(volume, labels, [1]).table["slice"]) == {1}


def test_slices_smaller_than_a_patch_are_refused_in_one_sentence() -> None:
    small = volume_from_array(np.zeros((20, 20, 3), np.int16), np.eye(4), source="tiny", digest="0")
    with pytest.raises(BadDataset, match="20×20 pixels, less than a patch of 32×32"):
        squares_of(small, np.zeros((20, 20, 3), np.uint8), [0])


def test_what_is_neither_tumor_nor_plain_liver_has_no_kind() -> None:
    table = patches_of(square(organ=32 * PATCH)).table
    found = kinds(table.loc[[0, 0, 0]].assign(tumor_fraction=[0.0, 0.1, 0.25]))
    np.testing.assert_array_equal(found, [0.0, np.nan, 1.0])


def test_even_patch_has_no_texture_and_a_checkered_one_has() -> None:
    even = np.full((PATCH, PATCH), 120, np.uint8)
    checkered = (np.indices((PATCH, PATCH)).sum(axis=0) % 2 * 64).astype(np.uint8)
    found = textures(np.stack([even, checkered]))
    assert found["glcm_contrast"][0] == 0
    assert found["glcm_homogeneity"][0] == 1
    # Sideways and up all neighbours differ by four levels of 16, on diagonals none does.
    assert found["glcm_contrast"][1] == pytest.approx(8)
    assert found["lbp_entropy"][1] != found["lbp_entropy"][0]
