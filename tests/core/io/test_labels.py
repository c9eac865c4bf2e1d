"""Labels are believed only where they can be those of the scan."""

import gzip
import tracemalloc
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import BadDataset
from core.io.labels import read_labels, read_truth
from core.volume import Volume
from tests import scene
from tests.core.io.scans import stored_as
from tests.scene import save_nifti


def saved(
    path: Path, labels: NDArray[np.generic], affine: NDArray[np.float64] | None = None
) -> Path:
    return save_nifti(path, labels, scene.affine_of() if affine is None else affine)


def refusal(path: Path, volume: Volume, **options: bool) -> str:
    with pytest.raises(BadDataset) as refused:
        read_truth(path, volume, **options)
    sentence = str(refused.value)
    assert path.name in sentence
    assert sentence.count(". ") == 0, "one sentence"
    return sentence


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32, np.float64])
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_truth_on_the_grid_is_read_as_it_is(
    tmp_path: Path, scan: Volume, kind: type, suffix: str
) -> None:
    labels = scene.draw()[1]
    path = saved(tmp_path / f"truth{suffix}", labels.astype(kind))
    read = read_truth(path, scan)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, labels)


def test_truth_with_turned_axes_lies_on_the_scan(tmp_path: Path, scan: Volume) -> None:
    labels = scene.draw()[1]
    image = nib.Nifti1Image(labels, scene.affine_of())
    turned = image.as_reoriented(np.array([[2, 1], [0, -1], [1, -1]]))
    path = saved(tmp_path / "turned.nii.gz", np.asarray(turned.dataobj), turned.affine)
    assert nib.load(path).shape != scan.shape
    np.testing.assert_array_equal(read_truth(path, scan), labels)


def test_other_shape_names_both(tmp_path: Path, scan: Volume) -> None:
    path = saved(tmp_path / "short.nii.gz", scene.draw()[1][:, :, :-1])
    sentence = refusal(path, scan)
    assert "72 × 60 × 25" in sentence
    assert "72 × 60 × 26" in sentence


@pytest.mark.parametrize("below", [0, 2])
def test_slices_beyond_the_scan_are_left_out_and_said(
    tmp_path: Path, scan: Volume, below: int
) -> None:
    labels = scene.draw()[1]
    longer = np.pad(labels, ((0, 0), (0, 0), (below, 1)))
    affine = scene.affine_of()
    affine[:3, 3] -= below * affine[:3, 2]
    notes: list[str] = []
    path = saved(tmp_path / "longer.nii.gz", longer, affine)
    np.testing.assert_array_equal(read_truth(path, scan, tell=notes.append), labels)
    assert f"has {27 + below} slices and the scan 26" in notes[0]
    assert "no marked voxels" in notes[0]


def test_longer_truth_of_another_place_is_refused(tmp_path: Path, scan: Volume) -> None:
    longer = np.pad(scene.draw()[1], ((0, 0), (0, 0), (0, 1)))
    affine = scene.affine_of()
    affine[:3, 3] += 3, 0, 0
    assert "3.0 mm" in refusal(saved(tmp_path / "moved.nii.gz", longer, affine), scan)
    wide = np.pad(scene.draw()[1], ((0, 1), (0, 0), (0, 0)))
    assert "73 × 60 × 26" in refusal(saved(tmp_path / "wide.nii.gz", wide), scan)


def test_other_place_says_how_far_and_can_be_ignored(tmp_path: Path, scan: Volume) -> None:
    moved = scene.affine_of()
    moved[:3, 3] += 3, 0, 4
    path = saved(tmp_path / "moved.nii.gz", scene.draw()[1], moved)
    assert "5.0 mm" in refusal(path, scan)
    read = read_truth(path, scan, ignore_place=True)
    np.testing.assert_array_equal(read, scene.draw()[1])


def test_other_voxel_size_is_another_grid(tmp_path: Path, scan: Volume) -> None:
    path = saved(tmp_path / "fine.nii.gz", scene.draw()[1], scene.affine_of((4.0, 4.0, 5.0)))
    assert "25.0 mm" in refusal(path, scan), "the 26th slice is off by 25 times 1 mm"


@pytest.mark.parametrize(
    ("value", "named"), [(3, "holds 3 "), (255, "holds 255 "), (0.5, "holds 0.5 ")]
)
def test_other_labels_are_named(tmp_path: Path, scan: Volume, value: float, named: str) -> None:
    labels = scene.draw()[1].astype(np.float32)
    labels[0, 0, 0] = value
    assert named in refusal(saved(tmp_path / "other.nii.gz", labels), scan)


def test_scan_taken_for_a_truth_names_a_few_values(tmp_path: Path, scan: Volume) -> None:
    noisy = scene.draw()[0] + np.arange(26, dtype=np.int16)
    sentence = refusal(saved(tmp_path / "ct.nii.gz", noisy), scan)
    assert "-1000, -999, -998, -997, -996 and" in sentence


def test_not_a_number_is_no_label(tmp_path: Path, scan: Volume) -> None:
    labels = scene.draw()[1].astype(np.float32)
    labels[5] = np.nan
    assert "holds nan" in refusal(saved(tmp_path / "nan.nii.gz", labels), scan)


