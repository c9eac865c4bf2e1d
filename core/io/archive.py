"""Unpack a zip that nobody vouches for."""

import lzma
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import IO

from core.errors import UnreadableScan, UnsupportedScan
from core.io.limits import SCAN_ZIP, ZipLimits

CHUNK_BYTES = 2**20
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)
Members = Mapping[str, zipfile.ZipInfo]


def all_numbered(entries: Sequence[zipfile.ZipInfo]) -> Members:
    """Choose every file but hidden ones and what macOS adds, and number them."""
    wanted = [entry for entry in entries if not entry.is_dir() and not _is_hidden(entry)]
    return {f"{number:06d}": entry for number, entry in enumerate(wanted)}


def unpack(
    path: Path,
    folder: Path,
    *,
    limits: ZipLimits = SCAN_ZIP,
    choose: Callable[[Sequence[zipfile.ZipInfo]], Members] = all_numbered,
    name: str | None = None,
) -> tuple[Path, ...]:
    """Write files of the zip at `path` into `folder` and return where they lie.

    Names in the archive are not used, so that none can lead out of `folder`. The inflated
    size is checked as declared and counted again as it is written.

    Parameters
    ----------
    choose : finds among the entries those to unpack, by the names that they get in `folder`.
    name : how messages call the zip; its own name unless given.

    Raises
    ------
    UnreadableScan : it is no zip, or a damaged one.
    UnsupportedScan : it is encrypted, or larger than `limits`.
    """
    name = name or path.name
    try:
        with zipfile.ZipFile(path) as archive:
            members = choose(archive.infolist())
            _check_declared(members, name, limits)
            return _extract(archive, members, folder, name, limits)
    except (NotImplementedError, RuntimeError) as error:
        raise UnsupportedScan(
            f"“{name}” uses a kind of compression that cannot be opened here; zip the "
            "folder again with the ordinary settings."
        ) from error
    except DAMAGED as error:
        raise UnreadableScan(
            f"“{name}” is no zip, or is damaged or incomplete; zip the folder again and check "
            "that it arrived whole."
        ) from error


def _is_hidden(entry: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(entry.filename).parts
    return any(part.startswith(".") and part != ".." for part in parts) or "__MACOSX" in parts


def _check_declared(members: Members, name: str, limits: ZipLimits) -> None:
    if len(members) > limits.files:
        raise UnsupportedScan(
            f"“{name}” holds {len(members):,} files, more than the {limits.files:,} that can be "
            f"read here; zip {limits.content}."
        )
    declared = sum(entry.file_size for entry in members.values())
    if declared > limits.inflated_bytes:
        raise _too_large(declared, name, limits)
    if any(entry.flag_bits & 1 for entry in members.values()):
        raise UnsupportedScan(f"“{name}” is protected by a password; zip the folder without one.")


def _extract(
    archive: zipfile.ZipFile, members: Members, folder: Path, name: str, limits: ZipLimits
) -> tuple[Path, ...]:
    written, paths = 0, []
    for file, entry in members.items():
        target = folder / file
        with archive.open(entry) as source, target.open("wb") as sink:
            written = _copy(source, sink, written, name, limits)
        paths.append(target)
    return tuple(paths)


def _copy(source: IO[bytes], sink: IO[bytes], written: int, name: str, limits: ZipLimits) -> int:
    """Copy what a file really inflates to, counting on from `written` bytes."""
    while chunk := source.read(CHUNK_BYTES):
        written += len(chunk)
        if written > limits.inflated_bytes:
            raise _too_large(written, name, limits)
        sink.write(chunk)
    return written


def _too_large(size: int, name: str, limits: ZipLimits) -> UnsupportedScan:
    return UnsupportedScan(
        f"“{name}” unpacks to {size / 1e6:,.0f} MB or more, above the limit of "
        f"{limits.inflated_bytes / 1e6:,.0f} MB; zip {limits.content}."
    )
