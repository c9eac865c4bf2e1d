"""What is kept of the headers of a series: what its scan and DICOM results need, nothing else."""

from collections.abc import Sequence
from pathlib import Path

from pydicom.datadict import dictionary_description, dictionary_has_tag, keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag, Tag

from core.io.dicom.slices import load

# Whose scan it is: for DICOM objects of the same series alone, which the standard wants to say so.
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
ABOUT = (
    "SpecificCharacterSet",
    "SOPClassUID",
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "FrameOfReferenceUID",
    "SeriesNumber",
    "SeriesDescription",
    "Modality",
    "ImageType",
    "ContrastBolusAgent",
    "LossyImageCompression",
    "BurnedInAnnotation",
)
KEPT = (*IDENTITY, *GEOMETRY, *ABOUT)


def kept_headers(files: Sequence[Path]) -> tuple[Dataset, ...]:
    """Read of each file what is kept."""
    return tuple(load(file, tags=list(KEPT)) for file in files)


def identity_in(header: Dataset) -> tuple[str, ...]:
    """Name what a header tells of whose scan it is, as DICOM calls it."""
    return tuple(dictionary_description(name) for name in IDENTITY if header.get(name))


def dropped_names(file: Path) -> tuple[str, ...]:
    """Name what the header of a file tells beyond what is kept, private elements by their count."""
    # By their tags alone: what they hold may be of no kind that can be read.
    tags = map(Tag, load(file).keys())
    others = [tag for tag in tags if keyword_for_tag(tag) not in KEPT]
    private = sum(tag.is_private for tag in others)
    names = [_name(tag) for tag in others if not tag.is_private]
    return (*names, *([f"{private} private elements"] if private else []))


def _name(tag: BaseTag) -> str:
    return dictionary_description(tag) if dictionary_has_tag(tag) else f"unknown element {tag}"


def burned_notes(headers: Sequence[Dataset]) -> tuple[str, ...]:
    """Warn of letters in the pixels, which nobody can leave out: where it is said, or is usual."""
    told = any(str(header.get("BurnedInAnnotation") or "").upper() == "YES" for header in headers)
    captured = any("SECONDARY" in str(header.get("ImageType") or "").upper() for header in headers)
    if not told and not captured:
        return ()
    why = (
        "The header says that text is burned into the pixels"
        if told
        else "The slices are secondary captures, which often have text burned into the pixels"
    )
    return (
        f"{why}; pictures of this scan may show a name, so look at them before you pass them on.",
    )
