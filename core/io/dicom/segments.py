"""Read a DICOM Segmentation: its segments, and where they lie on the grid of a scan."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadDataset
from core.io.dicom.geometry import LPS_RAS
from core.io.formats import first_bytes
from core.io.limits import MAX_VOXELS, check_shape
from core.io.nifti_header import SAME_PLACE_MM, largest_shift
from core.volume import to_ras

Region = tuple[slice, slice, slice]
SEGMENTATIONS = {"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"}
MOST_SEGMENTS, MOST_LETTERS = 1000, 60


def is_segmentation(path: Path) -> bool:
    """Whether the file at `path` is DICOM; which kind, its readers tell."""
    return first_bytes(path, 132)[128:] == b"DICM"


def segments_of(path: Path) -> list[tuple[int, str]]:
    """List the segments of a file: number and name; BadDataset where it is no segmentation."""
    return [
        (int(one.SegmentNumber), str(one.get("SegmentLabel", "")).strip()[:MOST_LETTERS])
        for one in _opened(path, path.name).SegmentSequence[:MOST_SEGMENTS]
    ]


def laid_segments(
    path: Path,
    numbers: tuple[int, ...],
    affine: NDArray[np.float64],
    shape: tuple[int, int, int],
    name: str,
) -> tuple[Region, NDArray[np.bool_]]:
    """Lay segments together on a grid of `shape` [X, Y, Z] with an `affine` to RAS mm.

    Returns
    -------
    The box of the grid that the file covers, and what is marked in it, bool of its size.

    Raises
    ------
    BadDataset
        The file is no segmentation, its frames make no even stack, or it lies on another grid.
    """
    dataset = _opened(path, name)
    check_shape((int(dataset.Columns), int(dataset.Rows), shape[2]))
    marked, own = None, np.eye(4)
    for number in numbers:
        mask, own = _segment(dataset, number, name)
        marked = mask if marked is None else marked | mask
    assert marked is not None
    turned, turned_affine = to_ras(marked, own)
    return _part_of(turned, turned_affine, affine, shape, name)


def _opened(path: Path, name: str) -> Any:
    from highdicom.seg import segread
    from pydicom import dcmread

    header = dcmread(path, stop_before_pixels=True)
    if header.get("SOPClassUID") not in SEGMENTATIONS:
        raise BadDataset(
            f"“{name}” is DICOM, but no segmentation ({header.get('Modality', 'no modality')}); "
            "choose a DICOM SEG or a NIfTI file of labels."
        )
    frames = int(header.get("NumberOfFrames", 1)) * int(header.Rows) * int(header.Columns)
    # A hundred organs on the largest scan; empty frames are left out of such files.
    if frames > 20 * MAX_VOXELS:
        raise BadDataset(f"“{name}” is larger than can be read here; leave segments out of it.")
    return segread(path)


def _segment(dataset: Any, number: int, name: str) -> tuple[NDArray[np.bool_], Any]:
    """Read one segment, bool on its own grid, and the affine of that grid to RAS mm."""
    try:
        volume = dataset.get_volume(segment_numbers=[number], rtol=1e-2)
    except (RuntimeError, ValueError) as error:
        raise BadDataset(
            f"The slices of “{name}” make no even stack, so it cannot be laid on the scan; export "
            "the segmentation as NIfTI."
        ) from error
    shares = np.asarray(volume.array)[..., 0]
    return shares >= 0.5, LPS_RAS @ volume.affine


def _part_of(
    mask: NDArray[np.bool_],
    own: NDArray[np.float64],
    affine: NDArray[np.float64],
    shape: tuple[int, int, int],
    name: str,
) -> tuple[Region, NDArray[np.bool_]]:
    """Find where a mask lies on a grid; what reaches beyond the grid is left out."""
    offset = np.rint((np.linalg.inv(affine) @ own[:, 3])[:3]).astype(int)
    moved = affine.copy()
    moved[:, 3] = affine @ [*offset, 1]
    if (apart := largest_shift(own, moved, mask.shape)) > SAME_PLACE_MM:
        raise BadDataset(
            f"The voxels of “{name}” lie up to {apart:.1f} mm from those of the scan, so it is of "
            "another grid; resample it to the scan."
        )
    first = np.maximum(offset, 0)
    last = np.minimum(offset + mask.shape, shape)
    if (first >= last).any():
        raise BadDataset(f"“{name}” lies beside the scan; choose the segmentation of this scan.")
    there = tuple(slice(int(a), int(b)) for a, b in zip(first, last, strict=True))
    own_part = tuple(
        slice(int(a - o), int(b - o)) for a, b, o in zip(first, last, offset, strict=True)
    )
    x, y, z = there
    return (x, y, z), mask[own_part]
