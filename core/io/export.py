"""Give a segmentation back on the grid of the scan it was made from."""

import gzip
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from core.geometry.components import box_where
from core.io.dicom.segmentation import labels_to_dicom_seg, obstacle_to_dicom
from core.volume import Volume, laid_back

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "doubt_to_nifti",
    "labels_to_dicom_seg",
    "labels_to_nifti",
    "obstacle_to_dicom",
    "slice_to_nifti",
    "table_to_csv",
    "training_case",
]

SCANNER_CODE = 1
# A cell that begins so is a formula to spreadsheets; numbers may be negative.
FORMULA = re.compile(r"[=+@\t\r-]")
# Beyond float32 rounding, a qform (rotation and spacing) cannot hold the affine.
QFORM_TOLERANCE = 1e-3


def labels_to_nifti(volume: Volume, labels: NDArray[np.uint8]) -> bytes:
    """Encode `labels` as the .nii.gz that lies voxel by voxel on the input of `volume`.

    Parameters
    ----------
    labels : uint8 [X, Y, Z] on the grid of `volume`; 0 background, 1 liver, 2 tumor.

    Returns
    -------
    NIfTI-1, gzip-compressed, in the shape, axis order and affine of the input file, in
    millimeters. The same labels give the same bytes. A sheared grid (gantry tilt) is
    stored in the sform alone.

    Raises
    ------
    ValueError : `labels` has another shape than `volume`.
    """
    return array_to_nifti(volume, labels, "HepatoScope: 1 liver, 2 tumor")


def training_case(volume: Volume, labels: NDArray[np.uint8]) -> bytes:
    """Zip a scan with its `labels` [X, Y, Z] in LiTS layout, as a labelled case to learn from.

    Both are called by the scan's digest: ``volume-0123ab.nii.gz``, ``segmentation-0123ab.nii.gz``.
    """
    buffer, name = BytesIO(), f"{volume.digest[:6]}.nii.gz"
    with ZipFile(buffer, "w") as archive:
        scan = array_to_nifti(volume, volume.hu, "HepatoScope: Hounsfield units")
        archive.writestr(f"volume-{name}", scan)
        archive.writestr(f"segmentation-{name}", labels_to_nifti(volume, labels))
    return buffer.getvalue()


def array_to_nifti(
    volume: Volume, array: NDArray[Any], description: str, *, slope: float | None = None
) -> bytes:
    """Encode any array [X, Y, Z] on the grid of `volume` as the .nii.gz that lies on its input.

    Parameters
    ----------
    description : ASCII, for the header, which takes its first 79 characters.
    slope : what other programs multiply the stored numbers by; nothing unless given.

    Raises
    ------
    ValueError : `array` has another shape than `volume`.
    """
    if array.shape != volume.shape:
        raise ValueError(f"the array has shape {array.shape}, the volume {volume.shape}")
    affine = volume.file_affine
    box = box_where(array, lambda part: part != 0) or (slice(0, 0),) * 3
    image = nib.Nifti1Image(laid_back(array, volume.native, box), affine, dtype=array.dtype)
    image.set_qform(affine, SCANNER_CODE)
    image.set_sform(affine, SCANNER_CODE)
    if np.abs(image.get_qform() - affine).max() > QFORM_TOLERANCE:
        image.set_qform(None, 0)
    image.header.set_xyzt_units("mm")
    image.header["descrip"] = description[:79].encode()
    if slope is not None:
        image.header.set_slope_inter(slope, 0)
    buffer = BytesIO()
    # Slice by slice: the whole, uncompressed, is as large as the scan.
    with gzip.GzipFile("", "wb", 6, buffer, mtime=0) as packed:
        image.to_stream(packed)
    return buffer.getvalue()


def slice_to_nifti(volume: Volume, part: NDArray[Any], z: int, description: str) -> bytes:
    """Encode `part` [X, Y] of axial slice `z` as `array_to_nifti` does a volume: 0 elsewhere."""
    whole = np.zeros(volume.shape, part.dtype)
    whole[..., z] = part
    return array_to_nifti(volume, whole, description)


def probability_to_nifti(volume: Volume, probability: NDArray[np.uint8], of: str) -> bytes:
    """Encode a probability [X, Y, Z] (uint8, 255 = 1) of liver or tumor, read as 0 to 1."""
    return array_to_nifti(volume, probability, f"HepatoScope: probability of {of}", slope=1 / 255)


def doubt_to_nifti(volume: Volume, doubt: NDArray[np.uint8], what: str) -> bytes:
    """Encode a map of doubt as the .nii.gz that lies voxel by voxel on the input of `volume`.

    Parameters
    ----------
    doubt : uint8 [X, Y, Z] on the grid of `volume`, 255 = 0.5. The header scales it, so that
        other programs read standard deviations of 0 to 0.5.
    what : network it is of, for the header.
    """
    return array_to_nifti(volume, doubt, f"HepatoScope: disagreement on {what}", slope=0.5 / 255)


def table_to_csv(table: "pd.DataFrame", index: str = "") -> bytes:
    """Write a table as CSV, in UTF-8; texts that a spreadsheet would compute get a ' in front.

    Parameters
    ----------
    index : heading of the rows' numbers; they are left out without.
    """

    def harmless(cell: Any) -> Any:
        return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell

    return table.map(harmless).to_csv(index=bool(index), index_label=index or None).encode()
