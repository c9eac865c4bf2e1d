"""A CT volume: Hounsfield units, and where each voxel lies in the patient."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import numpy as np
from nibabel.orientations import (
    aff2axcodes,
    apply_orientation,
    inv_ornt_aff,
    io_orientation,
    ornt_transform,
)
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pydicom import Dataset

AIR_HU = -1000
RAS = np.array([[0, 1], [1, 1], [2, 1]])


@dataclass(frozen=True, eq=False)
class Grid:
    """The voxel grid of a file, before it was turned to RAS+.

    Parameters
    ----------
    shape : (I, J, K) voxels along the file's own axes.
    affine : (4, 4) float64, voxel index to RAS millimetres.
    """

    shape: tuple[int, int, int]
    affine: NDArray[np.float64]

    @property
    def axis_codes(self) -> str:
        """Anatomical directions of the axes, such as ``LPS``."""
        return "".join(str(code) for code in aff2axcodes(self.affine))


class Turn(StrEnum):
    """How a body may lie otherwise than its file says: the code of the finding that says so."""

    LEFT_RIGHT = "left-to-right"
    FRONT_BACK = "front-to-back"
    HEAD_FOOT = "head-to-foot"
    FROM_RIGHT = "turned-right"
    FROM_LEFT = "turned-left"


# Where the directions (right, front, head) that a file names point in truth.
MATRICES = {
    Turn.LEFT_RIGHT: np.diag([-1.0, 1, 1]),
    Turn.FRONT_BACK: np.diag([1.0, -1, 1]),
    Turn.HEAD_FOOT: np.diag([1.0, 1, -1]),
    Turn.FROM_RIGHT: np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]]),
    Turn.FROM_LEFT: np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]),
}


def matrix_of(turns: Sequence[Turn]) -> NDArray[np.float64]:
    """Give the (4, 4) matrix of turns, one after another, about the origin of the millimeters."""
    matrix = np.eye(4)
    for turn in turns:
        matrix[:3, :3] = MATRICES[turn] @ matrix[:3, :3]
    return matrix


@dataclass(frozen=True)
class Series:
    """A stack of slices among DICOM files, which can be read as a scan.

    Parameters
    ----------
    key : number of the series, and where it holds several stacks which of them: ``3``, ``3.2``.
    slices : count of them.
    plane : in which they lie.
    description : of the series, as the header has it.
    date : of the study, ``2026-03-04``; empty where it is not told.
    """

    key: str
    slices: int
    plane: str
    description: str = ""
    date: str = ""

    @property
    def label(self) -> str:
        """Name it for a choice."""
        told = [f"{self.slices} {self.plane} slices", self.description, self.date]
        return f"Series {self.key}: {', '.join(part for part in told if part)}"


@dataclass(frozen=True, eq=False)
class Volume:
    """A CT in RAS+ order, as nibabel has it.

    Parameters
    ----------
    hu : int16 [X, Y, Z], Hounsfield units; X grows towards the patient's right,
        Y towards anterior, Z towards superior. Read-only.
    affine : (4, 4) float64, voxel index to RAS millimetres.
    native : the grid of the file, on which masks are given back.
    source : what it is called: its file's name, or one that is free of patient identity.
    digest : SHA-256 of the bytes it was read from, the key of every cache.
    notes : what the reader had to decide, a sentence each.
    dicom_headers : the slices' headers without pixels, in the order of the native
        grid's third axis; empty unless the input was DICOM.
    synthetic : True for a phantom.
    spacing_known : False where nobody wrote down the voxels' size, and lengths mean nothing.
    series : of DICOM files, what could be read of them: the first is this.
    turns : made on purpose, because the body lies otherwise than the file says.
    base : digest of the scan before them; empty without any.
    dropped : names of what the headers of DICOM files tell and nothing here keeps.
    """

    hu: NDArray[np.int16]
    affine: NDArray[np.float64]
    native: Grid
    source: str
    digest: str
    notes: tuple[str, ...] = ()
    dicom_headers: tuple["Dataset", ...] = field(default=(), repr=False)
    synthetic: bool = False
    spacing_known: bool = True
    series: tuple[Series, ...] = ()
    turns: tuple[Turn, ...] = ()
    base: str = ""
    dropped: tuple[str, ...] = field(default=(), repr=False)

    @property
    def file_affine(self) -> NDArray[np.float64]:
        """The affine that the file itself has, (4, 4): that of `native` but for the turns."""
        return np.linalg.inv(matrix_of(self.turns)) @ self.native.affine

    @property
    def shape(self) -> tuple[int, int, int]:
        """Voxels along X, Y, Z."""
        x, y, z = self.hu.shape
        return x, y, z

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel size in mm along X, Y, Z."""
        return spacing_of(self.affine)

    @property
    def voxel_ml(self) -> float:
        """Volume of one voxel in mL."""
        return voxel_ml_of(self.affine)


