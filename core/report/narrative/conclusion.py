"""What it comes to, and what it does not tell."""

from core.report.fact_kind import FactKind
from core.report.narrative.findings import has_liver, is_whole, left
from core.report.narrative.teller import Teller
from core.report.phrases import what_cannot_be_told
from core.report.text import Sentence


def impression(teller: Teller) -> list[Sentence]:
    """Sum the findings up, and say what they are for."""
    said: list[Sentence] = []
    if has_liver(teller):
        said += teller.say(f"impression.{teller.counted('lesion.count')}{left(teller)}")
        said += teller.say("impression.liver" if is_whole(teller) else "impression.liver.cut")
    else:
        said += teller.say("impression.no_liver")
    if teller.facts[FactKind.STUDY_EARLIER].value:
        said += teller.say("impression.change")
        if FactKind.CHANGE_SUM_NAME in teller.facts:
            said += teller.say("impression.sum")
    return said + teller.say("impression.doctor") + teller.say("impression.notice")


def limitations(teller: Teller) -> list[Sentence]:
    """Tell how well the method does, how exact it is, and what it cannot tell."""
    compared = bool(teller.facts[FactKind.STUDY_EARLIER].value)
    evaluated = FactKind.EVALUATION_DATA in teller.facts
    brought = FactKind.BROUGHT in teller.facts
    known = "limits.evaluation" if evaluated else "limits.unknown"
    said = teller.say("limits.brought" if brought else known)
    if has_liver(teller):
        said += teller.say("limits.uncertainty")
        if FactKind.CONFIDENCE_LIVER in teller.facts:
            said += teller.say("limits.confidence")
    if compared and teller.number(FactKind.LESION_COUNT):
        said += teller.say("limits.alignment") + teller.say("limits.change")
    for key in what_cannot_be_told(compared=compared):
        said += teller.say(key)
    return said
