"""Write labels as a DICOM Segmentation that refers to the slices it was made from."""

from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, generate_uid
from pydicom.valuerep import DA, TM

from core.errors import UnsupportedScan
from core.volume import Volume, to_native

if TYPE_CHECKING:
    from highdicom.seg import SegmentDescription

RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
SERIES_NUMBER = 900
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


def labels_to_dicom_seg(
    volume: Volume, labels: NDArray[np.uint8], *, model: str = "unspecified"
) -> bytes:
    """Encode `labels` as a binary DICOM SEG with the segments Liver and Tumor.

    Parameters
    ----------
    volume : read from DICOM; its headers give patient, study and frame of reference.
    labels : uint8 [X, Y, Z] on the grid of `volume`; 0 background, 1 liver, 2 tumor. The
        segments stay disjoint, as the labels are.
    model : version of the algorithm to name, such as a preset and its weights.

    Returns
    -------
    A DICOM file. Empty frames are left out; so are planes that were interpolated across
    missing slices, for they have no source image. UIDs follow from the scan and the labels.

    Raises
    ------
    UnsupportedScan : `volume` was not read from DICOM.
    ValueError : `labels` has another shape than `volume`.
    """
    import highdicom

    if labels.shape != volume.shape:
        raise ValueError(f"labels have shape {labels.shape}, the volume {volume.shape}")
    if not volume.dicom_headers:
        raise UnsupportedScan(
            f"“{volume.source}” is no DICOM series, so a DICOM segmentation has nothing to refer "
            "to; download the labels as NIfTI."
        )
    frames = to_native(labels, volume.native).transpose(2, 1, 0)
    sources = [_source(header, volume.digest) for header in volume.dicom_headers]
    places: dict[str, Any] = {}
    if "NumberOfFrames" in sources[0]:
        places["plane_positions"] = _plane_positions(volume)
    else:
        frames = frames[[_plane_of(header, volume) for header in sources]]
    segmentation = highdicom.seg.Segmentation(
        source_images=sources,
        pixel_array=np.ascontiguousarray(frames),
        segmentation_type="BINARY",
        segment_descriptions=_segments(model),
        series_instance_uid=_uid(volume.digest, "series", model),
        series_number=SERIES_NUMBER,
        sop_instance_uid=_uid(volume.digest, model, sha256(labels.tobytes()).hexdigest()),
        instance_number=1,
        manufacturer="HepatoScope",
        manufacturer_model_name="HepatoScope",
        software_versions=model[:64],
        device_serial_number="0",
        content_label="LIVER",
        content_description="Liver and tumors, research use only",
        series_description="HepatoScope segmentation",
        omit_empty_frames=True,
        **places,
    )
    file = BytesIO()
    segmentation.save_as(file)
    return file.getvalue()


def _segments(model: str) -> "Sequence[SegmentDescription]":
    import highdicom
    from pydicom.sr.codedict import codes

    algorithm = highdicom.AlgorithmIdentificationSequence(
        name="HepatoScope", version=model[:64], family=codes.DCM.ArtificialIntelligence
    )
    meanings = (
        ("Liver", codes.SCT.AnatomicalStructure, codes.SCT.Liver, None),
        ("Tumor", codes.SCT.MorphologicallyAbnormalStructure, codes.SCT.Neoplasm, codes.SCT.Liver),
    )
    return [
        highdicom.seg.SegmentDescription(
            segment_number=number,
            segment_label=label,
            segmented_property_category=category,
            segmented_property_type=kind,
            algorithm_type="AUTOMATIC",
            algorithm_identification=algorithm,
            anatomic_regions=None if region is None else [region],
        )
        for number, (label, category, kind, region) in enumerate(meanings, start=1)
    ]


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
        or _uid(digest, str(header.get("ImagePositionPatient")))
    )
    source.StudyInstanceUID = header.get("StudyInstanceUID") or _uid(digest, "study")
    source.SeriesInstanceUID = header.get("SeriesInstanceUID") or _uid(digest, "source")
    source.FrameOfReferenceUID = header.get("FrameOfReferenceUID") or _uid(digest, "frame")
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


def _plane_of(source: Dataset, volume: Volume) -> int:
    position = RAS_TO_LPS @ np.array([*map(float, source.ImagePositionPatient), 1.0])
    return round(float((np.linalg.inv(volume.native.affine) @ position)[2]))


def _plane_positions(volume: Volume) -> Sequence[Any]:
    import highdicom

    first = RAS_TO_LPS @ volume.native.affine
    return [
        highdicom.PlanePositionSequence("PATIENT", (first @ [0, 0, plane, 1])[:3].tolist())
        for plane in range(volume.native.shape[2])
    ]


def _uid(*parts: str) -> str:
    return str(generate_uid(entropy_srcs=list(parts)))
