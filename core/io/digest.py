"""The SHA-256 that stands for a scan in every cache and report."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

CHUNK_BYTES = 2**20
# Of a file in a folder. A DICOM header begins with what names patient, study and image; the middle
# and the end tell copies apart that were given one name.
PIECE_BYTES = 4096


def sha256_of(paths: Iterable[Path]) -> str:
    """Hash the bytes of the files at `paths`, one after another."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()


def folder_digest(folder: Path) -> str:
    """Stand for a folder by the names and sizes of all files in it and pieces of each, cheaply."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            for place in (0, size // 2, max(0, size - PIECE_BYTES)):
                file.seek(place)
                digest.update(file.read(PIECE_BYTES))
    return digest.hexdigest()
