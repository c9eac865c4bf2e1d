import copy
import errno
import gzip
import io
import struct
import tarfile
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import HepatoScopeError, NoRoom, UnreadableScan, UnsupportedScan
from core.io import read
from core.io.archive import inflate, unpack, unpack_tar
from core.io.digest import sha256_of
from core.io.limits import FREE_GROWTH_BYTES, SCAN_ZIP
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
    assert volume.source == "CT series 3, 8 slices"
    assert volume.digest == sha256_of([archive])


@pytest.mark.parametrize("inside", [".\\CT\\", "DICOM\\PA20\\", "./study/", "/data/CT/", "../CT/"])
def test_a_zip_may_name_its_folders_as_any_system_does(tmp_path: Path, inside: str) -> None:
    folder = save_dicom(tmp_path / "series", ct_series(some_hu((8, 20, 18))))
    archive = zip_folder(tmp_path / "ct.zip", folder, inside)
    np.testing.assert_array_equal(read(archive).hu, read(folder).hu)


def test_hidden_folders_are_skipped_whatever_parts_their_names(tmp_path: Path) -> None:
    nifti = save_nifti(tmp_path / "ct.nii", some_hu()).read_bytes()
    hidden = {".git\\HEAD": b"x", "__MACOSX\\ct.nii": b"x", "a\\.DS_Store": b"x"}
    archive = zip_of(tmp_path / "ct.zip", **{"a\\ct.nii": nifti}, **hidden)
    assert read(archive).shape == (18, 20, 16)


@pytest.mark.parametrize("ending", ["tar", "tar.gz"])
def test_a_tar_archive_reads_like_its_folder(tmp_path: Path, ending: str) -> None:
    folder = save_dicom(tmp_path / "series", ct_series(some_hu((8, 20, 18))))
    archive = tmp_path / f"ct.{ending}"
    with tarfile.open(archive, "w:gz" if ending.endswith("gz") else "w") as packed:
        packed.add(folder, "study")
        link = tarfile.TarInfo("study/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        packed.addfile(link)
    volume = read(archive)
    np.testing.assert_array_equal(volume.hu, read(folder).hu)
    assert volume.source == "CT series 3, 8 slices"
    assert volume.digest == sha256_of([archive])


def test_a_tar_archive_keeps_the_limits_of_a_zip(tmp_path: Path) -> None:
    archive = tmp_path / "ct.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        for number in range(5):
            member = tarfile.TarInfo(f"{number}")
            member.size = 2**21
            packed.addfile(member, io.BytesIO(bytes(2**21)))
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(UnsupportedScan, match="more than the 4 files"):
        unpack_tar(archive, target, limits=replace(SCAN_ZIP, files=4))
    with pytest.raises(UnsupportedScan, match="unpacks to"):
        unpack_tar(archive, target, limits=replace(SCAN_ZIP, inflated_bytes=2**22))


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_attributes_of_a_tar_archive_that_would_fill_the_memory_are_refused(
    tmp_path: Path, kind: bytes
) -> None:
    archive = tmp_path / "ct.tar.gz"
    told = tarfile.TarInfo("attributes")
    told.type, told.size = kind, 2**26
    archive.write_bytes(gzip.compress(told.tobuf(tarfile.USTAR_FORMAT) + bytes(2**26)))
    tracemalloc.start()
    with pytest.raises(UnreadableScan, match="tar archive that is damaged"):
        read(archive)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**24


def test_long_names_in_a_tar_archive_are_read(tmp_path: Path) -> None:
    nifti = save_nifti(tmp_path / "ct.nii", some_hu())
    archive = tmp_path / "ct.tar"
    with tarfile.open(archive, "w") as packed:
        packed.add(nifti, f"{'folder/' * 60}ct.nii")
    assert read(archive).shape == (18, 20, 16)


def test_a_cut_tar_archive_is_called_damaged(tmp_path: Path) -> None:
    folder = save_dicom(tmp_path / "series", ct_series(some_hu((8, 20, 18))))
    archive = tmp_path / "ct.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(folder, "study")
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(UnreadableScan, match="tar archive that is damaged"):
        read(archive)


def test_slices_compressed_one_by_one_are_one_scan(tmp_path: Path) -> None:
    folder = save_dicom(tmp_path / "series", ct_series(some_hu((8, 20, 18))))
    zipped = tmp_path / "zipped"
    zipped.mkdir()
    for file in folder.iterdir():
        (zipped / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
    np.testing.assert_array_equal(read(zipped).hu, read(folder).hu)
    archive = zip_folder(tmp_path / "ct.zip", zipped)
    np.testing.assert_array_equal(read(archive).hu, read(folder).hu)


def test_slices_that_inflate_without_end_are_stopped(tmp_path: Path) -> None:
    bomb = tmp_path / "slice.dcm.gz"
    bomb.write_bytes(gzip.compress(bytes(128) + b"DICM" + bytes(2**23)))
    with pytest.raises(UnsupportedScan, match="unpacks to"):
        inflate([bomb], tmp_path, replace(SCAN_ZIP, inflated_bytes=2**22))


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
    with pytest.raises(UnsupportedScan, match="more than the 8 files"):
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
        ({"inner.zip": b"PK\x03\x04"}, "1 further archives"),
        ({"a": b"\x5c\x01\0\0", "b": b"\x5c\x01\0\0"}, "2 NIfTI files"),
    ],
)
def test_a_zip_without_a_scan_says_what_it_holds(
    tmp_path: Path, files: dict[str, bytes], telling: str
) -> None:
    with pytest.raises(HepatoScopeError, match=telling):
        read(zip_of(tmp_path / "ct.zip", **files))


def test_what_grows_as_no_scan_does_is_refused_before_it_is_written(tmp_path: Path) -> None:
    archive = zip_of(tmp_path / "bomb.zip", zeros=bytes(FREE_GROWTH_BYTES + 1))
    (tmp_path / "out").mkdir()
    with pytest.raises(UnsupportedScan, match="no such file does"):
        unpack(archive, tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


def test_entries_that_lie_on_each_other_are_refused(tmp_path: Path) -> None:
    """One piece of data, named many times, would be unpacked as often."""
    noise = np.random.default_rng(0).bytes(100_000)
    path = zip_of(tmp_path / "once.zip", slice=noise)
    with zipfile.ZipFile(path, "a") as archive:
        entry = archive.infolist()[0]
        for number in range(50):
            twin = copy.copy(entry)
            twin.filename = f"slice-{number}"
            archive.filelist.append(twin)
        archive._didModify = True  # type: ignore[attr-defined]
    (tmp_path / "out").mkdir()
    with pytest.raises(UnreadableScan):
        unpack(path, tmp_path / "out")


def test_full_disk_is_not_called_a_damaged_zip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    path = zip_of(tmp_path / "ct.zip", slice=b"HU")
    monkeypatch.setattr("core.io.archive._copy", full)
    with pytest.raises(NoRoom, match="No space left"):
        unpack(path, tmp_path)
