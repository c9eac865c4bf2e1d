"""Scans found below any folders, one item each, and told apart by their files."""

import json
from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import generate_uid

from core.cohort.studies import find_items
from core.errors import BadCohort
from tests.core.io.scans import ct_series, save_dicom, save_nifti, some_hu

HU = some_hu((6, 20, 18))


def test_every_file_of_a_tree_that_is_a_scan_is_an_item(tmp_path: Path) -> None:
    for place in ("a/ct.nii.gz", "b/ct.nii.gz", "b/deep/er/x.nii", "imagesTr/liver_1.nii.gz"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        save_nifti(tmp_path / place, some_hu((20, 18, 6)))
    for other in ("segmentation-1.nii.gz", "labelsTr/liver_1.nii.gz", "._ct.nii.gz", "notes.txt"):
        (tmp_path / other).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / other).write_bytes(b"x")
    names = [item.name for item in find_items([str(tmp_path)])]
    assert names == ["a-ct", "b-ct", "b-deep-er-x", "imagesTr-liver_1"]


def test_dicom_files_are_grouped_by_the_series_of_their_headers(tmp_path: Path) -> None:
    """Two series of one study in one folder, without names that tell anything."""
    study = generate_uid()
    for number in range(2):
        slices = ct_series(HU, StudyInstanceUID=study, SeriesInstanceUID=generate_uid())
        save_dicom(tmp_path / "export", slices, seed=number)
    # Of a localizer, and of another modality.
    save_dicom(tmp_path / "export", ct_series(HU[:2], SeriesInstanceUID=generate_uid()))
    mr = ct_series(HU, SeriesInstanceUID=generate_uid(), Modality="MR")
    save_dicom(tmp_path / "mr", mr)
    said: list[str] = []
    items = find_items([str(tmp_path)], said.append)
    assert [len(item.places) for item in items] == [6, 6]
    assert len({item.name.split("-series-")[0] for item in items}) == 1
    assert any("left out: a series of 2" in line for line in said)


def test_names_of_patients_in_uids_or_folders_are_no_names_of_series(tmp_path: Path) -> None:
    save_dicom(tmp_path / "DOE^JANE", ct_series(HU))
    (item,) = find_items([str(tmp_path)])
    assert "DOE" not in item.name


def test_same_names_of_two_places_stay_apart(tmp_path: Path) -> None:
    for number in range(2):
        folder = tmp_path / f"disk-{number}"
        folder.mkdir()
        save_nifti(folder / "ct.nii.gz", some_hu((20, 18, 6)))
    items = find_items([str(tmp_path / "disk-0"), str(tmp_path / "disk-1")])
    assert len({item.name for item in items}) == 2


def test_stamp_changes_with_the_file(tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "ct.nii", some_hu((20, 18, 6)))
    (before,) = find_items([str(path)])
    assert find_items([str(path)]) == [before]
    path.write_bytes(path.read_bytes() + b"\0")
    (after,) = find_items([str(path)])
    assert after.stamp != before.stamp


def test_places_are_urls_too(tmp_path: Path) -> None:
    """Any file system of fsspec; here one in memory stands for a bucket."""
    import fsspec

    memory = fsspec.filesystem("memory")
    content = save_nifti(tmp_path / "ct.nii.gz", some_hu((20, 18, 6))).read_bytes()
    memory.pipe("/bucket/scans/one.nii.gz", content)
    (item,) = find_items(["memory://bucket/scans"])
    assert item.name == "one"
    assert fsspec.open(item.places[0], "rb").open().read() == content


@pytest.mark.parametrize("given", ["nowhere", "s4://bucket/x"])
def test_what_holds_no_scan_is_told(tmp_path: Path, given: str) -> None:
    with pytest.raises(BadCohort):
        find_items([given if "://" in given else str(tmp_path / given)])
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "x.json").write_text(json.dumps({}))
    np.save(tmp_path / "empty" / "array.npy", np.zeros(3))
    with pytest.raises(BadCohort, match="no scan"):
        find_items([str(tmp_path / "empty")])
