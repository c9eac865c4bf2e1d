"""Labelled cases, whatever the layout."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.errors import BadDataset
from core.geometry.fits import axial_view
from core.geometry.windows import LIVER_WINDOW, apply_window
from core.io.datasets import LabelledCase, find_cases
from core.io.labels import read_labels
from core.io.reading import read
from core.volume import AIR_HU, Volume
from tests import scene


def only(cases: list[LabelledCase]) -> LabelledCase:
    assert len(cases) == 1
    return cases[0]


def slice_folder(
    root: Path, gray: NDArray[np.uint8], labels: NDArray[np.uint8], window: tuple[int, int]
) -> Path:
    """Write slices [N, rows, columns] as case train/volume-3 below `root`."""
    folder = root / "train" / "volume-3"
    folder.mkdir(parents=True)
    for index, (image, mask) in enumerate(zip(gray, labels, strict=True)):
        Image.fromarray(image).save(folder / f"{2 * index:03}.webp", lossless=True)
        Image.fromarray(mask).save(folder / f"{2 * index:03}_mask.png")
    facts = {"hu_window": window, "labels": {"1": "liver", "2": "tumor"}}
    (root / "dataset.json").write_text(json.dumps(facts))
    return folder


@pytest.fixture
def slices(tmp_path: Path) -> Path:
    """Two slices, the first with a bright liver at the upper left: the patient's right."""
    gray = np.full((2, 16, 16), 30, np.uint8)
    gray[0, 2:6, 1:5], gray[:, 15, 15] = 200, 0
    labels = np.zeros((2, 16, 16), np.uint8)
    labels[0, 2:6, 1:5], labels[0, 3, 2] = 1, 2
    slice_folder(tmp_path / "lits-x", gray, labels, (-40, 160))
    return tmp_path / "lits-x"


def test_volumes_lie_beside_their_segmentations(lits: Path) -> None:
    cases = find_cases(lits)
    assert [(case.name, case.dataset, case.split) for case in cases] == [
        ("volume-0", "lits-small", None),
        ("volume-2", "lits-small", None),
    ]
    volume, labels = cases[1].read()
    np.testing.assert_array_equal(labels, scene.draw()[1])
    np.testing.assert_array_equal(volume.hu, scene.draw()[0])


def test_cases_name_the_files_they_are_read_from(lits: Path, slices: Path) -> None:
    assert {path.name for path in find_cases(lits)[0].places} == {
        "volume-0.nii.gz",
        "segmentation-0.nii.gz",
    }
    folder = slices / "train" / "volume-3"
    assert only(find_cases(slices)).places == (slices / "dataset.json", folder)


def test_cases_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    folder = scene.lits_folder(tmp_path, (10, 9, 100))
    assert [case.name for case in find_cases(folder)] == ["volume-9", "volume-10", "volume-100"]


def test_decathlon_has_images_and_labels_apart(tmp_path: Path) -> None:
    hu, labels = scene.draw()
    root = tmp_path / "Task03_Liver"
    scene.save_nifti(root / "imagesTr" / "liver_7.nii.gz", hu, scene.affine_of())
    scene.save_nifti(root / "labelsTr" / "liver_7.nii.gz", labels, scene.affine_of())
    (root / "dataset.json").write_text(json.dumps({"name": "Liver"}))
    (root / "imagesTr" / "._liver_7.nii.gz").write_bytes(b"what macOS leaves in archives")
    case = only(find_cases(root, "train"))
    assert (case.name, case.split) == ("liver_7", "train")
    np.testing.assert_array_equal(case.read()[1], labels)


def test_labels_turn_with_their_volume(tmp_path: Path) -> None:
    hu, labels = scene.draw()
    flipped = scene.affine_of() @ np.diag([-1.0, -1.0, 1.0, 1.0])
    scene.save_nifti(tmp_path / "volume-1.nii", hu[::-1, ::-1], flipped)
    # As in LiTS itself, the header of the segmentation disagrees: the voxels are meant.
    scene.save_nifti(tmp_path / "segmentation-1.nii", labels[::-1, ::-1], np.eye(4))
    volume, found = only(find_cases(tmp_path)).read()
    np.testing.assert_array_equal(found, labels)
    np.testing.assert_array_equal(volume.hu, hu)


def test_slices_become_a_volume_in_hounsfield_units(slices: Path) -> None:
    case = only(find_cases(slices))
    volume, labels = case.read()
    assert (case.name, case.split, case.spacing_known) == ("volume-3", "train", False)
    assert volume.shape == labels.shape == (16, 16, 2)
    bright = volume.hu[labels == 1]
    assert np.abs(bright - (200 / 255 * 200 - 40)).max() <= 0.5
    assert volume.hu[0, 0, 0] == AIR_HU, "black means darker than the window"


def test_slices_stand_as_they_are_shown(slices: Path) -> None:
    volume, labels = only(find_cases(slices)).read()
    shown = axial_view(labels)[0]
    assert shown[3, 2] == 2
    np.testing.assert_array_equal(np.argwhere(shown).min(axis=0), [2, 1])
    assert labels[:8].sum() == 0, "the liver lies on the patient's right, where X is large"
    gray = np.asarray(Image.open(slices / "train/volume-3/000.webp").convert("L"))
    drawn = apply_window(axial_view(volume.hu)[0], LIVER_WINDOW)
    assert np.abs(drawn.astype(int) - gray).max() <= 1


def test_split_chooses_cases(slices: Path) -> None:
    shutil.copytree(slices / "train", slices / "test")
    assert [case.split for case in find_cases(slices)] == ["test", "train"]
    assert [case.split for case in find_cases(slices, "test")] == ["test"]
    with pytest.raises(BadDataset, match="in the split “validation”"):
        find_cases(slices, "validation")


