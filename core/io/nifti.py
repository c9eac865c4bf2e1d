"""Read a CT from NIfTI: bounded by its header, in slabs, straight to int16."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import Any

import numpy as np
from isal import igzip, isal_zlib
from numpy.typing import NDArray

from core.errors import UnreadableScan, UnsupportedScan
from core.io.digest import sha256_of
from core.io.formats import first_bytes
from core.io.hounsfield import signed, to_int16
from core.io.limits import DEFLATE_MAX_RATIO, MAX_EXTRA_BYTES, check_spacing, grows_too_much
from core.io.nifti_header import NiftiPlan, parse_header
from core.volume import Volume, volume_from_array

SLAB_VOXELS = 4_000_000
AIR_HU = -1024
Slabs = Iterator[tuple[slice, NDArray[Any]]]


def read_nifti(path: Path, *, source: str | None = None, digest: str | None = None) -> Volume:
    """Read a single-file NIfTI-1 or NIfTI-2 image, gzip-compressed or not, as a Volume.

    Parameters
    ----------
    path : the file; its content decides whether it is compressed, not its name.
    source, digest : name and SHA-256 to record; those of the file unless given.

    Raises
    ------
    UnreadableScan : the file is corrupt, truncated or not NIfTI.
    UnsupportedScan : it is 2-D, a time series, color, too large, or has NaN voxels inside.
    """
    name = source or path.name
    with open_nifti(path, name) as (plan, slabs):
        check_spacing(plan.affine)
        _check_growth(path, plan, name)
        hu, filled = _to_volume(plan, slabs, name)
    return volume_from_array(
        hu,
        plan.affine,
        source=name,
        digest=digest or sha256_of([path]),
        notes=(*_misnamed(path), *plan.notes, *filled),
    )


@contextmanager
def open_nifti(path: Path, name: str) -> Iterator[tuple[NiftiPlan, Slabs]]:
    """Open a single-file NIfTI image, called `name` in messages; its header is checked.

    Yields
    ------
    What the header says, and the stored numbers as they come: the slice of the flattened image
    (first axis fastest) that a slab fills, and its numbers. Nothing is read ahead of it, and no
    more than the header declares. Whether the place in the patient makes sense is not checked.

    Raises
    ------
    UnreadableScan, UnsupportedScan : as `read_nifti` does, within the block too.
    """
    zipped = _is_zipped(path)
    try:
        with igzip.open(path, "rb") if zipped else path.open("rb") as stream:
            plan = parse_header(stream, name)
            _check_length(path, zipped, plan, name)
            yield plan, _slabs(stream, plan, zipped)
    except EOFError as error:
        raise UnreadableScan(
            f"“{name}” ends before its last voxel; copy or export it again and check that it "
            "arrived whole."
        ) from error
    except (isal_zlib.error, igzip.BadGzipFile) as error:
        raise UnreadableScan(
            f"The compressed data of “{name}” is damaged; copy or export it again."
        ) from error


def _is_zipped(path: Path) -> bool:
    return first_bytes(path, 2) == b"\x1f\x8b"


def _check_length(path: Path, zipped: bool, plan: NiftiPlan, name: str) -> None:
    # A tiny file may declare gigabytes: find out without inflating or allocating.
    stored = path.stat().st_size
    if stored * (DEFLATE_MAX_RATIO if zipped else 1) < plan.total_bytes:
        raise UnreadableScan(
            f"“{name}” declares {plan.total_bytes / 1e6:,.1f} MB of voxels but has only "
            f"{stored:,} bytes; copy or export it again and check that it arrived whole."
        )


def _check_growth(path: Path, plan: NiftiPlan, name: str) -> None:
    # Labels shrink to next to nothing, scans do not.
    stored = path.stat().st_size
    if grows_too_much(stored, plan.total_bytes):
        raise UnsupportedScan(
            f"“{name}” has {stored / 1e6:,.1f} MB for {plan.total_bytes / 1e6:,.0f} MB of voxels, "
            "so it shows next to nothing; choose the CT itself."
        )


def _slabs(stream: BufferedIOBase, plan: NiftiPlan, zipped: bool) -> Slabs:
    _read_exactly(stream, plan.offset - plan.header_bytes)
    for start in range(0, plan.voxels, SLAB_VOXELS):
        stop = min(start + SLAB_VOXELS, plan.voxels)
        stored = _read_exactly(stream, (stop - start) * plan.dtype.itemsize)
        yield slice(start, stop), np.frombuffer(stored, plan.dtype)
    if zipped:
        _reach_checksum(stream)


def _to_volume(
    plan: NiftiPlan, slabs: Slabs, name: str
) -> tuple[NDArray[np.int16], tuple[str, ...]]:
    """Bring the voxels to HU, air where there is no number; also tells where that was done."""
    hu = np.empty(plan.voxels, np.int16)
    unknown: NDArray[np.bool_] | None = None
    resigned = False
    for place, stored in slabs:
        if (mended := signed(stored)) is not None:
            stored, resigned = mended, True
        finite = np.isfinite(stored) if stored.dtype.kind == "f" else None
        if finite is not None and not finite.all():
            unknown = np.zeros(plan.voxels, bool) if unknown is None else unknown
            unknown[place] = ~finite
            stored = np.where(finite, stored, stored.dtype.type(0))
        hu[place] = to_hounsfield(stored, plan.slope, plan.intercept)
    whole = hu.reshape(plan.shape, order="F")
    if resigned:
        return whole, (
            "The file calls its numbers unsigned but holds negative ones; they were read so.",
        )
    if unknown is None:
        return whole, ()
    outside = unknown.reshape(plan.shape, order="F")
    if encloses_holes(outside):
        raise UnsupportedScan(
            f"“{name}” has {np.count_nonzero(unknown):,} voxels that are not a number (NaN or "
            "infinite), some of them inside the image; export the scan again with a number in "
            "each of them."
        )
    whole[outside] = AIR_HU
    return whole, (
        f"{np.count_nonzero(unknown):,} voxels around the image are not a number; they were taken "
        f"for air ({AIR_HU} HU).",
    )


def encloses_holes(outside: NDArray[np.bool_]) -> bool:
    """Whether `outside` [X, Y, Z] parts the image somewhere along an axis.

    What a round field of view leaves out lies at the ends of rows and columns.
    """
    inside = ~outside
    for axis in range(3):
        lines = np.moveaxis(inside, axis, 0)
        begun = np.count_nonzero(lines[1:] & ~lines[:-1], axis=0) + lines[0]
        if (begun > 1).any():
            return True
    return False


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


def _misnamed(path: Path) -> tuple[str, ...]:
    zipped = _is_zipped(path)
    if path.name.endswith(".nii") and zipped:
        return ("The file is named .nii but is gzip-compressed; it was read as .nii.gz.",)
    if path.name.endswith(".gz") and not zipped:
        return ("The file is named .gz but is not compressed; it was read as .nii.",)
    return ()
