"""Unpack a zip that nobody vouches for."""

import lzma
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from core.errors import UnreadableScan, UnsupportedScan
from core.io.limits import MAX_FILES, MAX_INFLATED_BYTES

CHUNK_BYTES = 2**20
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)


def unpack(
    path: Path,
    folder: Path,
    *,
    max_files: int = MAX_FILES,
    max_bytes: int = MAX_INFLATED_BYTES,
) -> tuple[Path, ...]:
    """Write the files of the zip at `path` into `folder` and return where they lie.

    Names in the archive are not used, so that none can lead out of `folder`. The inflated
    size is checked as declared and counted again as it is written.

    Raises UnreadableScan for a damaged archive and UnsupportedScan for one that is
    encrypted, or larger than `max_files` files or `max_bytes` inflated bytes.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if _wanted(info)]
            _check_declared(members, path.name, max_files, max_bytes)
            return _extract(archive, members, folder, max_bytes)
    except (NotImplementedError, RuntimeError) as error:
        raise UnsupportedScan(
            f"“{path.name}” uses a kind of compression that cannot be opened here; zip the "
            "folder again with the ordinary settings."
        ) from error
    except DAMAGED as error:
        raise UnreadableScan(
            f"The zip “{path.name}” is damaged or incomplete; zip the folder again and check that "
            "it arrived whole."
        ) from error


def _wanted(info: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(info.filename).parts
    hidden = any(part.startswith(".") and part != ".." for part in parts) or "__MACOSX" in parts
    return not info.is_dir() and not hidden


def _check_declared(
    members: list[zipfile.ZipInfo], name: str, max_files: int, max_bytes: int
) -> None:
    if len(members) > max_files:
        raise UnsupportedScan(
            f"“{name}” holds {len(members):,} files, more than the {max_files:,} that can be read "
            "here; zip one CT series."
        )
    declared = sum(info.file_size for info in members)
    if declared > max_bytes:
        raise _too_large(declared, max_bytes)
    if any(info.flag_bits & 1 for info in members):
        raise UnsupportedScan(f"“{name}” is protected by a password; zip the folder without one.")


def _extract(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], folder: Path, max_bytes: int
) -> tuple[Path, ...]:
    written, paths = 0, []
    for number, info in enumerate(members):
        target = folder / f"{number:06d}"
        with archive.open(info) as source, target.open("wb") as sink:
            written += _copy(source, sink, max_bytes - written, max_bytes)
        paths.append(target)
    return tuple(paths)


def _copy(source: IO[bytes], sink: IO[bytes], allowed: int, max_bytes: int) -> int:
    copied = 0
    while chunk := source.read(CHUNK_BYTES):
        copied += len(chunk)
        if copied > allowed:
            raise _too_large(max_bytes - allowed + copied, max_bytes)
        sink.write(chunk)
    return copied


def _too_large(size: int, max_bytes: int) -> UnsupportedScan:
    return UnsupportedScan(
        f"The zip unpacks to {size / 1e6:,.0f} MB or more, above the limit of "
        f"{max_bytes / 1e6:,.0f} MB; zip one CT series."
    )
