"""What a NIfTI header promises: shape, numbers, place in the patient."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from logging import CRITICAL, Logger
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.spatialimages import HeaderDataError
from numpy.typing import NDArray

from core.errors import UnreadableScan, UnsupportedScan
from core.io.formats import is_nifti
from core.io.limits import MAX_EXTRA_BYTES, check_shape
from core.volume import spacing_of

COLOR_TYPES = {128: "RGB", 2304: "RGBA"}
MM_PER_UNIT = {1: ("meters", 1000.0), 2: ("millimeters", 1.0), 3: ("micrometers", 0.001)}
SPATIAL_UNIT_BITS = 0x07
# Header differences below this are rounding: float32 and quaternions.
SAME_PLACE_MM = 0.1
# Steps that differ by less than this share are the same, rounded.
SAME_STEP = 0.01
# Extents in mm, largest first, of what a CT shows of a body: from a small field of a child on.
BODY_MM = ((150.0, 2200.0), (120.0, 1000.0), (20.0, 1000.0))
SILENT = Logger("NIfTI header", CRITICAL + 1)


@dataclass(frozen=True, eq=False)
class NiftiPlan:
    """Everything needed to read the voxels, already checked.

    Parameters
    ----------
    shape : (I, J, K) voxels.
    dtype : of the stored numbers, with their byte order.
    slope, intercept : HU = slope × stored + intercept.
    header_bytes, offset : where the header ends and the voxels begin.
    affine : (4, 4) voxel index to RAS millimeters.
    """

    shape: tuple[int, int, int]
    dtype: np.dtype[Any]
    slope: float
    intercept: float
    header_bytes: int
    offset: int
    affine: NDArray[np.float64]
    notes: tuple[str, ...]

    @property
    def voxels(self) -> int:
        """Number of voxels."""
        i, j, k = self.shape
        return i * j * k

    @property
    def total_bytes(self) -> int:
        """Bytes of the inflated file up to its last voxel."""
        return self.offset + self.voxels * self.dtype.itemsize


def parse_header(stream: BufferedIOBase, name: str) -> NiftiPlan:
    """Read and judge the header at the start of `stream`; `name` is for messages.

    Raises UnreadableScan or UnsupportedScan before any voxel is touched.
    """
    header, header_bytes, steps = _load(stream, name)
    shape = check_shape(_three_axes(header))
    dtype = _numbers(header, name)
    slope, intercept = _scaling(header, name)
    affine, notes = _place(header, steps)
    return NiftiPlan(
        shape,
        dtype,
        slope,
        intercept,
        header_bytes,
        _offset(header, header_bytes, name),
        affine,
        notes,
    )


def _load(stream: BufferedIOBase, name: str) -> tuple[nib.Nifti1Header, int, list[float]]:
    """Read the header; returns it mended, its bytes, and the voxel size as it was written."""
    block = stream.read(348)
    if not is_nifti(block):
        raise UnreadableScan(
            f"“{name}” holds no NIfTI image (it begins with {block[:4].hex(' ') or 'nothing'}); "
            "choose the CT as .nii, .nii.gz or a zip of its DICOM files."
        )
    order = "<" if block[1] else ">"
    second = 540 in (int.from_bytes(block[:4], "little"), int.from_bytes(block[:4], "big"))
    block += stream.read(540 - 348) if second else b""
    if len(block) < (540 if second else 348):
        raise UnreadableScan(
            f"“{name}” ends within its header ({len(block)} bytes); copy or export it again."
        )
    if second:
        header: nib.Nifti1Header = nib.Nifti2Header(block, endianness=order, check=False)
    else:
        header = nib.Nifti1Header(block, endianness=order, check=False)
    _check_magic(bytes(header["magic"]), name)
    steps = [float(step) for step in header["pixdim"][1:4]]
    try:
        header.check_fix(logger=SILENT, error_level=CRITICAL)
    except (HeaderDataError, OverflowError, ValueError) as error:
        # Nibabel turns the offset into an integer, which infinity and NaN are not.
        raise _corrupt(name, str(error)) from error
    return header, len(block), steps


def _check_magic(magic: bytes, name: str) -> None:
    if magic.startswith(b"ni"):
        raise UnsupportedScan(
            f"“{name}” is half of a .hdr/.img pair; save the scan as one .nii or .nii.gz file."
        )
    if not magic.startswith((b"n+1", b"n+2")):
        raise UnsupportedScan(
            f"“{name}” is an Analyze image or a damaged NIfTI header; save the scan as .nii.gz."
        )


def _three_axes(header: nib.Nifti1Header) -> list[int]:
    dimensions = [int(size) for size in header["dim"]]
    count = dimensions[0]
    sizes = dimensions[1 : count + 1]
    declared = " × ".join(str(size) for size in sizes)
    if not 1 <= count <= 7:
        raise UnreadableScan(
            f"The header declares {count} dimensions, which no image has; export the scan again."
        )
    if count < 3:
        raise UnsupportedScan(
            f"The image is flat ({declared}): a whole CT volume is needed, not a single slice."
        )
    if any(size > 1 for size in sizes[3:]):
        raise UnsupportedScan(
            f"The file holds a series of volumes ({declared}), but one CT is needed; save one "
            "of them as its own file."
        )
    if min(sizes) < 1:
        raise UnreadableScan(
            f"The file declares {declared} voxels, so it holds no image; export the scan again."
        )
    return sizes[:3]


def _numbers(header: nib.Nifti1Header, name: str) -> np.dtype[Any]:
    code = int(header["datatype"])
    if code in COLOR_TYPES:
        raise UnsupportedScan(
            f"“{name}” is a color image ({COLOR_TYPES[code]}), not a CT in Hounsfield units; "
            "choose the original CT."
        )
    try:
        dtype: np.dtype[Any] = header.get_data_dtype()
    except (HeaderDataError, KeyError) as error:
        raise _corrupt(name, f"data type {code}") from error
    if dtype.kind not in "iuf":
        raise UnsupportedScan(
            f"“{name}” stores {dtype} numbers, which are no Hounsfield units; choose the "
            "original CT."
        )
    return dtype


def _scaling(header: nib.Nifti1Header, name: str) -> tuple[float, float]:
    try:
        slope, intercept = header.get_slope_inter()
    except HeaderDataError as error:
        raise _corrupt(name, str(error)) from error
    return (1.0, 0.0) if slope is None else (float(slope), float(intercept or 0.0))


def _offset(header: nib.Nifti1Header, header_bytes: int, name: str) -> int:
    offset = float(header["vox_offset"])
    if offset == 0:
        return header_bytes + 4
    if not header_bytes <= offset <= MAX_EXTRA_BYTES:
        raise _corrupt(name, f"voxels at byte {offset:g}")
    return int(offset)


def _place(
    header: nib.Nifti1Header, steps: Sequence[float]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    affine, notes = _orientation(header, steps)
    unit = int(header["xyzt_units"]) & SPATIAL_UNIT_BITS
    if unit not in MM_PER_UNIT:
        return affine, (*notes, "The file names no unit of length; millimeters were assumed.")
    unit_name, scale = MM_PER_UNIT[unit]
    if scale != 1:
        affine = np.diag([scale, scale, scale, 1.0]) @ affine
        notes = (*notes, f"The file measures in {unit_name}; lengths were converted to mm.")
    return affine, notes


def _orientation(
    header: nib.Nifti1Header, steps: Sequence[float]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Choose what the file says of its place: the affine, and notes on the choice.

    Parameters
    ----------
    steps : voxel size as written; a header that was mended has 1 where it said 0.
    """
    # Damaged floats are no numbers; check_spacing says so in words.
    with np.errstate(invalid="ignore", over="ignore"):
        sform, qform = _sform(header), _qform(header)
    if sform is None and 0 in steps:
        raise UnreadableScan(
            f"The file gives a step of 0 mm along axis {list(steps).index(0) + 1} of its voxels, "
            "so nothing in it can be measured; export the scan again."
        )
    if sform is None and qform is None:
        return np.asarray(header.get_base_affine(), np.float64), (
            "The file does not say how the patient lies; the default of NIfTI was assumed, so "
            "left and right may be exchanged.",
        )
    if sform is None or qform is None or 0 in steps:
        affine = qform if sform is None else sform
        assert affine is not None
        return affine, ()
    shape = [int(size) for size in header["dim"][1:4]]
    apart = largest_shift(sform, qform, shape)
    if apart <= SAME_PLACE_MM:
        return sform, ()
    chosen, why = _likelier(sform, qform, shape)
    return chosen, (
        f"The qform and the sform of the file disagree by up to {apart:.1f} mm; {why} was used.",
    )


