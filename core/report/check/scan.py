"""What a clause says of the scan: modality, slices, their thickness, and whether it is real."""

import re

from core.report.check.agreement import agrees, number_of
from core.report.check.clauses import MARK
from core.report.check.evidence import against, find
from core.report.check.quantities import Quantity
from core.report.check.verdict import Claim
from core.report.fact import Facts

CT = re.compile(r"\b(?:ct|cts|computed tomography|computer tomography)\b")
OTHER = re.compile(r"\b(?:mri?|magnetic resonance|ultraso\w*|sonogra\w*|pet(?:-ct)?|mrt)\b")
PICTURE = re.compile(r"\b(?:scan|image|study|slices?|exam\w*|shows?|is an?|this is|acquired)\b")
THICKNESS = re.compile(r"\b(?:slice|section)s? thickness|\bthick\b|\bslices of «|«\d+» slices\b")
OF_LESION = re.compile(r"\b(?:lesion|tumor|mass|nodule|spot)")
OF_SLICES = re.compile(r"«\d+» of «(\d+)»")
SYNTHETIC = re.compile(r"\b(?:synthetic|artificial|simulated|phantom|computer-generated)\b")
REAL = re.compile(r"\breal (?:scan|patient|ct|case|data)\b")
COVERED = re.compile(
    r"(?=.*\bliver\b)(?=.*\b(?:whole|entire|complete(?:ly)?|fully)\b)"
    r".*\b(?:scan|cover|includ|show|imag|depict)\w*"
)
CUT = re.compile(r"\b(?:cut off|truncated|incomplete(?:ly)?|partly (?:shown|covered))\b")
PROBABILITY = r"(?:0\.\d+|1\.0+)(?![\d.]| ?%)"
THRESHOLD = re.compile(
    rf"\b(?P<part>liver|tumor) (?:threshold (?:of|is) )?(?P<value>{PROBABILITY})"
    rf"|\b(?P<value2>{PROBABILITY}) for (?:the )?(?P<part2>liver|tumor)s?\b"
)
NOT = re.compile(r"\b(?:not|no|never)\b")


def read_scan(text: str, quantities: tuple[Quantity, ...], facts: Facts) -> tuple[list[Claim], str]:
    """Judge what a clause says of the scan; what was read is taken from the text."""
    thresholds = [_threshold(found, facts) for found in THRESHOLD.finditer(text)]
    text = THRESHOLD.sub(" ", text)
    claims = [*thresholds, *_modality(text, facts)]
    claims += [*_synthetic(text, facts), *_coverage(text, facts)]
    thick = THICKNESS.search(text) or OF_SLICES.search(text)
    for mark in MARK.finditer(text):
        quantity = quantities[int(mark[1])]
        name = "scan.slices" if quantity.unit == "slices" and not OF_LESION.search(text) else ""
        if quantity.unit == "mm" and thick:
            name = "scan.slice_thickness"
        if name and (fact := find(facts, name)):
            claims.append(against(agrees(fact, quantity), quantity.text, fact))
            text = text.replace(mark.group(), "")
    return claims, text


def _threshold(found: re.Match[str], facts: Facts) -> Claim:
    fact = find(facts, f"thresholds.{found['part'] or found['part2']}")
    value = None if fact is None else number_of(fact)
    return against(
        None if value is None else value == float(found["value"] or found["value2"]),
        found.group(),
        fact,
    )


def _modality(text: str, facts: Facts) -> list[Claim]:
    fact = find(facts, "scan.modality")
    if said := OTHER.search(text):
        denied = NOT.search(text[: said.start()]) is not None
        other = None if fact is None else str(fact.value).lower() != "ct"
        return [against(None if other is None else other != denied, said.group(), fact)]
    if (said := CT.search(text)) and PICTURE.search(text):
        return [against(None if fact is None else str(fact.value) == "CT", said.group(), fact)]
    return []


def _synthetic(text: str, facts: Facts) -> list[Claim]:
    fact = find(facts, "scan.synthetic")
    for pattern, means in ((SYNTHETIC, True), (REAL, False)):
        if said := pattern.search(text):
            denied = NOT.search(text[: said.start()]) is not None
            holds = None if fact is None else bool(fact.value) == (means != denied)
            return [against(holds, said.group(), fact)]
    return []


def _coverage(text: str, facts: Facts) -> list[Claim]:
    fact = find(facts, "scan.coverage")
    for pattern, means in ((CUT, False), (COVERED, True)):
        if (said := pattern.search(text)) and "liver" in text:
            whole = None if fact is None else str(fact.value).startswith(("the whole", "whole"))
            denied = pattern is COVERED and NOT.search(text) is not None
            holds = None if whole is None else whole == (means != denied)
            return [against(holds, said.group(), fact)]
    return []
