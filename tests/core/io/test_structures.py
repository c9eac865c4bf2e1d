"""Masks of other programs: which of their structures are liver and tumors, and where they lie."""

from pathlib import Path

import highdicom
import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import BadDataset
from core.io import read
from core.io.export import labels_to_dicom_seg
from core.io.structures import Choice, Structure, guess, labels_from, structures_in
from core.volume import Volume, to_native
from tests.core.io.scans import ct_series, save_dicom, save_nifti, some_hu

SHAPE = (20, 18, 16)


@pytest.fixture
def scan(tmp_path: Path) -> Volume:
    return read(save_nifti(tmp_path / "ct.nii.gz", some_hu(SHAPE)))


def organs(shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Spleen 1, kidney 2, liver 5, as TotalSegmentator numbers them; and a tumor as 200."""
    drawn = np.zeros(shape, np.uint8)
    drawn[1:4, 1:5, 2:6] = 1
    drawn[1:4, 8:12, 2:6] = 2
    drawn[6:16, 4:14, 3:12] = 5
    drawn[8:11, 6:9, 5:8] = 200
    return drawn


def saved(path: Path, drawn: NDArray[np.uint8], volume: Volume) -> Path:
    native = to_native(drawn, volume.native)
    nib.save(nib.Nifti1Image(native, volume.native.affine), path)  # type: ignore[no-untyped-call]
    return path


def test_structures_of_another_tool_become_liver_and_tumor(tmp_path: Path, scan: Volume) -> None:
    drawn = organs(scan.shape)
    path = saved(tmp_path / "total.nii.gz", drawn, scan)
    found = structures_in(path)
    assert [one.number for one in found] == [1, 2, 5, 200]
    assert guess(found) == Choice(frozenset({5}), frozenset())
    choice = Choice(frozenset({5}), frozenset({200}))
    labels = labels_from(path, scan, choice)
    np.testing.assert_array_equal(labels, np.select([drawn == 5, drawn == 200], [1, 2]))
    assert choice.words == "liver is 5, tumor is 200"


@pytest.mark.parametrize(
    ("structures", "liver", "tumor"),
    [
        ([Structure(1), Structure(2)], {1}, {2}),
        ([Structure(1)], {1}, set()),
        ([Structure(7), Structure(9)], {7}, set()),
        ([Structure(1, "Liver"), Structure(2, "Tumor")], {1}, {2}),
        ([Structure(3, "liver lesion"), Structure(4, "liver")], {4}, {3}),
        ([Structure(1, "hepatic vein"), Structure(2, "Liver")], {2}, set()),
    ],
)
def test_liver_and_tumors_are_told_by_name_or_as_lits_numbers_them(
    structures: list[Structure], liver: set[int], tumor: set[int]
) -> None:
    assert guess(structures) == Choice(frozenset(liver), frozenset(tumor))


def test_a_segmentation_of_our_own_comes_back_voxel_by_voxel(tmp_path: Path) -> None:
    volume = read(save_dicom(tmp_path / "series", ct_series(some_hu((8, 20, 18)))))
    labels = np.zeros(volume.shape, np.uint8)
    labels[2:15, 3:17, 2:7] = 1
    labels[4:8, 5:9, 4:6] = 2
    path = tmp_path / "seg.dcm"
    path.write_bytes(labels_to_dicom_seg(volume, labels))
    found = structures_in(path)
    assert found == (Structure(1, "Liver"), Structure(2, "Tumor"))
    np.testing.assert_array_equal(labels_from(path, volume, guess(found)), labels)
    # Without the tumor's frames fewer slices are stored.
    only = labels_from(path, volume, Choice(frozenset(), frozenset({2})))
    np.testing.assert_array_equal(only, np.where(labels == 2, 2, 0))
    assert highdicom.seg.segread(path).NumberOfFrames < 2 * volume.shape[2]


def test_a_segmentation_of_another_place_is_refused(tmp_path: Path) -> None:
    series = save_dicom(tmp_path / "series", ct_series(some_hu((8, 20, 18))))
    volume = read(series)
    labels = np.zeros(volume.shape, np.uint8)
    labels[2:15, 3:17, 2:7] = 1
    path = tmp_path / "seg.dcm"
    path.write_bytes(labels_to_dicom_seg(volume, labels))
    other = read(save_nifti(tmp_path / "ct.nii.gz", some_hu(SHAPE)))
    with pytest.raises(BadDataset, match=r"another grid|beside the scan"):
        labels_from(path, other, Choice(frozenset({1}), frozenset()))


def test_what_is_no_mask_is_told_in_a_sentence(tmp_path: Path, scan: Volume) -> None:
    slices = save_dicom(tmp_path / "series", ct_series(some_hu((8, 20, 18))))
    with pytest.raises(BadDataset, match="no segmentation"):
        structures_in(next(iter(sorted(slices.iterdir()))))
    text = tmp_path / "notes.nii"
    text.write_text("liver")
    with pytest.raises(BadDataset, match="cannot be read as labels"):
        structures_in(text)
    empty = saved(tmp_path / "empty.nii.gz", np.zeros(scan.shape, np.uint8), scan)
    with pytest.raises(BadDataset, match="marks nothing"):
        structures_in(empty)
    other = saved(tmp_path / "total.nii.gz", organs(scan.shape), scan)
    with pytest.raises(BadDataset, match="Nothing in"):
        labels_from(other, scan, Choice(frozenset({99}), frozenset()))
    damaged = tmp_path / "damaged.dcm"
    damaged.write_bytes(bytes(128) + b"DICM" + b"\x00" * 40)
    with pytest.raises(BadDataset):
        structures_in(damaged)
