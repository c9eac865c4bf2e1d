"""Small scans in every shape the readers meet."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
from nibabel.orientations import axcodes2ornt, inv_ornt_aff, ornt_transform
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, ExplicitVRLittleEndian, generate_uid

AXIS_CODES = [
    "".join(codes)
    for order in itertools.permutations(("RL", "AP", "SI"))
    for codes in itertools.product(*order)
]
SCANNER = (-120.0, -90.0, 30.0)


def some_hu(shape: tuple[int, int, int] = (18, 20, 16), seed: int = 0) -> NDArray[np.int16]:
    """Return random HU, so that no two orientations look alike."""
    return np.random.default_rng(seed).integers(-1000, 1000, shape).astype(np.int16)


def ras_affine(spacing: Sequence[float] = (0.8, 0.9, 2.5)) -> NDArray[np.float64]:
    """Return a RAS+ affine with an origin."""
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = SCANNER
    return affine


def stored_as(
    codes: str, hu: NDArray[Any], affine: NDArray[np.float64]
) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Turn a RAS+ array to the axis order `codes`, as a file may store it."""
    turn = ornt_transform(axcodes2ornt("RAS"), axcodes2ornt(codes))
    return nib.apply_orientation(hu, turn), affine @ inv_ornt_aff(turn, hu.shape)


def save_nifti(
    path: Path, hu: NDArray[Any], affine: NDArray[np.float64] | None = None, **header: object
) -> Path:
    """Write `hu` with millimeters as its unit; `header` fields overwrite what is written."""
    image = nib.Nifti1Image(hu, ras_affine() if affine is None else affine)
    image.header.set_xyzt_units("mm")
    for name, value in header.items():
        image.header[name] = value
    nib.save(image, path)
    return path


def ct_slice(
    pixels: NDArray[Any], position: Sequence[float], uid: str = "1.2.3.4", **changes: object
) -> Dataset:
    """Return one CT slice [rows, columns] of stored values, HU = stored - 1024."""
    slice_ = Dataset()
    slice_.file_meta = FileMetaDataset()
    slice_.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    slice_.SOPClassUID = CTImageStorage
    slice_.SOPInstanceUID = generate_uid(entropy_srcs=[uid, str(position), str(changes)])
    slice_.file_meta.MediaStorageSOPClassUID = slice_.SOPClassUID
    slice_.file_meta.MediaStorageSOPInstanceUID = slice_.SOPInstanceUID
    slice_.PatientName, slice_.PatientID = "Doe^Jane", "secret-17"
    slice_.PatientBirthDate, slice_.PatientSex = "19500101", "F"
    slice_.StudyDate, slice_.StudyTime, slice_.StudyID = "20200101", "101010", "7"
    slice_.AccessionNumber, slice_.StudyInstanceUID = "A1", "1.2.3"
    slice_.SeriesInstanceUID, slice_.SeriesNumber = uid, 3
    slice_.FrameOfReferenceUID, slice_.Modality = "1.2.9", "CT"
    slice_.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    slice_.ImagePositionPatient = [float(value) for value in position]
    slice_.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    slice_.PixelSpacing, slice_.SliceThickness = [0.9, 0.8], 2.5
    slice_.RescaleSlope, slice_.RescaleIntercept = 1, -1024
    _set_pixels(slice_, pixels)
    for keyword, value in changes.items():
        setattr(slice_, keyword, value)
    return slice_


def _set_pixels(dataset: Dataset, pixels: NDArray[Any]) -> None:
    dataset.Rows, dataset.Columns = pixels.shape[-2:]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelRepresentation = 0
    dataset.PixelData = pixels.astype("<u2").tobytes()


def ct_series(
    hu: NDArray[np.int16], positions: Sequence[Sequence[float]] | None = None, **changes: object
) -> list[Dataset]:
    """Return the slices of `hu` [planes, rows, columns], 2.5 mm apart unless `positions` say."""
    places = positions or [(-100.0, -80.0, 30 + 2.5 * plane) for plane in range(len(hu))]
    return [
        ct_slice(plane.astype(np.int32) + 1024, place, InstanceNumber=number, **changes)
        for number, (plane, place) in enumerate(zip(hu, places, strict=True), start=1)
    ]


def trunk(lung: bool, planes: int, first: float, **changes: object) -> list[Dataset]:
    """Slices 5 mm apart of an elliptic body of 320 x 240 mm, with lungs or without."""
    y, x = np.indices((128, 128)) - 63.5
    plane = np.where((x / 53) ** 2 + (y / 40) ** 2 < 1, 50, -1000)
    if lung:
        plane[(((np.abs(x) - 24) / 16) ** 2 + (y / 26) ** 2) < 1] = -800
    hu = np.repeat(plane[None], planes, axis=0).astype(np.int16)
    places = [(-190.0, -190.0, first + 5 * number) for number in range(planes)]
    return ct_series(hu, places, PixelSpacing=[3, 3], **changes)


def enhanced_ct(hu: NDArray[np.int16], planes: Sequence[int]) -> Dataset:
    """Return one multi-frame CT whose frames are the `planes` of `hu`, in that order."""
    frames = hu[list(planes)].astype(np.int32) + 1024
    image = ct_slice(frames[0], (0, 0, 0))
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        delattr(image, keyword)
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = EnhancedCTImageStorage
    _set_pixels(image, frames)
    image.NumberOfFrames = len(planes)
    image.SharedFunctionalGroupsSequence = [
        _macros(
            PlaneOrientationSequence={"ImageOrientationPatient": [1, 0, 0, 0, 1, 0]},
            PixelMeasuresSequence={"PixelSpacing": [0.9, 0.8], "SliceThickness": 2.5},
            PixelValueTransformationSequence={"RescaleSlope": 1, "RescaleIntercept": -1024},
        )
    ]
    image.PerFrameFunctionalGroupsSequence = [
        _macros(PlanePositionSequence={"ImagePositionPatient": [-100.0, -80.0, 30 + 2.5 * plane]})
        for plane in planes
    ]
    return image


def _macros(**macros: dict[str, object]) -> Dataset:
    group = Dataset()
    for name, content in macros.items():
        item = Dataset()
        for keyword, value in content.items():
            setattr(item, keyword, value)
        setattr(group, name, [item])
    return group


def save_dicom(folder: Path, slices: Sequence[Dataset], seed: int = 0) -> Path:
    """Write `slices` in random order under names without meaning or extension."""
    folder.mkdir(parents=True, exist_ok=True)
    names = np.random.default_rng(seed).permutation(len(slices))
    taken = len(list(folder.iterdir()))
    for name, item in zip(names, slices, strict=True):
        item.save_as(folder / f"IM{taken + name:05d}", enforce_file_format=True)
    return folder
