"""What a clause says of the liver as a whole, and of all tumor in it."""

import re

from core.report.check.agreement import agrees, number_of
from core.report.check.clauses import MARK
from core.report.check.evidence import against, find, unknown
from core.report.check.quantities import Quantity
from core.report.check.statements import quantities_in
from core.report.check.verdict import Claim
from core.report.check.words import finder
from core.report.fact import Fact, Facts

Found = tuple[list[Claim], str]

LIVER = re.compile(r"\b(?:liver|hepatic|organ|parenchyma\w*|hepatomegaly)\b")
LESION_OF_LIVER = re.compile(
    r"\b(?:(?:of|in|within|throughout|inside|across|than|by) (?:the |your |this |both )?"
    r"(?:surrounding |normal |remaining )?(?:liver|hepatic parenchyma)(?:'s)?\b(?! (?:is|are|has))"
    r"|(?:liver|hepatic) (?:focal )?(?:lesion|mass|tumor|nodule|finding|spot)\w*)"
)
OF_LIVER = re.compile(
    r"\b(?:size|volume|density|attenuation|hu) of (?:the |your |this )?(?:whole )?(?:liver|organ)"
)
LARGE = finder(
    """
    enlarged, hepatomegaly, large, larger than normal, larger than usual, oversized, bigger
    than normal, bigger than usual, too big, too large, increased in size, above the normal
    range, above the published range
    """
)
LARGE_PART = re.compile(r"\b(?:large|small) (?:part|portion|share|area)s?\b")
SMALL = finder(
    """
    shrunken, atrophic, small, smaller than normal, smaller than usual, too small, below the
    normal range, below the published range
    """
)
NORMAL_SIZE = re.compile(
    r"\bnormal(?:ly)?[ -](?:in )?(?:size|volume)d?\b|\b(?:size|volume)\b.{0,12}\bnormal\b"
    r"|\bunremarkable in size\b|\bof normal (?:size|volume)\b"
    r"|\bwithin (?:the )?(?:normal|published|usual) (?:limits|range)\b"
)
REFERENCE = re.compile(r"\b(?:normal|reference|published|usual) (?:is|are|range|values?|limits?)\b")
THAT_IS = re.compile(r"^(?:is |this is |that is )?(?:not )?(?:normal|usual)$")
WHOLLY_NORMAL = finder("normal, unremarkable, fine, clear, ok, in order")
ALL_NORMAL = re.compile(
    r"\b(?:everything|all|scan|image|study|exam\w*) (?:is|was|looks?|appears?|seems?) "
    r"(?:\w+ )?normal\b"
)
NOT = finder("not, no, never, without, neither")
ABOVE = finder("enlarged, above, hepatomegaly, large, larger")
BELOW = finder("below, small, smaller, shrunken")


def judged_size(facts: Facts) -> tuple[str, Fact | None]:
    """Tell whether the liver's volume is called large, small or normal, and by which fact."""
    fact = find(facts, "liver.volume_judgement")
    if fact is None:
        return "", None
    words = str(fact.value).lower()
    size = "large" if ABOVE.search(words) else "small" if BELOW.search(words) else "normal"
    return size, fact


def speaks_of_liver(text: str) -> bool:
    """Whether the liver is what a clause is about."""
    return bool(OF_LIVER.search(text) or LIVER.search(LESION_OF_LIVER.sub(" ", text)))


def read_size(text: str, facts: Facts, of_volume: bool) -> list[Claim]:
    """Judge words for the liver's size in a clause about it; `of_volume` if that was just told."""
    size, fact = judged_size(facts)
    if REFERENCE.search(text) and MARK.search(text):
        return []
    text = LARGE_PART.sub(" ", text)
    denied = NOT.search(text) is not None
    for name, pattern in (("normal", NORMAL_SIZE), ("large", LARGE), ("small", SMALL)):
        said = pattern.search(text) or (name == "normal" and of_volume and THAT_IS.search(text))
        if said:
            holds = None if fact is None else (size == name) != denied
            return [
                against(holds, _with_not(said.group(), denied), fact, find(facts, "liver.volume"))
            ]
    if said := WHOLLY_NORMAL.search(text):
        return [_wholly_normal(said.group(), denied, size, facts)]
    return []


def read_all_normal(text: str, facts: Facts) -> list[Claim]:
    """Judge “everything is normal”, of the scan or of all."""
    if not ALL_NORMAL.search(text):
        return []
    return [_wholly_normal("normal", NOT.search(text) is not None, judged_size(facts)[0], facts)]


def _with_not(words: str, denied: bool) -> str:
    return f"not {words}" if denied else words


def _reference(quantity: Quantity, facts: Facts) -> Claim:
    """Hold a normal range against the one that the facts cite."""
    fact = find(facts, "liver.volume_reference")
    cited = [] if fact is None else re.findall(r"[\d,]*\d", str(fact.value))
    known = {float(number.replace(",", "")) for number in cited}
    if fact and quantity.unit == "mL" and known >= {number.value for number in quantity.numbers}:
        return against(True, quantity.text, fact)
    return unknown(quantity.text, "it is not the reference that the facts cite")


def _wholly_normal(words: str, denied: bool, size: str, facts: Facts) -> Claim:
    """Refuse “normal” where lesions or the volume speak against it; else it says too much."""
    count = find(facts, "lesion.count")
    if not denied and count and number_of(count):
        return against(False, words, count)
    if not denied and size in ("large", "small"):
        return against(False, words, find(facts, "liver.volume_judgement"))
    return unknown(words, "volume, density and lesions are measured, no more")


def read_liver_quantities(text: str, quantities: tuple[Quantity, ...], facts: Facts) -> Found:
    """Hold mL and HU in a clause about the liver against its volume and density."""
    claims: list[Claim] = []
    if REFERENCE.search(text) and MARK.search(text):
        return [_reference(quantity, facts) for quantity in quantities_in(text, quantities)], ""
    for mark in MARK.finditer(text):
        quantity = quantities[int(mark[1])]
        name = {"mL": "liver.volume", "HU": "liver.mean_hu"}.get(quantity.unit)
        fact = find(facts, name) if name else None
        if fact:
            claims.append(against(agrees(fact, quantity), quantity.text, fact))
            text = text.replace(mark.group(), "")
        elif quantity.unit == "mm":
            claims.append(unknown(quantity.text, "lengths of the liver are not measured"))
            text = text.replace(mark.group(), "")
    return claims, text
