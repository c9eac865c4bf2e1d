import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import HepatoScopeError, UnreadableScan, UnsupportedScan
from core.io import read
from core.io.archive import unpack
from core.io.digest import sha256_of
from core.io.limits import SCAN_ZIP
from tests.core.io.scans import ct_series, save_dicom, save_nifti, some_hu


def zip_of(path: Path, **files: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def zip_folder(path: Path, folder: Path, inside: str = "") -> Path:
    files = {f"{inside}{file.name}": file.read_bytes() for file in folder.iterdir()}
    return zip_of(path, **files)


def test_a_zip_of_a_series_reads_like_its_folder(tmp_path: Path) -> None:
    folder = save_dicom(tmp_path / "series", ct_series(some_hu((8, 20, 18))))
    archive = zip_folder(tmp_path / "ct.zip", folder, "study/series 3/")
    volume = read(archive)
    np.testing.assert_array_equal(volume.hu, read(folder).hu)
    assert volume.source == "ct.zip"
    assert volume.digest == sha256_of([archive])


def test_a_zip_of_one_nifti_reads_like_the_file(tmp_path: Path) -> None:
    nifti = save_nifti(tmp_path / "ct.nii.gz", some_hu())
    archive = zip_of(tmp_path / "ct.zip", **{"ct.nii.gz": nifti.read_bytes()})
    np.testing.assert_array_equal(read(archive).hu, read(nifti).hu)


def test_a_zip_named_nifti_is_still_a_zip(tmp_path: Path) -> None:
    nifti = save_nifti(tmp_path / "inner.nii", some_hu())
    wrong = zip_of(tmp_path / "ct.nii.gz", **{"inner.nii": nifti.read_bytes()})
    assert read(wrong).shape == (18, 20, 16)


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    outside = {"../evil": b"x", "/tmp/evil": b"x", "C:\\evil": b"x", "a/../../evil": b"x"}
    inside = tmp_path / "deep" / "inside"
    inside.mkdir(parents=True)
    paths = unpack(zip_of(tmp_path / "evil.zip", **outside), inside)
    assert {path.parent for path in paths} == {inside}
    assert len(list(inside.iterdir())) == 4
    assert sorted(path.name for path in tmp_path.rglob("*evil*")) == ["evil.zip"]


def test_hidden_companions_of_a_mac_are_skipped(tmp_path: Path) -> None:
    archive = zip_of(
        tmp_path / "mac.zip",
        **{"__MACOSX/._a": b"x", ".DS_Store": b"x", "a/._b": b"x", "a/b": b"y"},
    )
    assert [path.read_bytes() for path in unpack(archive, tmp_path)] == [b"y"]


def test_a_bomb_is_refused_by_its_declared_size(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "bomb.zip", zeros=bytes(5_000_000))
    assert archive.stat().st_size < 10_000
    with pytest.raises(UnsupportedScan, match="unpacks to 5 MB or more, above the limit of 1 MB"):
        unpack(archive, tmp_path, limits=replace(SCAN_ZIP, inflated_bytes=1_000_000))


def test_a_bomb_that_lies_about_its_size_stops_while_it_inflates(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "bomb.zip", zeros=bytes(50_000_000))
    lie = archive.read_bytes().replace(struct.pack("<I", 50_000_000), struct.pack("<I", 9))
    archive.write_bytes(lie)
    (tmp_path / "out").mkdir()
    with pytest.raises(HepatoScopeError):
        unpack(archive, tmp_path / "out", limits=replace(SCAN_ZIP, inflated_bytes=1_000_000))
    assert sum(path.stat().st_size for path in (tmp_path / "out").iterdir()) <= 1_000_000


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "many.zip", **{str(n): b"" for n in range(9)})
    with pytest.raises(UnsupportedScan, match="9 files, more than the 8"):
        unpack(archive, tmp_path, limits=replace(SCAN_ZIP, files=8))


def test_a_protected_zip_asks_for_one_without_password(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "secret.zip", a=b"content")
    content = bytearray(archive.read_bytes())
    central = content.index(b"PK\x01\x02")
    content[6] |= 1
    content[central + 8] |= 1
    archive.write_bytes(content)
    with pytest.raises(UnsupportedScan, match="password"):
        read(archive)


@pytest.mark.parametrize("kept", [0.3, 0.7, 0.98])
def test_a_truncated_zip_is_unreadable(tmp_path: Path, kept: float) -> None:
    folder = save_dicom(tmp_path / "series", ct_series(some_hu((8, 20, 18))))
    archive = zip_folder(tmp_path / "ct.zip", folder)
    archive.write_bytes(archive.read_bytes()[: int(archive.stat().st_size * kept)])
    with pytest.raises(UnreadableScan, match="damaged or incomplete"):
        read(archive)


@pytest.mark.parametrize(
    ("files", "telling"),
    [
        ({}, "zip is empty"),
        ({"a.png": b"\x89PNG\r\n"}, "PNG picture"),
        ({"a.txt": b"notes on the patient"}, "neither NIfTI"),
        ({"inner.zip": b"PK\x03\x04"}, "1 further zip"),
        ({"a": b"\x5c\x01\0\0", "b": b"\x5c\x01\0\0"}, "2 NIfTI files"),
    ],
)
def test_a_zip_without_a_scan_says_what_it_holds(
    tmp_path: Path, files: dict[str, bytes], telling: str
) -> None:
    with pytest.raises(HepatoScopeError, match=telling):
        read(zip_of(tmp_path / "ct.zip", **files))
