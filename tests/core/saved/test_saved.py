"""A study in one file: saved, opened again, and files that nobody should trust."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.cascade.decisions import Opinion
from core.errors import HepatoScopeError, UnreadableScan
from core.io import read
from core.io.export import labels_to_dicom_seg
from core.presets import preset_named
from core.saved import NAME, is_saved, open_saved, save
from core.study import Study, called_at, decided, opened, segmented
from tests.core.io.scans import ct_series, save_dicom
from tests.scene import draw, fake_networks, scan

WRITTEN = {"edits": {"Impression": "Größe: 3 mm"}}


def studied() -> Study:
    """Segment the scene, call it at another threshold, and confirm its lesion."""
    study = segmented(opened(scan()), preset_named("focus"), networks=fake_networks())
    return decided(called_at(study, 0.5, 0.3), 1, Opinion.CONFIRMED)


def saved(study: Study, folder: Path, *, with_scan: bool = True) -> Path:
    path = folder / "saved.zip"
    path.write_bytes(save(study, WRITTEN, with_scan=with_scan))
    return path


def assert_same(one: Study, other: Study) -> None:
    assert one.segmentation is not None
    assert other.segmentation is not None
    for name in ("labels", "liver_probability", "tumor_probability"):
        assert np.array_equal(getattr(one.segmentation, name), getattr(other.segmentation, name))
    assert one.segmentation.called == other.segmentation.called
    assert one.segmentation.models == other.segmentation.models
    assert one.segmentation.steps == other.segmentation.steps
    assert one.findings == other.findings
    assert one.quality == other.quality


def test_a_saved_study_opens_as_it_was(tmp_path: Path) -> None:
    study = studied()
    path = saved(study, tmp_path)
    assert is_saved(path)
    found = open_saved(path, {})
    assert_same(study, found.study)
    assert found.written == WRITTEN
    volume = found.study.volume
    assert np.array_equal(volume.hu, study.volume.hu)
    assert not volume.hu.flags.writeable
    assert (volume.digest, volume.source) == (study.volume.digest, study.volume.source)


def test_without_the_scan_it_opens_where_the_scan_is(tmp_path: Path) -> None:
    study = studied()
    path = saved(study, tmp_path, with_scan=False)
    found = open_saved(path, {study.id: study.volume})
    assert_same(study, found.study)
    assert found.study.volume is study.volume
    with pytest.raises(HepatoScopeError, match="open that scan first, then the session"):
        open_saved(path, {})


def test_a_rejection_can_still_be_taken_back(tmp_path: Path) -> None:
    from core.study import withdrawn

    case = decided(studied(), 1, Opinion.REJECTED)
    found = open_saved(saved(case, tmp_path), {}).study
    assert found.segmentation is not None
    assert found.findings is not None
    assert not found.findings.lesions
    back = withdrawn(found, found.segmentation.decisions[-1].key)
    assert_same(back, studied())


def test_a_series_keeps_what_its_dicom_documents_need(tmp_path: Path) -> None:
    hu, _ = draw()
    folder = save_dicom(tmp_path / "series", ct_series(hu.T[::-1].copy()))
    study = segmented(opened(read(folder)), preset_named("focus"), networks=fake_networks())
    found = open_saved(saved(study, tmp_path), {}).study
    assert found.segmentation is not None
    assert len(found.volume.dicom_headers) == len(study.volume.dicom_headers)
    assert labels_to_dicom_seg(found.volume, found.segmentation.labels, model="focus")


def rewritten(path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Let `change` alter the record inside a saved study."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    record = json.loads(members[NAME])
    change(record)
    members[NAME] = json.dumps(record).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


DAMAGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "version": lambda record: record.update(format_version=99),
    "no scan": lambda record: record.pop("scan"),
    "another shape": lambda record: record["scan"].update(shape=[5000, 5000, 5000]),
    "a shape that is not the voxels'": lambda record: record["scan"].update(shape=[26, 60, 72]),
    "no number": lambda record: record["scan"].update(affine=[["a"] * 4] * 4),
    "an affine of nothing": lambda record: record["scan"].update(affine=[[0.0] * 4] * 4),
    "a preset nobody knows": lambda record: record["segmentation"].update(preset="../x"),
    "a threshold above one": lambda record: record["segmentation"].update(liver_threshold=7),
    "an opinion nobody has": lambda record: record["segmentation"].update(decisions=["maybe"]),
    "a decision too many": lambda record: record["segmentation"]["decisions"].append("rejected"),
    "chances of others": lambda record: record["segmentation"].update(chances=[]),
    "a severity nobody knows": lambda record: record.update(quality=[{"severity": "?"}]),
    "a list for a table": lambda record: record.update(written=7),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_record_is_refused_in_one_sentence(tmp_path: Path, damage: str) -> None:
    path = rewritten(saved(studied(), tmp_path), DAMAGES[damage])
    with pytest.raises(HepatoScopeError) as told:
        open_saved(path, {})
    assert str(told.value).endswith(".")


def test_arrays_of_objects_are_never_unpickled(tmp_path: Path) -> None:
    path = saved(studied(), tmp_path)
    buffer = io.BytesIO()
    np.save(buffer, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["arrays/labels.npy"] = buffer.getvalue()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(UnreadableScan):
        open_saved(path, {})


def test_a_cut_file_is_no_saved_study_or_is_refused(tmp_path: Path) -> None:
    path = saved(studied(), tmp_path)
    path.write_bytes(path.read_bytes()[:-2000])
    assert not is_saved(path)
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("notes.txt", "nothing")
    assert not is_saved(other)


def test_only_a_segmented_study_is_saved() -> None:
    with pytest.raises(ValueError, match="not segmented"):
        save(replace(studied(), segmentation=None), {}, with_scan=True)


def test_zip_of_an_unknown_version_is_no_session_and_one_sentence(tmp_path: Path) -> None:
    path = saved(studied(), tmp_path)
    content = bytearray(path.read_bytes())
    # Needed to extract: of the first entry in the central directory.
    content[content.index(b"PK\x01\x02") + 6] = 0xFF
    path.write_bytes(content)
    assert not is_saved(path)
    with pytest.raises(HepatoScopeError, match="zip the folder again"):
        read(path)
