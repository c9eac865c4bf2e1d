"""What a clause says of the scan, of the liver as a whole, and of all tumor in it."""

import re

from core.report.check.predicates import SURE
from core.report.check.quantities import Quantity, agrees
from core.report.check.sentences import MARK
from core.report.check.statements import quantities_in
from core.report.check.verdict import Claim, against, unknown
from core.report.check.words import NOT, finder
from core.report.fact import Fact, Facts

Found = tuple[list[Claim], str]

ABOUT_LIVER = re.compile(r"\b(?:liver|hepatic|organ|parenchyma\w*|hepatomegaly)\b")
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
NOT_OR_WITHOUT = finder("not, no, never, without, neither")
ABOVE = finder("enlarged, above, hepatomegaly, large, larger")
BELOW = finder("below, small, smaller, shrunken")


def judged_size(facts: Facts) -> tuple[str, Fact | None]:
    """Tell whether the liver's volume is called large, small or normal, and by which fact."""
    fact = facts.find("liver.volume_judgement")
    if fact is None:
        return "", None
    words = str(fact.value).lower()
    size = "large" if ABOVE.search(words) else "small" if BELOW.search(words) else "normal"
    return size, fact


def speaks_of_liver(text: str) -> bool:
    """Whether the liver is what a clause is about."""
    return bool(OF_LIVER.search(text) or ABOUT_LIVER.search(LESION_OF_LIVER.sub(" ", text)))


def read_size(text: str, facts: Facts, of_volume: bool) -> list[Claim]:
    """Judge words for the liver's size in a clause about it; `of_volume` if that was just told."""
    size, fact = judged_size(facts)
    if REFERENCE.search(text) and MARK.search(text):
        return []
    text = LARGE_PART.sub(" ", text)
    denied = NOT_OR_WITHOUT.search(text) is not None
    for name, pattern in (("normal", NORMAL_SIZE), ("large", LARGE), ("small", SMALL)):
        said = pattern.search(text) or (name == "normal" and of_volume and THAT_IS.search(text))
        if said:
            holds = None if fact is None else (size == name) != denied
            return [
                against(holds, _with_not(said.group(), denied), fact, facts.find("liver.volume"))
            ]
    if said := WHOLLY_NORMAL.search(text):
        return [_wholly_normal(said.group(), denied, size, facts)]
    return []


def read_all_normal(text: str, facts: Facts) -> list[Claim]:
    """Judge “everything is normal”, of the scan or of all."""
    if not ALL_NORMAL.search(text):
        return []
    return [
        _wholly_normal(
            "normal", NOT_OR_WITHOUT.search(text) is not None, judged_size(facts)[0], facts
        )
    ]


def _with_not(words: str, denied: bool) -> str:
    return f"not {words}" if denied else words


def _reference(quantity: Quantity, facts: Facts) -> Claim:
    """Hold a normal range against the one that the facts cite."""
    fact = facts.find("liver.volume_reference")
    cited = [] if fact is None else re.findall(r"[\d,]*\d", str(fact.value))
    known = {float(number.replace(",", "")) for number in cited}
    if fact and quantity.unit == "mL" and known >= {number.value for number in quantity.numbers}:
        return against(True, quantity.text, fact)
    return unknown(quantity.text, "it is not the reference that the facts cite")


def _wholly_normal(words: str, denied: bool, size: str, facts: Facts) -> Claim:
    """Refuse “normal” where lesions or the volume speak against it; else it says too much."""
    count = facts.find("lesion.count")
    if not denied and count and count.number:
        return against(False, words, count)
    if not denied and size in ("large", "small"):
        return against(False, words, facts.find("liver.volume_judgement"))
    return unknown(words, "volume, density and lesions are measured, no more")


def read_liver_quantities(text: str, quantities: tuple[Quantity, ...], facts: Facts) -> Found:
    """Hold mL and HU in a clause about the liver against its volume and density."""
    claims: list[Claim] = []
    if REFERENCE.search(text) and MARK.search(text):
        return [_reference(quantity, facts) for quantity in quantities_in(text, quantities)], ""
    for mark in MARK.finditer(text):
        quantity = quantities[int(mark[1])]
        name = {"mL": "liver.volume", "HU": "liver.mean_hu"}.get(quantity.unit)
        fact = facts.find(name) if name else None
        if fact:
            claims.append(against(agrees(fact, quantity), quantity.text, fact))
            text = text.replace(mark.group(), "")
        elif quantity.unit == "mm":
            claims.append(unknown(quantity.text, "lengths of the liver are not measured"))
            text = text.replace(mark.group(), "")
    return claims, text