def test_empty_truth_and_tumor_without_liver_are_refused(tmp_path: Path, scan: Volume) -> None:
    labels = scene.draw()[1]
    assert "marks nothing" in refusal(saved(tmp_path / "empty.nii", labels * np.uint8(0)), scan)
    tumor = np.where(labels == 2, labels, np.uint8(0))
    assert "none as liver" in refusal(saved(tmp_path / "tumor.nii", tumor), scan)


def test_files_that_are_no_image_are_refused(tmp_path: Path, scan: Volume) -> None:
    whole = gzip.compress(nib.Nifti1Image(scene.draw()[1], scene.affine_of()).to_bytes())
    contents = {
        "text.nii.gz": b"This is no image.\n" * 30,
        "empty.nii": b"",
        "picture.nii": b"\x89PNG" + bytes(400),
        "cut.nii.gz": whole[: len(whole) // 2],
        "flat.nii": nib.Nifti1Image(np.ones((9, 9), np.uint8), np.eye(4)).to_bytes(),
    }
    said = []
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        said.append(refusal(tmp_path / name, scan))
    assert "89 50 4e 47" in said[2]
    assert "ends before its last voxel" in said[3]


def test_labels_placed_by_index_need_no_place_that_makes_sense(
    tmp_path: Path, scan: Volume
) -> None:
    labels = scene.draw()[1]
    path = saved(tmp_path / "wrong.nii.gz", labels, scene.affine_of((0.001, 4.0, 900.0)))
    np.testing.assert_array_equal(read_labels(path, scan), labels)
    np.testing.assert_array_equal(read_truth(path, scan, ignore_place=True), labels)
    assert "0.001 × 4 × 900 mm" in refusal(path, scan)


def test_labels_of_another_tool_are_refused_by_every_reader(tmp_path: Path, scan: Volume) -> None:
    labels = scene.draw()[1]
    labels[0, 0, 0] = 7
    path = saved(tmp_path / "vessels.nii.gz", labels)
    assert "holds 7 where" in refusal(path, scan)
    with pytest.raises(BadDataset, match="holds 7 where"):
        read_labels(path, scan)


@pytest.mark.parametrize("value", [255, 5])
def test_a_mask_of_one_structure_under_another_number_is_refused_by_every_reader(
    tmp_path: Path, scan: Volume, value: int
) -> None:
    liver = scene.draw()[1] > 0
    path = saved(tmp_path / "mask.nii.gz", liver * np.uint8(value))
    assert f"marks one structure, with {value}" in refusal(path, scan)
    with pytest.raises(BadDataset, match="save it with 1 for the liver"):
        read_labels(path, scan)


def test_labels_a_hair_below_whole_numbers_are_rounded_by_every_reader(
    tmp_path: Path, scan: Volume
) -> None:
    labels = scene.draw()[1]
    path = saved(tmp_path / "float.nii.gz", labels * np.float32(0.9999999))
    for read in (read_truth, read_labels):
        np.testing.assert_array_equal(read(path, scan), labels)


@pytest.mark.parametrize("codes", ["LPS", "RSA", "PIR"])
def test_labels_on_other_axes_are_turned_by_their_affine(
    tmp_path: Path, scan: Volume, codes: str
) -> None:
    labels = scene.draw()[1]
    path = tmp_path / "turned.nii.gz"
    nib.save(nib.Nifti1Image(*stored_as(codes, labels, scene.affine_of())), path)
    for read in (read_truth, read_labels):
        np.testing.assert_array_equal(read(path, scan), labels)


def test_a_header_that_puts_the_labels_beside_the_organs_is_not_believed(
    tmp_path: Path, scan: Volume
) -> None:
    labels = scene.draw()[1]
    turned, affine = stored_as("LAS", labels, scene.affine_of())
    # The header tells of turned axes, the voxels lie as the scan's do.
    path = saved(tmp_path / "lits.nii.gz", labels, affine)
    assert not np.array_equal(turned, labels)
    np.testing.assert_array_equal(read_labels(path, scan), labels)
    assert not np.array_equal(read_truth(path, scan), labels), "who brings it says so"


def test_labels_that_declare_more_than_they_hold_cost_no_memory(
    tmp_path: Path, scan: Volume
) -> None:
    path = tmp_path / "bomb.nii.gz"
    header = nib.Nifti1Header()
    header.set_data_dtype(np.float64)
    header.set_data_shape((1500, 1500, 200))
    header["magic"], header["vox_offset"] = b"n+1", 352
    path.write_bytes(gzip.compress(header.binaryblock + bytes(4)))
    tracemalloc.start()
    assert "declares 3,600.0 MB" in refusal(path, scan)
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()


def test_infinity_is_no_label(tmp_path: Path, scan: Volume) -> None:
    labels = scene.draw()[1].astype(np.float32)
    labels[0, 0, 0] = np.inf
    assert "holds inf" in refusal(saved(tmp_path / "inf.nii.gz", labels), scan)
