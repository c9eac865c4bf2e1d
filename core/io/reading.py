"""Read a scan from whatever the user has: a file, a folder or a zip."""

from collections.abc import Sequence
from pathlib import Path

from core.errors import UnreadableScan, UnsupportedScan
from core.io.archive import inflate, unpack, unpack_tar
from core.io.dicom.read import read_dicom
from core.io.digest import sha256_of
from core.io.formats import Kind, kind_of, refuse
from core.io.itk import read_itk
from core.io.limits import MAX_FILES
from core.io.nifti import read_nifti
from core.process.scratch import scratch
from core.volume import Volume


def read(path: Path, series: str | None = None) -> Volume:
    """Read the CT at `path` as a Volume in RAS+ order and Hounsfield units.

    Parameters
    ----------
    path : a NIfTI file (.nii, .nii.gz), an NRRD or MetaImage file (.nrrd, .mha), a DICOM file
        with many frames, a folder of DICOM files (searched to any depth), or a zip or tar of such
        a folder or of one such file. DICOM files may be compressed by gzip. The content decides,
        not the name.
    series : which of several series in DICOM files, by its key in `Volume.series`; by default the
        one that shows most of an abdomen. Other files have none.

    Raises
    ------
    UnreadableScan : missing, empty, corrupt, truncated, or none of these formats.
    UnsupportedScan : readable, but not a CT volume that can be segmented.
    """
    if path.is_dir():
        return _read_folder(path, series)
    if not path.is_file():
        raise UnreadableScan(f"There is no file “{path.name}”; check its name and place.")
    match kind_of(path):
        case Kind.NIFTI | Kind.GZIP:
            return read_nifti(path)
        case Kind.DICOM:
            return read_dicom([path], series=series)
        case Kind.NRRD | Kind.META as kind:
            return read_itk(path, kind)
        case Kind.DICOM_GZIP:
            return _read_files([path], "file", path.name, sha256_of([path]), series)
        case Kind.ZIP | Kind.TAR as kind:
            return _read_archive(path, kind, series)
        case Kind.OTHER:
            raise refuse(path, path.name)


def _read_folder(folder: Path, series: str | None) -> Volume:
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    if len(files) > MAX_FILES:
        raise UnsupportedScan(
            f"The folder holds {len(files):,} files, more than the {MAX_FILES:,} that can be read "
            "at once; choose the folder of one CT series."
        )
    return _read_files(files, "folder", series=series)


def _read_archive(path: Path, kind: Kind, series: str | None) -> Volume:
    name, opened = ("zip", unpack) if kind is Kind.ZIP else ("tar archive", unpack_tar)
    with scratch() as folder:
        files = opened(path, folder)
        return _read_files(files, name, path.name, sha256_of([path]), series)


def _read_files(
    files: Sequence[Path],
    container: str,
    source: str | None = None,
    digest: str | None = None,
    series: str | None = None,
) -> Volume:
    if not files:
        raise UnreadableScan(f"The {container} is empty; choose one with a CT series in it.")
    by_kind: dict[Kind, list[Path]] = {kind: [] for kind in Kind}
    for file in files:
        by_kind[kind_of(file)].append(file)
    if by_kind[Kind.DICOM_GZIP]:
        with scratch() as folder:
            inflated = inflate(by_kind[Kind.DICOM_GZIP], folder)
            dicom = [*by_kind[Kind.DICOM], *inflated]
            return read_dicom(dicom, digest=digest, series=series)
    if by_kind[Kind.DICOM]:
        return read_dicom(by_kind[Kind.DICOM], digest=digest, series=series)
    nifti = by_kind[Kind.NIFTI] + by_kind[Kind.GZIP]
    itk = [(file, kind) for kind in (Kind.NRRD, Kind.META) for file in by_kind[kind]]
    if len(nifti) == 1 and not itk:
        return read_nifti(nifti[0], source=source, digest=digest)
    if len(itk) == 1 and not nifti:
        return read_itk(*itk[0], source=source, digest=digest)
    raise _nothing_to_read(len(nifti) + len(itk), by_kind, container)


def _nothing_to_read(
    nifti: int, by_kind: dict[Kind, list[Path]], container: str
) -> UnreadableScan | UnsupportedScan:
    if nifti:
        return UnsupportedScan(
            f"The {container} holds {nifti} NIfTI files; choose the one that is the CT."
        )
    if archives := by_kind[Kind.ZIP] + by_kind[Kind.TAR]:
        return UnsupportedScan(
            f"The {container} holds {len(archives)} further archives; unpack them and choose one "
            "CT series."
        )
    first = by_kind[Kind.OTHER][0]
    return refuse(first, f"The first of {len(by_kind[Kind.OTHER])} files")
