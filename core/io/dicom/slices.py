"""Find the CT slices among DICOM files, from their headers alone."""

import struct
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.uid import (
    UID,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

# Values are judged below; without this each odd one is a line on standard error.
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE

# What pydicom raises while it reads damaged bytes; it has no common base.
DAMAGED = (
    InvalidDicomError,
    BytesLengthException,
    struct.error,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
)
# Direction cosines are written with few digits, but their axes are perpendicular.
SQUARE = 0.01
TAGS = [
    "AcquisitionNumber",
    "AcquisitionTime",
    "Columns",
    "ContentTime",
    "GantryDetectorTilt",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "ImageType",
    "InstanceNumber",
    "Modality",
    "NumberOfFrames",
    "PerFrameFunctionalGroupsSequence",
    "PhotometricInterpretation",
    "PixelSpacing",
    "RescaleIntercept",
    "RescaleSlope",
    "Rows",
    "SOPClassUID",
    "SamplesPerPixel",
    "SeriesInstanceUID",
    "SeriesNumber",
    "SharedFunctionalGroupsSequence",
]


@dataclass(frozen=True)
class Slice:
    """One CT slice: where its pixels are stored, and where it lies in the patient.

    Parameters
    ----------
    path, frame : the file, and the frame in it if it holds several.
    time : of acquisition, and of its content, as the header writes them.
    position : LPS mm, center of the first pixel.
    orientation : LPS direction of the columns' index, then of the rows' index.
    pixel_mm : spacing of rows, spacing of columns.
    slope, intercept : HU = slope × stored + intercept; None where the header names none.
    syntax : UID of the transfer syntax.
    tilt : gantry tilt named by the header, in degrees.
    """

    path: Path
    frame: int | None
    series: str
    series_number: int | None
    acquisition: int
    time: tuple[str, str]
    instance: int
    rows: int
    columns: int
    position: tuple[float, float, float]
    orientation: tuple[float, float, float, float, float, float]
    pixel_mm: tuple[float, float]
    slope: float | None
    intercept: float | None
    syntax: str
    tilt: float


class NotCt(Exception):
    """A DICOM file is no CT slice; the message is a short noun phrase."""


def survey(paths: Iterable[Path]) -> tuple[list[Slice], Counter[str]]:
    """Read the headers of `paths`; return the CT slices, and why the others are none."""
    slices: list[Slice] = []
    others: Counter[str] = Counter()
    for path in paths:
        try:
            slices.extend(_slices_of(path))
        except NotCt as reason:
            others[str(reason)] += 1
        except DAMAGED:
            others["damaged DICOM file"] += 1
    return slices, others


def load(path: Path, *, pixels: bool = False, tags: list[str] | None = None) -> Dataset:
    """Read the data set at `path`, giving it a transfer syntax if it names none."""
    dataset = pydicom.dcmread(path, force=True, stop_before_pixels=not pixels, specific_tags=tags)
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit = dataset.original_encoding[0]
        dataset.file_meta.TransferSyntaxUID = (
            ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
        )
    return dataset


def _slices_of(path: Path) -> list[Slice]:
    _refuse_deflated(path)
    header = load(path, tags=TAGS)
    syntax = UID(header.file_meta.TransferSyntaxUID)
    if not syntax.is_valid:
        raise NotCt("damaged DICOM file")
    _check_modality(header)
    if int(header.get("NumberOfFrames") or 1) == 1 and "ImagePositionPatient" in header:
        return [_slice(path, None, header, [header], syntax)]
    shared = list(header.get("SharedFunctionalGroupsSequence") or [])
    frames = list(header.get("PerFrameFunctionalGroupsSequence") or [])
    if not frames:
        raise NotCt("image without a position")
    return [
        _slice(path, number, header, list(_macros([frame, *shared])), syntax)
        for number, frame in enumerate(frames)
    ]


def _refuse_deflated(path: Path) -> None:
    # pydicom inflates such a file in one go, whatever its size: a bomb would go off. It finds the
    # syntax where there is no preamble too.
    with path.open("rb") as file:
        pydicom.filereader.read_preamble(file, force=True)
        meta = pydicom.filereader._read_file_meta_info(file)
    if meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
        raise NotCt("deflated DICOM file")


def _check_modality(header: Dataset) -> None:
    if not header.get("Rows") or not header.get("Columns"):
        raise NotCt("DICOM file without an image")
    modality = str(header.get("Modality") or "")
    if modality != "CT" and (modality or header.get("SOPClassUID") != CTImageStorage):
        raise NotCt(f"{modality} image" if modality else "image of unknown modality")
    kinds = {str(kind).upper() for kind in _values(header.get("ImageType"))}
    if "LOCALIZER" in kinds or "SCOUT" in kinds:
        raise NotCt("localizer")
    if int(header.get("SamplesPerPixel") or 1) != 1:
        raise NotCt("color image")
    if "PALETTE" in str(header.get("PhotometricInterpretation") or ""):
        raise NotCt("color image")


def _macros(groups: list[Dataset]) -> Iterator[Dataset]:
    # Functional groups keep each macro in a sequence of one item.
    for group in groups:
        for element in group:
            if element.VR == "SQ" and element.value:
                yield element.value[0]


def _slice(
    path: Path, frame: int | None, header: Dataset, places: list[Dataset], syntax: UID
) -> Slice:
    position = _numbers(places, "ImagePositionPatient", 3)
    orientation = _numbers(places, "ImageOrientationPatient", 6)
    pixel_mm = _numbers(places, "PixelSpacing", 2)
    axes = np.reshape(orientation, (2, 3))
    if np.abs(axes @ axes.T - np.eye(2)).max() > SQUARE:
        raise NotCt("image with an impossible orientation")
    number = header.get("SeriesNumber")
    return Slice(
        path=path,
        frame=frame,
        series=str(header.get("SeriesInstanceUID") or ""),
        series_number=None if number is None else int(number),
        acquisition=int(header.get("AcquisitionNumber") or 0),
        time=(str(header.get("AcquisitionTime") or ""), str(header.get("ContentTime") or "")),
        instance=int(header.get("InstanceNumber") or 0) if frame is None else frame,
        rows=int(header.Rows),
        columns=int(header.Columns),
        position=(position[0], position[1], position[2]),
        orientation=(*orientation[:3], *orientation[3:]),  # type: ignore[arg-type]
        pixel_mm=(pixel_mm[0], pixel_mm[1]),
        slope=_number(places, "RescaleSlope"),
        intercept=_number(places, "RescaleIntercept"),
        syntax=str(syntax),
        tilt=float(header.get("GantryDetectorTilt") or 0),
    )


def _numbers(places: list[Dataset], keyword: str, count: int) -> list[float]:
    for place in places:
        values = [float(value) for value in _values(place.get(keyword))]
        if len(values) == count and np.isfinite(values).all():
            return values
    raise NotCt("image without a position")


def _number(places: list[Dataset], keyword: str) -> float | None:
    for place in places:
        value = place.get(keyword)
        if value is not None:
            return float(value)
    return None


def _values(value: object) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, Iterable) and not isinstance(value, str) else [value]
