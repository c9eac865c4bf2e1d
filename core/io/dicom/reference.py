"""What a new DICOM object takes over from the series it was made from."""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from itertools import product
from warnings import catch_warnings, simplefilter

import numpy as np
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.uid import UID, CTImageStorage, EnhancedCTImageStorage, generate_uid
from pydicom.valuerep import DA, TM, DSfloat

from core.errors import UnsupportedScan
from core.io.dicom.geometry import LPS_RAS
from core.io.dicom.kept import GEOMETRY, IDENTITY
from core.volume import Volume

DATES: dict[str, type[DA | TM]] = {"PatientBirthDate": DA, "StudyDate": DA, "StudyTime": TM}
# A new object belongs to one study and one frame of reference, those of most slices.
SHARED = {
    "StudyInstanceUID": "study",
    "SeriesInstanceUID": "source",
    "FrameOfReferenceUID": "frame",
}
SAME_GRID = ("ImageOrientationPatient", "PixelSpacing")


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
    headers = volume.dicom_headers
    shared = {
        keyword: _most_common([_uid(header.get(keyword)) for header in headers])
        or uid_of(volume.digest, word)
        for keyword, word in SHARED.items()
    }
    thickness = _step_across(volume)
    sources = [_source(header, volume.digest, shared, thickness) for header in headers]
    for source, keyword in product(sources[1:], SAME_GRID):
        # One scan is on one grid; from slice to slice its header may round differently.
        if keyword in source and keyword in sources[0]:
            source[keyword] = sources[0][keyword]
    if len({source.SOPInstanceUID for source in sources}) < len(sources):
        # One UID for many images names none of them.
        for number, source in enumerate(sources):
            source.SOPInstanceUID = uid_of(volume.digest, "image", str(number))
    return sources


@contextmanager
def referring(volume: Volume, what: str) -> Iterator[None]:
    """Say in a sentence that `what` could not be made to refer to the series of `volume`.

    What libraries have to say about the values in foreign headers is not printed.

    Raises
    ------
    UnsupportedScan : in the place of whatever a library says of headers that break the standard.
    """
    try:
        with catch_warnings():
            simplefilter("ignore")
            yield
    except (AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        cause = (str(error) or type(error).__name__).strip().splitlines()[0].rstrip(".")
        raise UnsupportedScan(
            f"The headers of “{volume.source}” do not allow {what} ({cause}); take another format, "
            "the labels are the same."
        ) from error


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


def _source(header: Dataset, digest: str, shared: dict[str, str], thickness: float) -> Dataset:
    # De-identified series often lack what the standard requires of a source image.
    source = Dataset()
    source.SpecificCharacterSet = "ISO_IR 192"
    for keyword in IDENTITY:
        setattr(source, keyword, _clean(keyword, header.get(keyword)))
    for keyword in GEOMETRY:
        if keyword in header:
            source[keyword] = header[keyword]
    _mend_thickness(source, thickness)
    meta = header.file_meta
    source.Modality = "CT"
    # Anonymisers invent classes too.
    known = [str(meta.get("MediaStorageSOPClassUID")), str(header.get("SOPClassUID"))]
    one = EnhancedCTImageStorage if "NumberOfFrames" in header else CTImageStorage
    source.SOPClassUID = next((uid for uid in known if UID(uid).type == "SOP Class"), one)
    source.SOPInstanceUID = (
        _uid(header.get("SOPInstanceUID"))
        or _uid(meta.get("MediaStorageSOPInstanceUID"))
        or uid_of(digest, str(header.get("ImagePositionPatient")))
    )
    for keyword, uid in shared.items():
        setattr(source, keyword, uid)
    return source


def _uid(value: object) -> str | None:
    """Take a UID as the standard wants it; of several the first, None where there is none."""
    first = value[0] if isinstance(value, MultiValue) and value else value
    text = "" if first is None or isinstance(first, MultiValue) else str(first).strip(" \0")
    return text if text and UID(text).is_valid else None


def _most_common(uids: list[str | None]) -> str | None:
    counted = Counter(uid for uid in uids if uid)
    return max(counted, key=counted.__getitem__, default=None)


def _step_across(volume: Volume) -> float:
    # Across the slices, not along the drift of a tilted gantry.
    column, row, plane = volume.native.affine[:3, :3].T
    normal = np.cross(column, row)
    return float(abs(normal @ plane) / np.linalg.norm(normal))


def _mend_thickness(source: Dataset, thickness: float) -> None:
    given = DSfloat(thickness, auto_format=True)
    if "NumberOfFrames" not in source:
        if not _positive(source.get("SliceThickness")):
            source.SliceThickness = given
        return
    for keyword in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        if keyword in source:
            # The header is the volume's own, and stays as it is.
            source[keyword] = deepcopy(source[keyword])
            for group in source[keyword].value:
                for measures in group.get("PixelMeasuresSequence") or ():
                    if not _positive(measures.get("SliceThickness")):
                        measures.SliceThickness = given


def _positive(value: object) -> bool:
    try:
        number = float(str(value))
    except ValueError:
        return False
    return math.isfinite(number) and number > 0


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