TOTAL = re.compile(
    r"\b(?:total|combined|overall|altogether|together|in all|tumor (?:volume|load)"
    r"|volume of (?:all )?(?:the )?tumors?)\b"
)
TUMOR = re.compile(r"\b(?:the |a )?tumor\b(?! (?:volume|load|burden)\b)")
TUMORS = re.compile(r"\b(?:tumor|lesion|mass|nodule|spot)")
SIZE_OF_LIVER = re.compile(
    r"\b(?:liver|hepatic) (?:volume|size)|\bvolume of (?:the |your )?liver\b"
)
SHARE = finder(
    """
    burden, load, share, occup*, replac*, involv*, affect*, take, takes, makes up, make up,
    amount*, of the liver, of your liver, of this liver, of liver, of the organ, liver volume,
    of its volume, of the volume
    """
)
ZERO = re.compile(r"\btumor (?P<what>volume|burden|load) ?(?:is|:|of)? (?:zero|0|nil)$")


def read_totals(
    text: str, quantities: tuple[Quantity, ...], facts: Facts, of_liver: bool, of_others: bool
) -> tuple[list[Claim], str]:
    """Hold tumor volume and burden against the facts; what was read is taken from the text.

    Parameters
    ----------
    of_liver : whether the sentence was about the liver before.
    of_others : whether it is about lesions beyond those described.
    """
    claims: list[Claim] = []
    told = False
    volume = facts.find("rest.volume" if of_others else "tumor.volume")
    burden = facts.find("tumor.burden")
    if zero := ZERO.search(text):
        fact = burden if zero["what"] == "burden" else volume
        return [against(None if fact is None else fact.number == 0, text, fact)], ""
    for mark in MARK.finditer(text):
        quantity = quantities[int(mark[1])]
        fact = None
        if quantity.unit == "mL" and volume and _is_total(text, quantity, volume, facts, of_liver):
            fact, told = volume, True
        elif quantity.unit == "%" and not SURE.search(text) and (told or SHARE.search(text)):
            fact = burden
        if fact:
            claims.append(against(agrees(fact, quantity), quantity.text, fact))
            text = text.replace(mark.group(), "")
    return claims, TUMOR.sub(" ", text) if told else text


def _is_total(text: str, quantity: Quantity, volume: Fact, facts: Facts, of_liver: bool) -> bool:
    """Whether mL are of all tumor: by the words, or as “the tumor” where no lesion fits."""
    if TOTAL.search(text):
        about_liver = of_liver or speaks_of_liver(text)
        return not (SIZE_OF_LIVER.search(text) or (about_liver and not TUMORS.search(text)))
    if not TUMOR.search(text):
        return False
    known = (facts.find(f"lesion.{number}.volume") for number in facts.lesion_numbers)
    of_lesions = any(agrees(fact, quantity) for fact in known if fact)
    return bool(agrees(volume, quantity)) or not of_lesions


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
        if name and (fact := facts.find(name)):
            claims.append(against(agrees(fact, quantity), quantity.text, fact))
            text = text.replace(mark.group(), "")
    return claims, text


def _threshold(found: re.Match[str], facts: Facts) -> Claim:
    fact = facts.find(f"thresholds.{found['part'] or found['part2']}")
    value = None if fact is None else fact.number
    return against(
        None if value is None else value == float(found["value"] or found["value2"]),
        found.group(),
        fact,
    )


def _modality(text: str, facts: Facts) -> list[Claim]:
    fact = facts.find("scan.modality")
    if said := OTHER.search(text):
        denied = NOT.search(text[: said.start()]) is not None
        other = None if fact is None else str(fact.value).lower() != "ct"
        return [against(None if other is None else other != denied, said.group(), fact)]
    if (said := CT.search(text)) and PICTURE.search(text):
        return [against(None if fact is None else str(fact.value) == "CT", said.group(), fact)]
    return []


def _synthetic(text: str, facts: Facts) -> list[Claim]:
    fact = facts.find("scan.synthetic")
    for pattern, means in ((SYNTHETIC, True), (REAL, False)):
        if said := pattern.search(text):
            denied = NOT.search(text[: said.start()]) is not None
            holds = None if fact is None else bool(fact.value) == (means != denied)
            return [against(holds, said.group(), fact)]
    return []


def _coverage(text: str, facts: Facts) -> list[Claim]:
    fact = facts.find("scan.coverage")
    for pattern, means in ((CUT, False), (COVERED, True)):
        if (said := pattern.search(text)) and "liver" in text:
            whole = None if fact is None else str(fact.value).startswith(("the whole", "whole"))
            denied = pattern is COVERED and NOT.search(text) is not None
            holds = None if whole is None else whole == (means != denied)
            return [against(holds, said.group(), fact)]
    return []
