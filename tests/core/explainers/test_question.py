"""A question about a scan, and the way back to it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.cascade.networks import Networks
from core.cascade.segmentation import Segmentation, segment
from core.errors import HepatoScopeError, WeightsMissing
from core.explainers.attribution import Attribution, shares
from core.explainers.backgrounds import Background
from core.explainers.export import map_to_nifti
from core.explainers.pictures import diverging, draw, native_map
from core.explainers.question import Asked, left_out, pose
from core.labels import organ_mask
from core.models import store
from core.presets import ENSEMBLE, PAPER, PRESETS
from core.volume import Volume

Z = 13


@pytest.fixture
def found(scan: Volume, networks: Networks) -> Segmentation:
    return segment(scan, PAPER, networks=networks)


@pytest.fixture(autouse=True)
def _weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for network in ("liver", "tumor"):
        folder = tmp_path / "paper" / network
        folder.mkdir(parents=True)
        (folder / store.WEIGHTS_NAME).touch()
    monkeypatch.setattr(store, "WEIGHTS_DIR", tmp_path)


@pytest.mark.parametrize("asked", Asked)
def test_question_shows_what_the_network_saw(
    scan: Volume, found: Segmentation, asked: Asked
) -> None:
    looks = found.looks(scan)
    look = {Asked.LIVER: looks.liver, Asked.TUMOR: looks.tumor}[asked]
    posed = pose(scan, found, Z, asked)
    np.testing.assert_array_equal(posed.question.gray, look.show(scan, slice(Z, Z + 1))[0])
    assert posed.question.target.sum() == pytest.approx(1)


def test_plain_slice_is_a_liver_of_one_gray(scan: Volume, found: Segmentation) -> None:
    question = pose(scan, found, Z, Asked.TUMOR).question
    assert set(np.unique(question.plain)) == {0, 128}
    np.testing.assert_array_equal(question.plain > 0, question.inside)
    assert (question.background[:, ~question.inside] == 0).all()


def test_lesion_is_aimed_at_where_it_was_called(scan: Volume, found: Segmentation) -> None:
    posed = pose(scan, found, Z, Asked.TUMOR, lesion=1)
    aimed = posed.question.target > 0
    np.testing.assert_array_equal(aimed, posed.tumor)
    assert 0 < np.count_nonzero(aimed) < np.count_nonzero(posed.organ)


def test_map_comes_back_to_the_place_it_speaks_of(scan: Volume, found: Segmentation) -> None:
    posed = pose(scan, found, Z, Asked.TUMOR)
    native = native_map(posed, posed.tumor.astype(np.float32)) >= 0.5
    called = found.labels[..., Z] == 2
    overlap = 2 * np.count_nonzero(native & called) / (native.sum() + called.sum())
    assert native.shape == scan.shape[:2]
    assert overlap > 0.9


def test_map_as_nifti_lies_on_the_scan(scan: Volume, found: Segmentation) -> None:
    import gzip

    import nibabel as nib

    posed = pose(scan, found, Z, Asked.TUMOR)
    answer = Attribution("shap", posed.tumor.astype(np.float32), 0.1, 0.0, 0.0, 1, 0, 0.0)
    image = nib.Nifti1Image.from_bytes(gzip.decompress(map_to_nifti(scan, posed, answer, Z)))
    values = np.asarray(image.dataobj)
    np.testing.assert_allclose(image.affine, scan.native.affine)
    assert values.shape == scan.native.shape
    assert values[..., Z].any()
    assert not np.delete(values, Z, axis=2).any()


def test_slice_without_liver_is_told(scan: Volume, found: Segmentation) -> None:
    empty = int(np.flatnonzero(~organ_mask(found.labels).any(axis=(0, 1)))[0])
    with pytest.raises(HepatoScopeError, match=f"Slice {empty + 1} shows no liver"):
        pose(scan, found, empty, Asked.TUMOR)


def test_slice_without_the_lesion_is_told(scan: Volume, found: Segmentation) -> None:
    with pytest.raises(HepatoScopeError, match="does not show lesion 7"):
        pose(scan, found, Z, Asked.TUMOR, lesion=7)


def test_other_slices_of_the_scan_can_be_the_background(scan: Volume, found: Segmentation) -> None:
    question = pose(scan, found, Z, Asked.TUMOR, background=Background.OWN).question
    assert len(question.background) > 1
    assert question.background.shape[1:] == question.gray.shape


def test_scan_of_tumor_alone_has_no_background_of_its_own(
    scan: Volume, found: Segmentation
) -> None:
    labels = np.where(found.labels > 0, np.uint8(2), np.uint8(0))
    with pytest.raises(HepatoScopeError, match="no other slice of liver without a called tumor"):
        pose(scan, replace(found, labels=labels), Z, Asked.TUMOR, background=Background.OWN)


def test_missing_phantoms_are_told_with_the_command_that_makes_them(
    scan: Volume, found: Segmentation
) -> None:
    with pytest.raises(WeightsMissing, match="python -m core backgrounds"):
        pose(scan, found, Z, Asked.TUMOR, background=Background.PHANTOMS)


def test_pictures_are_white_where_nothing_is_said_and_red_where_the_answer_rose(
    scan: Volume, found: Segmentation
) -> None:
    native = np.zeros(scan.shape[:2], np.float32)
    native[found.labels[..., Z] == 2] = 1
    pictures = draw(scan, found.labels, Z, native)
    red = (pictures.map[..., 0] > 150) & (pictures.map[..., 2] < 90)
    white = (pictures.map > 240).all(axis=-1)
    assert red.any()
    assert white.mean() > 0.5
    assert pictures.limit == pytest.approx(1)


def test_colors_of_opposite_values_are_as_dark() -> None:
    low, high = (diverging(np.array([[share]], np.float32)).astype(float) for share in (-1.0, 1.0))
    weights = (0.299, 0.587, 0.114)
    assert abs(float(low[0, 0] @ weights) - float(high[0, 0] @ weights)) < 25


def test_shares_add_up_and_a_blank_map_has_none(scan: Volume, found: Segmentation) -> None:
    posed = pose(scan, found, Z, Asked.TUMOR)
    values = np.ones(posed.organ.shape, np.float32)
    spread = shares(values, posed.tumor, posed.organ)
    assert spread is not None
    assert spread.tumor + spread.liver + spread.outside == pytest.approx(1)
    assert spread.tumor == pytest.approx(posed.tumor.mean())
    assert shares(0 * values, posed.tumor, posed.organ) is None


def test_network_that_sees_neighbours_is_asked_about_its_slice_between_them(
    scan: Volume, found: Segmentation, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = pose(scan, found, Z, Asked.TUMOR).question
    monkeypatch.setitem(PRESETS, "paper", replace(PAPER, tumor_neighbours_mm=scan.spacing[2]))
    between = pose(scan, found, Z, Asked.TUMOR).question
    assert alone.beside is None
    assert between.beside is not None
    np.testing.assert_array_equal(between.gray, alone.gray)
    for channel, z in enumerate((Z - 1, Z + 1)):
        neighbour = pose(scan, found, z, Asked.TUMOR).question.gray
        np.testing.assert_array_equal(between.beside[..., channel], neighbour)
    assert pose(scan, found, Z, Asked.LIVER).question.beside is None


def test_of_several_networks_the_first_is_asked_why(
    scan: Volume, found: Segmentation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PRESETS, "paper", replace(PAPER, tumor_networks=("tumor-1", "tumor-2")))
    (tmp_path / "paper" / "tumor").rename(tmp_path / "paper" / "tumor-1")
    assert pose(scan, found, Z, Asked.TUMOR).question.weights.name == "tumor-1"


def test_what_is_not_on_the_map_is_said() -> None:
    assert left_out(PAPER, Asked.TUMOR) == ""
    assert left_out(ENSEMBLE, Asked.LIVER) == ""
    assert left_out(ENSEMBLE, Asked.TUMOR).startswith(
        "Of the 5 tumor networks whose mean counts, the first is asked. It sees the slices about "
        "5 mm above and below too"
    )
