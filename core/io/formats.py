"""What a file is, judged by its first bytes: names are often wrong."""

import gzip
import re
import zlib
from enum import Enum, auto
from pathlib import Path

from core.errors import UnreadableScan, UnsupportedScan


class Kind(Enum):
    """The containers we can open; what is compressed by gzip is NIfTI unless its kind says more."""

    NIFTI = auto()
    GZIP = auto()
    ZIP = auto()
    TAR = auto()
    DICOM = auto()
    DICOM_GZIP = auto()
    NRRD = auto()
    META = auto()
    OTHER = auto()


PICTURES = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"RIFF": "WebP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"BM": "bitmap",
}
FOREIGN = {
    b"\x89HDF": "an HDF5 file",
    b"%PDF": "a PDF document",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
}
NIFTI_HEADER_BYTES = (348, 540)
DICOM_PREAMBLE_BYTES = 128
TAR_BLOCK_BYTES = 512


def first_bytes(path: Path, count: int = 352) -> bytes:
    """Return up to `count` bytes from the start of the file."""
    with path.open("rb") as file:
        return file.read(count)


def kind_of(path: Path) -> Kind:
    """Tell the container of the file at `path` by its content."""
    head = first_bytes(path)
    if is_dicom(head):
        return Kind.DICOM
    if head.startswith(b"\x1f\x8b"):
        return _kind_within(path)
    if _is_tar(head):
        return Kind.TAR
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Kind.ZIP
    if is_nifti(head):
        return Kind.NIFTI
    if head.startswith(b"NRRD000"):
        return Kind.NRRD
    if re.match(rb"(?:ObjectType|NDims|Comment)\s*=", head):
        return Kind.META
    return Kind.OTHER


def _kind_within(path: Path) -> Kind:
    """Tell what a file compressed by gzip holds."""
    try:
        with gzip.open(path) as stream:
            head = stream.read(TAR_BLOCK_BYTES)
    except (OSError, EOFError, zlib.error):
        # Who reads it says what is wrong.
        return Kind.GZIP
    if is_dicom(head):
        return Kind.DICOM_GZIP
    return Kind.TAR if _is_tar(head) else Kind.GZIP


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def is_dicom(head: bytes) -> bool:
    """Whether `head` opens as a DICOM file, with its preamble or without."""
    return head[DICOM_PREAMBLE_BYTES:].startswith(b"DICM") or _is_bare_dicom(head)


def is_nifti(head: bytes) -> bool:
    """Whether `head` opens as a NIfTI-1, NIfTI-2 or Analyze header, in either byte order."""
    size = head[:4]
    return len(size) == 4 and any(
        int.from_bytes(size, order) in NIFTI_HEADER_BYTES for order in ("little", "big")
    )


def _is_bare_dicom(head: bytes) -> bool:
    # Old archives leave preamble and file meta information out: the data set then
    # begins with group 0008 (or 0002), in little-endian order, at a low element.
    group, element = head[:2], head[2:4]
    return group in (b"\x08\x00", b"\x02\x00") and element[1:] == b"\x00" and element[0] <= 0x20


def refuse(path: Path, name: str) -> UnreadableScan | UnsupportedScan:
    """Make the error for a file of Kind.OTHER, shown to the user as `name`."""
    head = first_bytes(path)
    if not head:
        return UnreadableScan(
            f"“{name}” is empty (0 bytes); copy or export it again and check that it arrived whole."
        )
    for signature, picture in PICTURES.items():
        if head.startswith(signature):
            return UnsupportedScan(
                f"“{name}” is a {picture} picture, which has no Hounsfield units or voxel size; "
                "choose the original CT as NIfTI or DICOM."
            )
    for signature, what in FOREIGN.items():
        if head.startswith(signature):
            return UnsupportedScan(
                f"“{name}” is {what}; convert the scan to NIfTI, or put its DICOM files in a zip."
            )
    return UnreadableScan(
        f"“{name}” is neither NIfTI, DICOM nor a zip (it begins with {head[:4].hex(' ')}); "
        "choose the CT as .nii.gz, .nrrd, .mha or a zip of its DICOM files."
    )