def unnamed(volume: Volume) -> Volume:
    """Call a scan by its digest in place of its file, whose name may be a patient's.

    DICOM series are called by their number already.
    """
    if volume.dicom_headers:
        return volume
    return replace(volume, source=f"CT {volume.digest[:6]}")


def spacing_of(affine: NDArray[np.float64]) -> tuple[float, float, float]:
    """Voxel size in mm along the three axes of `affine` (4, 4)."""
    x, y, z = np.linalg.norm(affine[:3, :3], axis=0)
    return float(x), float(y), float(z)


def voxel_ml_of(affine: NDArray[np.float64]) -> float:
    """Volume of one voxel of `affine` (4, 4) in mL; holds for sheared grids too."""
    return float(abs(np.linalg.det(affine[:3, :3])) / 1000)


def to_ras(
    array: NDArray[Any], affine: NDArray[np.float64]
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Turn and flip the axes of `array` [I, J, K] to RAS+ without resampling.

    Returns the array [X, Y, Z] (contiguous) and its affine.
    """
    orientation = io_orientation(affine)
    turned = np.ascontiguousarray(apply_orientation(array, orientation))
    return turned, affine @ inv_ornt_aff(orientation, array.shape)


def to_native(array: NDArray[Any], native: Grid) -> NDArray[Any]:
    """Lay an array [X, Y, Z] of a RAS+ volume back on the grid of its file [I, J, K]."""
    back = ornt_transform(RAS, io_orientation(native.affine))
    return np.ascontiguousarray(apply_orientation(array, back))


def laid_back(
    array: NDArray[Any], native: Grid, inside: tuple[slice, slice, slice]
) -> NDArray[Any]:
    """Lay what an array [X, Y, Z] of a RAS+ volume holds `inside` back on the grid of its file.

    Returns [I, J, K] in the order of NIfTI files, the first axis fastest; 0 elsewhere, which
    takes no memory.
    """
    laid = np.zeros(native.shape, array.dtype, order="F")
    apply_orientation(laid, io_orientation(native.affine))[inside] = array[inside]
    return laid


def volume_from_array(
    hu: NDArray[Any],
    affine: NDArray[np.float64],
    *,
    source: str,
    digest: str,
    notes: tuple[str, ...] = (),
    dicom_headers: tuple["Dataset", ...] = (),
    synthetic: bool = False,
    spacing_known: bool = True,
    series: tuple[Series, ...] = (),
) -> Volume:
    """Make a Volume of `hu` [I, J, K] on any grid: round to int16, turn to RAS+, lock.

    Values outside int16 are clipped; callers refuse NaN before.
    """
    affine = np.asarray(affine, dtype=np.float64)
    native = Grid((hu.shape[0], hu.shape[1], hu.shape[2]), affine)
    if hu.dtype != np.int16:
        limits = np.iinfo(np.int16)
        hu = np.clip(np.rint(hu), limits.min, limits.max).astype(np.int16)
    ras_hu, ras_affine = to_ras(hu, affine)
    # Volumes are shared between threads and kept in caches: nobody may write to them.
    ras_hu.setflags(write=False)
    return Volume(
        ras_hu,
        ras_affine,
        native,
        source,
        digest,
        notes,
        dicom_headers,
        synthetic,
        spacing_known,
        series,
    )
