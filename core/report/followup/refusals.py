"""When two studies must not be compared."""

from datetime import datetime

from core.errors import HepatoScopeError, MaybeOtherPatient
from core.report.followup.align import Organ
from core.volume import Volume

# The liver of one person does not halve or double, but for surgery.
VOLUME_RATIO = 2.0
# Dice of two livers with their centers on each other: 0.65, 0.65 and 0.71 for three pairs of
# different patients, 0.89 to 0.95 for phantoms that were turned by 5 or 10 degrees in between.
LEAST_OVERLAP, LOW_OVERLAP = 0.6, 0.75


def refuse_other_patient(now: Volume, earlier: Volume) -> None:
    """Raise HepatoScopeError where the scans cannot be two of one patient."""
    if now.digest == earlier.digest:
        raise HepatoScopeError(
            "The earlier study is the same file as this one; choose the scan that was made before."
        )
    ids = {named for volume in (now, earlier) if (named := _header(volume, "PatientID"))}
    if len(ids) > 1:
        raise HepatoScopeError(
            "The two studies name different patients in their DICOM headers; choose an earlier "
            "scan of the same patient."
        )
    if now.synthetic != earlier.synthetic:
        raise HepatoScopeError(
            "One of the two studies is synthetic and the other is not; compare scans of one "
            "patient."
        )
    days = days_between(now, earlier)
    if days is not None and days < 0:
        raise HepatoScopeError(
            "By its DICOM date the study given as the earlier one was made after this one; "
            "swap the two."
        )


def refuse_implausible(now: Organ, earlier: Organ, overlap: float, *, insist: bool) -> None:
    """Raise HepatoScopeError where the livers do not fit each other.

    Where they fit no better than those of two patients may, that is MaybeOtherPatient, and nothing
    is raised if the user does `insist`.
    """
    ratio = now.volume_ml / earlier.volume_ml
    if not 1 / VOLUME_RATIO <= ratio <= VOLUME_RATIO:
        raise HepatoScopeError(
            f"The liver has {now.volume_ml:,.0f} mL in this study and {earlier.volume_ml:,.0f} mL "
            "in the earlier one, which one patient's liver hardly has; check both outlines, and "
            "that both scans show the whole liver of the same patient."
        )
    if overlap < LEAST_OVERLAP:
        raise HepatoScopeError(
            f"Laid on each other the two livers overlap by {100 * overlap:.0f} % only, so their "
            "lesions cannot be matched; check both outlines, and that both scans lie the same way."
        )
    if overlap < LOW_OVERLAP and not insist:
        raise MaybeOtherPatient(
            f"Laid on each other the two livers overlap with a Dice of {overlap:.2f}, as little as "
            "those of different patients; choose an earlier scan of the same patient, or insist "
            "that this is one."
        )


def days_between(now: Volume, earlier: Volume) -> int | None:
    """Days from the earlier study to this one by their DICOM dates; None where one has none."""
    dates = [_date(volume) for volume in (now, earlier)]
    if dates[0] is None or dates[1] is None:
        return None
    return (dates[0] - dates[1]).days


def _date(volume: Volume) -> datetime | None:
    try:
        return datetime.strptime(_header(volume, "StudyDate"), "%Y%m%d")
    except ValueError:
        return None


def _header(volume: Volume, keyword: str) -> str:
    """Value of a DICOM header, empty where there is none."""
    headers = volume.dicom_headers
    return str(headers[0].get(keyword) or "").strip() if headers else ""
