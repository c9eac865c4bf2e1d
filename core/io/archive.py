"""Unpack an archive that nobody vouches for."""

import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from core.errors import UnreadableScan, UnsupportedScan
from core.io.limits import SCAN_ZIP, ZipLimits, grows_too_much
from core.process.scratch import no_room

CHUNK_BYTES = 2**20
TOLD_IN_BLOCKS = (
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
)
MOST_TOLD_BYTES = 2**16
DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
)


class Source(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Read at most so many bytes; none at the end."""


Members = Mapping[str, zipfile.ZipInfo]


def all_numbered(entries: Sequence[zipfile.ZipInfo]) -> Members:
    """Choose every file but hidden ones and what macOS adds, and number them."""
    wanted = [entry for entry in entries if not entry.is_dir() and not _is_hidden(entry.filename)]
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
            stored = path.stat().st_size
            _check_declared(members, name, limits, stored)
            return _extract(archive, members, folder, name, limits, stored)
    except (NotImplementedError, RuntimeError) as error:
        raise UnsupportedScan(
            f"“{name}” uses a kind of compression that cannot be opened here; zip the "
            "folder again with the ordinary settings."
        ) from error
    except DAMAGED as error:
        raise no_room(error) or UnreadableScan(
            f"“{name}” is no zip, or is damaged or incomplete; zip the folder again and check "
            "that it arrived whole."
        ) from error


class _Entry(tarfile.TarInfo):
    """A header of a tar archive; long names and attributes come in blocks of a stated size."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> "_Entry":
        entry = super().frombuf(buf, encoding, errors)
        # Such a block is read into memory whole.
        if entry.type in TOLD_IN_BLOCKS and entry.size > MOST_TOLD_BYTES:
            raise tarfile.HeaderError(f"{entry.size} bytes of attributes")
        return entry


def unpack_tar(path: Path, folder: Path, *, limits: ZipLimits = SCAN_ZIP) -> tuple[Path, ...]:
    """Write the files of a tar archive, compressed by gzip or not, into `folder`, as `unpack` does.

    Only plain files are looked at: links and devices stay out.
    """
    paths: list[Path] = []
    written, stored = 0, path.stat().st_size
    try:
        # As a stream: an archive is read once, from its front, and never ahead of what is counted.
        with tarfile.open(path, "r|*", tarinfo=_Entry) as archive:
            for count, entry in enumerate(archive, 1):
                if count > limits.files:
                    raise _too_many(path.name, limits)
                source = archive.extractfile(entry) if entry.isfile() else None
                if source is None or _is_hidden(entry.name):
                    continue
                paths.append(folder / f"{count:06d}")
                with paths[-1].open("wb") as sink:
                    written = _copy(source, sink, written, path.name, limits, stored)
    except DAMAGED as error:
        raise no_room(error) or UnreadableScan(
            f"“{path.name}” is a tar archive that is damaged or incomplete; pack the folder again, "
            "as a zip if you can."
        ) from error
    return tuple(paths)


def inflate(paths: Sequence[Path], folder: Path, limits: ZipLimits = SCAN_ZIP) -> tuple[Path, ...]:
    """Write files compressed one by one by gzip into `folder`, in all within `limits`."""
    inflated: list[Path] = []
    written, stored = 0, 0
    for number, path in enumerate(paths):
        inflated.append(folder / f"{number:06d}")
        stored += path.stat().st_size
        try:
            with gzip.open(path) as source, inflated[-1].open("wb") as sink:
                written = _copy(source, sink, written, path.name, limits, stored)
        except DAMAGED as error:
            raise no_room(error) or UnreadableScan(
                f"The compressed file “{path.name}” is damaged; copy or export it again."
            ) from error
    return tuple(inflated)


def _is_hidden(name: str) -> bool:
    # Windows writes backslashes, some of its programs a dot in front of them.
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(part.startswith(".") and part != ".." for part in parts) or "__MACOSX" in parts


def _check_declared(members: Members, name: str, limits: ZipLimits, stored: int) -> None:
    if len(members) > limits.files:
        raise _too_many(name, limits)
    declared = sum(entry.file_size for entry in members.values())
    if declared > limits.inflated_bytes:
        raise _too_large(declared, name, limits)
    # Entries that lie on each other let one piece of data be unpacked many times.
    if sum(entry.compress_size for entry in members.values()) > stored:
        raise zipfile.BadZipFile("its entries overlap")
    if grows_too_much(stored, declared, limits.growth):
        raise _grows(declared, name, limits, stored)
    if any(entry.flag_bits & 1 for entry in members.values()):
        raise UnsupportedScan(f"“{name}” is protected by a password; zip the folder without one.")


def _extract(
    archive: zipfile.ZipFile,
    members: Members,
    folder: Path,
    name: str,
    limits: ZipLimits,
    stored: int,
) -> tuple[Path, ...]:
    written, paths = 0, []
    for file, entry in members.items():
        target = folder / file
        with archive.open(entry) as source, target.open("wb") as sink:
            written = _copy(source, sink, written, name, limits, stored)
        paths.append(target)
    return tuple(paths)


def _copy(
    source: Source, sink: IO[bytes], written: int, name: str, limits: ZipLimits, stored: int
) -> int:
    """Copy what a file really inflates to, counting on from `written` bytes.

    Parameters
    ----------
    stored : bytes that all of it takes before.
    """
    while chunk := source.read(CHUNK_BYTES):
        written += len(chunk)
        if written > limits.inflated_bytes:
            raise _too_large(written, name, limits)
        if grows_too_much(stored, written, limits.growth):
            raise _grows(written, name, limits, stored)
        sink.write(chunk)
    return written


def _too_many(name: str, limits: ZipLimits) -> UnsupportedScan:
    return UnsupportedScan(
        f"“{name}” holds more than the {limits.files:,} files that can be read here; zip "
        f"{limits.content}."
    )


def _grows(size: int, name: str, limits: ZipLimits, stored: int) -> UnsupportedScan:
    return UnsupportedScan(
        f"“{name}” has {stored / 1e6:,.1f} MB and unpacks to {size / 1e6:,.0f} MB or more, which "
        f"no such file does; zip {limits.content}."
    )


def _too_large(size: int, name: str, limits: ZipLimits) -> UnsupportedScan:
    return UnsupportedScan(
        f"“{name}” unpacks to {size / 1e6:,.0f} MB or more, above the limit of "
        f"{limits.inflated_bytes / 1e6:,.0f} MB; zip {limits.content}."
    )
