"""What it comes to, and what it does not tell."""

from core.report.narrative.findings import has_liver, is_whole
from core.report.narrative.teller import Teller
from core.report.phrases import what_cannot_be_told
from core.report.text import Sentence


def impression(teller: Teller) -> list[Sentence]:
    """Sum the findings up, and say what they are for."""
    said: list[Sentence] = []
    if has_liver(teller):
        said += teller.say(f"impression.{teller.counted('lesion.count')}")
        said += teller.say("impression.liver" if is_whole(teller) else "impression.liver.cut")
    else:
        said += teller.say("impression.no_liver")
    if teller.facts["study.earlier"].value:
        said += teller.say("impression.change")
        if "change.sum.name" in teller.facts:
            said += teller.say("impression.sum")
    return said + teller.say("impression.doctor") + teller.say("impression.notice")


def limitations(teller: Teller) -> list[Sentence]:
    """Tell how well the method does, how exact it is, and what it cannot tell."""
    compared = bool(teller.facts["study.earlier"].value)
    evaluated = "evaluation.data" in teller.facts
    said = teller.say("limits.evaluation" if evaluated else "limits.unknown")
    if has_liver(teller):
        said += teller.say("limits.uncertainty")
        if "confidence.liver" in teller.facts:
            said += teller.say("limits.confidence")
    if compared and teller.number("lesion.count"):
        said += teller.say("limits.alignment") + teller.say("limits.change")
    for key in what_cannot_be_told(compared=compared):
        said += teller.say(key)
    return said
