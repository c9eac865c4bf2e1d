"""Read a CT from NIfTI: bounded by its header, in slabs, straight to int16."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import UnreadableScan, UnsupportedScan
from core.io.digest import sha256_of
from core.io.formats import first_bytes
from core.io.hounsfield import to_int16
from core.io.limits import DEFLATE_MAX_RATIO, MAX_EXTRA_BYTES
from core.io.nifti_header import NiftiPlan, parse_header
from core.volume import Volume, volume_from_array

SLAB_VOXELS = 4_000_000


def read_nifti(path: Path, *, source: str | None = None, digest: str | None = None) -> Volume:
    """Read a single-file NIfTI-1 or NIfTI-2 image, gzip-compressed or not, as a Volume.

    Parameters
    ----------
    path : the file; its content decides whether it is compressed, not its name.
    source, digest : name and SHA-256 to record; those of the file unless given.

    Raises
    ------
    UnreadableScan : the file is corrupt, truncated or not NIfTI.
    UnsupportedScan : it is 2-D, a time series, color, too large, or has NaN voxels.
    """
    name = source or path.name
    zipped = first_bytes(path, 2) == b"\x1f\x8b"
    with _opened(path, zipped, name) as stream:
        plan = parse_header(stream, name)
        _check_length(path, zipped, plan, name)
        hu = _read_voxels(stream, plan, name)
        if zipped:
            _reach_checksum(stream)
    notes = (*_misnamed(path, zipped), *plan.notes)
    return volume_from_array(
        hu, plan.affine, source=name, digest=digest or sha256_of([path]), notes=notes
    )


@contextmanager
def _opened(path: Path, zipped: bool, name: str) -> Iterator[BufferedIOBase]:
    try:
        with gzip.open(path, "rb") if zipped else path.open("rb") as stream:
            yield stream
    except EOFError as error:
        raise UnreadableScan(
            f"“{name}” ends before its last voxel; copy or export it again and check that it "
            "arrived whole."
        ) from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise UnreadableScan(
            f"The compressed data of “{name}” is damaged; copy or export it again."
        ) from error


def _check_length(path: Path, zipped: bool, plan: NiftiPlan, name: str) -> None:
    # A tiny file may declare gigabytes: find out without inflating or allocating.
    stored = path.stat().st_size
    if stored * (DEFLATE_MAX_RATIO if zipped else 1) < plan.total_bytes:
        raise UnreadableScan(
            f"“{name}” declares {plan.total_bytes / 1e6:,.1f} MB of voxels but has only "
            f"{stored:,} bytes; copy or export it again and check that it arrived whole."
        )


def _read_voxels(stream: BufferedIOBase, plan: NiftiPlan, name: str) -> NDArray[np.int16]:
    _read_exactly(stream, plan.offset - plan.header_bytes)
    hu = np.empty(plan.voxels, np.int16)
    not_finite = 0
    for start in range(0, plan.voxels, SLAB_VOXELS):
        count = min(SLAB_VOXELS, plan.voxels - start)
        stored = np.frombuffer(_read_exactly(stream, count * plan.dtype.itemsize), plan.dtype)
        if stored.dtype.kind == "f":
            not_finite += count - int(np.count_nonzero(np.isfinite(stored)))
        if not not_finite:
            hu[start : start + count] = to_hounsfield(stored, plan.slope, plan.intercept)
    if not_finite:
        raise UnsupportedScan(
            f"“{name}” has {not_finite:,} voxels that are not a number (NaN or infinite); "
            "export the scan again with a number, such as -1000 for air, in each of them."
        )
    return hu.reshape(plan.shape, order="F")


def to_hounsfield(stored: NDArray[Any], slope: float, intercept: float) -> NDArray[np.int16]:
    """Scale stored numbers [any shape] to HU, rounded and clipped to int16."""
    if (slope, intercept) == (1, 0) and np.can_cast(stored.dtype, np.int16):
        return stored.astype(np.int16)
    scaled = stored.astype(np.result_type(stored.dtype, np.float32))
    scaled *= slope
    scaled += intercept
    return to_int16(scaled)


def _read_exactly(stream: BufferedIOBase, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _reach_checksum(stream: BufferedIOBase) -> None:
    # gzip compares its checksum only when the end is reached.
    left = MAX_EXTRA_BYTES
    while left > 0 and (chunk := stream.read(2**20)):
        left -= len(chunk)


def _misnamed(path: Path, zipped: bool) -> tuple[str, ...]:
    if path.name.endswith(".nii") and zipped:
        return ("The file is named .nii but is gzip-compressed; it was read as .nii.gz.",)
    if path.name.endswith(".gz") and not zipped:
        return ("The file is named .gz but is not compressed; it was read as .nii.",)
    return ()
