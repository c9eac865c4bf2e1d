"""What was looked at: the scan, its quality, the method, and the study it is compared with."""

from core.report.fact_kind import FactKind
from core.report.followup.refusals import LOW_OVERLAP
from core.report.narrative.teller import Teller
from core.report.text import Sentence

# Less is rounding.
DIFFERENT_MM = 0.05


def technique(teller: Teller) -> list[Sentence]:
    """Tell of the acquisition, its quality and the method."""
    said = teller.say("scan")
    if _thickness_differs(teller):
        said += teller.say("scan.thickness")
    if teller.facts[FactKind.SCAN_SYNTHETIC].value:
        said += teller.say("scan.synthetic")
    said += teller.say("scan.contrast")
    for number in teller.numbered(FactKind.SCAN_NOTE):
        said += teller.say("scan.note", number)
    said += teller.say(_method(teller))
    if FactKind.CORRECTIONS_COUNT in teller.facts:
        said += teller.say(f"corrections.{teller.counted(FactKind.CORRECTIONS_COUNT)}")
        said += teller.say("corrections.tumor")
    codes = [code for code in teller.numbered(FactKind.QUALITY) if code != "count"]
    for code in codes:
        said += teller.say("quality", code)
    return said if codes else said + teller.say("quality.none")


def comparison(teller: Teller) -> list[Sentence]:
    """Name the earlier study, and how it was laid on this one."""
    if not teller.facts[FactKind.STUDY_EARLIER].value:
        return teller.say("comparison.none")
    said = teller.say("comparison")
    if teller.number(FactKind.STUDY_EARLIER_DAYS) is not None:
        said += teller.say(f"comparison.days.{teller.counted('study.earlier.days')}")
    said += teller.say("comparison.aligned")
    if (teller.number(FactKind.STUDY_EARLIER_OVERLAP) or 0) < LOW_OVERLAP:
        said += teller.say("comparison.doubtful")
    if not teller.facts[FactKind.STUDY_EARLIER_SAME_SETTINGS].value:
        said += teller.say("comparison.settings")
    return said


def _method(teller: Teller) -> str:
    """Choose how the labels came about."""
    ways = {
        "method.brought": FactKind.BROUGHT,
        "method.decided": FactKind.REJECTED_COUNT,
        "method.corrected": FactKind.CORRECTIONS_COUNT,
    }
    return next((key for key, kind in ways.items() if kind in teller.facts), "method")


def _thickness_differs(teller: Teller) -> bool:
    """Whether the slices are thicker or thinner than they are far apart."""
    slices, length = teller.number(FactKind.SCAN_SLICES), teller.number(FactKind.SCAN_LENGTH)
    thickness = teller.number(FactKind.SCAN_SLICE_THICKNESS)
    if not slices or length is None or thickness is None:
        return False
    return abs(thickness - length / slices) > DIFFERENT_MM