def _likelier(
    sform: NDArray[np.float64], qform: NDArray[np.float64], shape: Sequence[int]
) -> tuple[NDArray[np.float64], str]:
    """Choose the sform, but where only the qform's voxel size, which is pixdim's, can be right."""
    sizes = spacing_of(sform), spacing_of(qform)
    if np.allclose(*sizes, rtol=SAME_STEP):
        return sform, "the sform"
    bodies = [_is_body(size, shape) for size in sizes]
    told = [" × ".join(f"{step:.3g}" for step in size) + " mm" for size in sizes]
    if bodies == [False, True]:
        return qform, f"the qform, whose voxels of {told[1]} make a body of human size,"
    # Programs that know no place leave the identity there.
    if bodies[1] and np.array_equal(np.abs(sform[:3, :3]), np.eye(3)):
        return qform, f"the qform, with voxels of {told[1]} instead of the sform's 1 mm,"
    return sform, f"the sform, with voxels of {told[0]} instead of {told[1]},"


def _is_body(spacing: Sequence[float], shape: Sequence[int]) -> bool:
    extents = sorted((step * size for step, size in zip(spacing, shape, strict=True)), reverse=True)
    return all(low <= side <= high for side, (low, high) in zip(extents, BODY_MM, strict=True))


def _sform(header: nib.Nifti1Header) -> NDArray[np.float64] | None:
    affine = header.get_sform()
    usable = int(header["sform_code"]) > 0 and abs(np.linalg.det(affine[:3, :3])) > 0
    return np.asarray(affine, np.float64) if usable else None


def _qform(header: nib.Nifti1Header) -> NDArray[np.float64] | None:
    if int(header["qform_code"]) <= 0:
        return None
    try:
        return np.asarray(header.get_qform(), np.float64)
    except (HeaderDataError, ValueError):
        # Quaternions longer than one: the other form, or the default, has to do.
        return None


def largest_shift(
    first: NDArray[np.float64], second: NDArray[np.float64], shape: Sequence[int]
) -> float:
    """Find how far two affines (4, 4) put a voxel of a grid of `shape` apart, in mm."""
    i, j, k = (size - 1 for size in shape)
    corners = np.array([[x, y, z, 1] for x in (0, i) for y in (0, j) for z in (0, k)]).T
    return float(np.linalg.norm((first - second)[:3] @ corners, axis=0).max())


def _corrupt(name: str, detail: str) -> UnreadableScan:
    return UnreadableScan(f"The header of “{name}” is damaged ({detail}); export the scan again.")
