"""A ground truth that somebody brings for a scan: checked before it is believed."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.errors import BadDataset, UnreadableScan, UnsupportedScan
from core.io.formats import first_bytes, is_nifti
from core.io.nifti_header import SAME_PLACE_MM, NiftiPlan, parse_header
from core.labels import LIVER, TUMOR, organ_mask
from core.volume import Volume, to_ras

SLAB_VOXELS = 4_000_000
# So many of the values that are no labels are named.
NAMED_VALUES = 5


def read_truth(
    path: Path, volume: Volume, *, name: str | None = None, ignore_place: bool = False
) -> NDArray[np.uint8]:
    """Read the true labels of `volume` from a NIfTI file: uint8 [X, Y, Z], 0, 1 or 2.

    Axes may be turned or flipped against the scan's: the file's own header says where each
    voxel lies.

    Parameters
    ----------
    name : how messages call the file; its own name unless given.
    ignore_place : lay the voxels on those of the scan's file whatever the header says of their
        place; some files of LiTS need this.

    Raises
    ------
    BadDataset
        If the file is no NIfTI image or damaged, lies on another grid, has other values than
        0, 1 and 2, or marks no liver.
    """
    name = name or path.name
    with _opened(path, name) as stream:
        plan = _header(stream, name)
        _check_shape(plan, volume, name, ignore_place)
        labels = _read_labels(stream, plan, name)
    turned, affine = to_ras(labels, volume.native.affine if ignore_place else plan.affine)
    _check_place(turned, affine, volume, name)
    _check_marks(turned, name)
    return turned


def check_same_case(
    truth: NDArray[np.uint8], found: NDArray[np.uint8], name: str, case: str
) -> None:
    """Refuse a truth that has nothing in common with the labels `found`, both [X, Y, Z].

    Raises BadDataset where both mark a liver and the livers share no voxel.
    """
    true, called = organ_mask(truth), organ_mask(found)
    if called.any() and not (true & called).any():
        raise BadDataset(
            f"The liver of “{name}” ({np.count_nonzero(true):,} voxels) and the liver found in "
            f"“{case}” ({np.count_nonzero(called):,} voxels) do not share a single voxel, so this "
            "seems to be the ground truth of another case; upload that of this scan."
        )


@contextmanager
def _opened(path: Path, name: str) -> Iterator[BufferedIOBase]:
    zipped = first_bytes(path, 2) == b"\x1f\x8b"
    try:
        with gzip.open(path, "rb") if zipped else path.open("rb") as stream:
            yield stream
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadDataset(
            f"“{name}” is damaged or ends before its last voxel; copy it again and check that it "
            "arrived whole."
        ) from error


def _header(stream: BufferedIOBase, name: str) -> NiftiPlan:
    head = stream.read(352)
    if not is_nifti(head):
        raise BadDataset(
            f"“{name}” is no NIfTI image (it begins with {head[:4].hex(' ') or 'nothing'}); "
            "upload the ground truth as .nii or .nii.gz."
        )
    stream.seek(0)
    try:
        return parse_header(stream, name)
    except (UnreadableScan, UnsupportedScan) as error:
        reason = str(error)
        raise BadDataset(
            f"“{name}” cannot be a ground truth here: {reason[0].lower()}{reason[1:]}"
        ) from error


def _check_shape(plan: NiftiPlan, volume: Volume, name: str, ignore_place: bool) -> None:
    native = volume.native.shape
    # Axes may be turned: only then may the order of the sizes differ.
    same = plan.shape == native if ignore_place else sorted(plan.shape) == sorted(native)
    if not same:
        raise _other_shape(plan.shape, native, name)


def _check_place(
    labels: NDArray[np.uint8], affine: NDArray[np.float64], volume: Volume, name: str
) -> None:
    if labels.shape != volume.shape:
        raise _other_shape(labels.shape, volume.shape, name)
    sizes = [(0, size - 1) for size in volume.shape]
    corners = np.array([[x, y, z, 1] for x in sizes[0] for y in sizes[1] for z in sizes[2]]).T
    apart = float(np.linalg.norm(((affine - volume.affine) @ corners)[:3], axis=0).max())
    if apart > SAME_PLACE_MM:
        raise BadDataset(
            f"The voxels of “{name}” lie up to {apart:.1f} mm from those of “{volume.source}”, so "
            "it is of another grid; resample it to the scan, or choose to ignore the position in "
            "its header if you know that it is wrong."
        )


def _other_shape(shape: tuple[int, ...], wanted: tuple[int, ...], name: str) -> BadDataset:
    has, needs = (" × ".join(map(str, sizes)) for sizes in (shape, wanted))
    return BadDataset(
        f"“{name}” has {has} voxels and the scan {needs}; a ground truth must lie on the grid of "
        "its scan."
    )


def _read_labels(stream: BufferedIOBase, plan: NiftiPlan, name: str) -> NDArray[np.uint8]:
    """Read the voxels [I, J, K] slab by slab, so that no file takes more than it declared."""
    _read_exactly(stream, plan.offset - plan.header_bytes)
    labels = np.empty(plan.voxels, np.uint8)
    for start in range(0, plan.voxels, SLAB_VOXELS):
        count = min(SLAB_VOXELS, plan.voxels - start)
        stored = np.frombuffer(_read_exactly(stream, count * plan.dtype.itemsize), plan.dtype)
        values = stored
        if (plan.slope, plan.intercept) != (1, 0):
            values = stored * plan.slope + plan.intercept
        known = np.isin(values, (0, LIVER, TUMOR))
        if not known.all():
            raise _other_values(np.unique(values[~known]), name)
        labels[start : start + count] = values
    return labels.reshape(plan.shape, order="F")


def _read_exactly(stream: BufferedIOBase, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _other_values(values: NDArray[np.generic], name: str) -> BadDataset:
    named = ", ".join(f"{value:g}" for value in values[:NAMED_VALUES].tolist())
    more = f" and {len(values) - NAMED_VALUES} more" if len(values) > NAMED_VALUES else ""
    return BadDataset(
        f"“{name}” holds {named}{more} where only 0 (background), 1 (liver) and 2 (tumor) mean "
        "something; give its labels these numbers and upload it again."
    )


def _check_marks(labels: NDArray[np.uint8], name: str) -> None:
    if not labels.any():
        raise BadDataset(
            f"“{name}” marks nothing: all its {labels.size:,} voxels are 0; upload a ground truth "
            "with the liver as 1."
        )
    if not (labels == LIVER).any():
        raise BadDataset(
            f"“{name}” marks {np.count_nonzero(labels):,} voxels as tumor (2) and none as liver "
            "(1), and a liver is needed to score against; add it and upload the file again."
        )
