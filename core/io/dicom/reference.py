"""What a new DICOM object takes over from the series it was made from."""

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, generate_uid
from pydicom.valuerep import DA, TM

from core.errors import UnsupportedScan
from core.io.dicom.geometry import LPS_RAS
from core.volume import Volume

IDENTITY = (
    "PatientID",
    "PatientName",
    "PatientBirthDate",
    "PatientSex",
    "AccessionNumber",
    "StudyID",
    "StudyDate",
    "StudyTime",
    "ReferringPhysicianName",
)
DATES: dict[str, type[DA | TM]] = {"PatientBirthDate": DA, "StudyDate": DA, "StudyTime": TM}
GEOMETRY = (
    "Rows",
    "Columns",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "SliceThickness",
    "NumberOfFrames",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
    "DimensionOrganizationSequence",
    "DimensionIndexSequence",
)


def sources_of(volume: Volume, what: str) -> list[Dataset]:
    """Give the headers of the series as a new object refers to them, in the native order.

    They carry patient, study and frame of reference as the series does, in UTF-8, with what
    breaks the standard left out and what it requires filled in.

    Raises
    ------
    UnsupportedScan : `volume` was not read from DICOM, so `what` has nothing to refer to.
    """
    if not volume.dicom_headers:
        raise UnsupportedScan(
            f"“{volume.source}” is no DICOM series, so {what} has nothing to refer to; "
            "take another format."
        )
    return [_source(header, volume.digest) for header in volume.dicom_headers]


def plane_of(source: Dataset, volume: Volume) -> int:
    """Index on the native grid's third axis of the plane that `source` shows, a slice or frame."""
    position = LPS_RAS @ np.array([*map(float, source.ImagePositionPatient), 1.0])
    return round(float((np.linalg.inv(volume.native.affine) @ position)[2]))


def images_by_plane(
    sources: list[Dataset], volume: Volume
) -> dict[int, tuple[Dataset, list[int] | None]]:
    """Find the image of each plane of the native grid, and of a multi-frame one its frame.

    Planes that were interpolated across missing slices have none.
    """
    if "PerFrameFunctionalGroupsSequence" not in sources[0]:
        return {plane_of(source, volume): (source, None) for source in sources}
    frames = sources[0].PerFrameFunctionalGroupsSequence
    return {
        plane_of(frame.PlanePositionSequence[0], volume): (sources[0], [number])
        for number, frame in enumerate(frames, start=1)
    }


def uid_of(*parts: str) -> str:
    """Make a UID that follows from `parts` alone."""
    return str(generate_uid(entropy_srcs=list(parts)))


def _source(header: Dataset, digest: str) -> Dataset:
    # De-identified series often lack what the standard requires of a source image.
    source = Dataset()
    source.SpecificCharacterSet = "ISO_IR 192"
    for keyword in IDENTITY:
        setattr(source, keyword, _clean(keyword, header.get(keyword)))
    for keyword in GEOMETRY:
        if keyword in header:
            source[keyword] = header[keyword]
    meta = header.file_meta
    source.Modality = "CT"
    source.SOPClassUID = (
        header.get("SOPClassUID") or meta.get("MediaStorageSOPClassUID") or CTImageStorage
    )
    source.SOPInstanceUID = (
        header.get("SOPInstanceUID")
        or meta.get("MediaStorageSOPInstanceUID")
        or uid_of(digest, str(header.get("ImagePositionPatient")))
    )
    source.StudyInstanceUID = header.get("StudyInstanceUID") or uid_of(digest, "study")
    source.SeriesInstanceUID = header.get("SeriesInstanceUID") or uid_of(digest, "source")
    source.FrameOfReferenceUID = header.get("FrameOfReferenceUID") or uid_of(digest, "frame")
    return source


def _clean(keyword: str, value: object) -> object:
    # As text, so that it is encoded anew; values that break the standard are left empty.
    text = "" if value is None else str(value)
    if keyword == "PatientSex":
        return text if text in ("M", "F", "O") else ""
    if keyword == "PatientName" and text and "^" not in text:
        # The caret says that a single component is meant as the family name.
        return f"{text}^"
    if keyword in DATES and text:
        try:
            return DATES[keyword](text)
        except ValueError:
            return ""
    return text