def test_dataset_without_tumor_labels_says_so(slices: Path) -> None:
    facts = {"hu_window": [-40, 160], "labels": {"1": "liver, tumors included"}}
    (slices / "dataset.json").write_text(json.dumps(facts))
    assert not only(find_cases(slices)).tumors_labelled


@pytest.mark.parametrize("facts", ["{}", "no JSON", '{"hu_window": 5, "labels": {}}'])
def test_slice_folder_that_is_not_described_is_refused(slices: Path, facts: str) -> None:
    (slices / "dataset.json").write_text(facts)
    with pytest.raises(BadDataset, match="“hu_window”"):
        find_cases(slices)


def test_volume_without_segmentation_is_refused(lits: Path) -> None:
    (lits / "segmentation-2.nii.gz").unlink()
    with pytest.raises(BadDataset, match="no labels for segmentation-2"):
        find_cases(lits)


def test_folder_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match="holds no labelled case: expected volume-N"):
        find_cases(tmp_path)
    with pytest.raises(BadDataset, match="There is no folder"):
        find_cases(tmp_path / "elsewhere")


def test_labels_of_another_shape_are_refused(lits: Path) -> None:
    volume = read(lits / "volume-0.nii.gz")
    short = scene.draw()[1][..., :-1]
    path = scene.save_nifti(lits / "segmentation-0.nii.gz", short, scene.affine_of())
    with pytest.raises(BadDataset, match=r"72 × 60 × 25 voxels and the scan 72 × 60 × 26"):
        read_labels(path, volume)


def rewritten(lits: Path, change: Callable[[NDArray[np.float32]], None]) -> tuple[Path, Volume]:
    """The labels of volume-0 stored as fractions, changed, and their volume."""
    path = lits / "segmentation-0.nii.gz"
    image = nib.Nifti1Image.from_filename(path)
    labels = np.asanyarray(image.dataobj).astype(np.float32)
    change(labels)
    nib.save(nib.Nifti1Image(labels, image.affine), path)
    return path, read(lits / "volume-0.nii.gz")


def test_labels_a_hair_below_a_whole_number_are_that_number(lits: Path) -> None:
    before = find_cases(lits)[0].read()[1]

    def shave(labels: NDArray[np.float32]) -> None:
        labels[labels > 0] -= 1e-6

    after = read_labels(*rewritten(lits, shave))
    np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize("value", [1.7, np.nan, 257, -1])
def test_values_that_are_no_labels_are_refused(lits: Path, value: float) -> None:
    def spoil(labels: NDArray[np.float32]) -> None:
        labels[0, 0, 0] = value

    with pytest.raises(BadDataset, match=f"holds {value:g} where only 0"):
        read_labels(*rewritten(lits, spoil))


@pytest.mark.parametrize("content", [b"", b"not a scan at all"])
def test_labels_that_are_no_image_are_refused(lits: Path, content: bytes) -> None:
    (lits / "segmentation-0.nii.gz").write_bytes(content)
    with pytest.raises(BadDataset, match=r"segmentation-0.nii.gz” cannot be read"):
        find_cases(lits)[0].read()


def test_labels_cut_short_are_refused(lits: Path) -> None:
    path = lits / "segmentation-0.nii.gz"
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(BadDataset, match=r"segmentation-0.nii.gz” cannot be read"):
        find_cases(lits)[0].read()


def test_mask_without_its_slice_is_refused(slices: Path) -> None:
    (slices / "train/volume-3/002.webp").unlink()
    with pytest.raises(BadDataset, match=r"volume-3/002.webp” is missing"):
        only(find_cases(slices)).read()


def test_slices_of_two_sizes_are_refused(slices: Path) -> None:
    Image.new("L", (8, 8)).save(slices / "train/volume-3/002_mask.png")
    with pytest.raises(BadDataset, match="volume-3 differ in size"):
        only(find_cases(slices)).read()


def test_masks_of_another_size_are_refused(slices: Path) -> None:
    for index in ("000", "002"):
        Image.new("L", (8, 8)).save(slices / f"train/volume-3/{index}_mask.png")
    with pytest.raises(BadDataset, match=r"slices of \(16, 16\) but masks of \(8, 8\)"):
        only(find_cases(slices)).read()


def test_case_folder_without_slices_is_refused(slices: Path) -> None:
    (slices / "train" / "volume-9").mkdir()
    with pytest.raises(BadDataset, match="volume-9” has no slices"):
        find_cases(slices)[1].read()


def test_same_slices_have_the_same_digest(slices: Path) -> None:
    digests = [only(find_cases(slices)).read()[0].digest for _ in range(2)]
    assert digests[0] == digests[1]
    assert len(digests[0]) == 64


def test_real_slices_are_all_found(real_data: Path) -> None:
    root = real_data / "slices"
    assert [case.name for case in find_cases(root / "lits-a", "test")] == [
        f"volume-{number}" for number in (23, 30, 35, 47, 48)
    ]
    counts = Counter(case.split for case in find_cases(root / "lits-a"))
    assert counts == {"train": 22, "test": 5}
    assert len(find_cases(root / "lits-b")) == 11
    assert not any(case.tumors_labelled for case in find_cases(root / "msd-liver"))


def test_real_liver_has_the_density_of_liver(real_data: Path) -> None:
    volume, labels = find_cases(real_data / "slices/lits-a", "test")[0].read()
    assert volume.shape[:2] == (384, 384)
    assert set(np.unique(labels)) == {0, 1, 2}
    assert 60 < np.median(volume.hu[labels == 1]) < 140
    assert np.argwhere(labels == 1).mean(axis=0)[0] > 192, "on the patient's right"
