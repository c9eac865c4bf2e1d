"""What a clause says of the scan, of the liver as a whole, and of all tumor in it.

What was read is taken from the clause.
"""

import re

from core.report.check.predicates import SURE
from core.report.check.quantities import Quantity, agrees, measured
from core.report.check.sentences import MARK, Clause
from core.report.check.verdict import Claim, against, held, unknown
from core.report.check.words import LESION, NOT, finder
from core.report.fact import Fact, Facts
from core.report.fact_kind import FactKind

Found = tuple[list[Claim], Clause]

CT = re.compile(r"\b(?:ct|cts|computed tomography|computer tomography)\b")
OTHER = re.compile(r"\b(?:mri?|magnetic resonance|ultraso\w*|sonogra\w*|pet(?:-ct)?|mrt)\b")
PICTURE = re.compile(r"\b(?:scan|image|study|slices?|exam\w*|shows?|is an?|this is|acquired)\b")
THICKNESS = re.compile(r"\b(?:slice|section)s? thickness|\bthick\b|\bslices of «|«\d+» slices\b")
OF_LESION = re.compile(rf"\b{LESION}")
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


def read_scan(clause: Clause, facts: Facts) -> Found:
    """Judge what is said of the scan: modality, slices, their thickness, whether it is real."""
    claims = [_threshold(found, facts) for found in THRESHOLD.finditer(clause.text)]
    text = THRESHOLD.sub(" ", clause.text)
    claims += [*_modality(text, facts), *_synthetic(text, facts), *_coverage(text, facts)]
    thick = THICKNESS.search(text) or OF_SLICES.search(text)

    def judge(quantity: Quantity) -> Claim | None:
        fact = None
        if quantity.unit == "slices" and not OF_LESION.search(text):
            fact = facts.find(FactKind.SCAN_SLICES)
        elif quantity.unit == "mm" and thick:
            fact = facts.find(FactKind.SCAN_SLICE_THICKNESS)
        return measured(quantity, fact) if fact else None

    measures, rest = clause.of(text).take(judge)
    return [*claims, *measures], rest


def _threshold(found: re.Match[str], facts: Facts) -> Claim:
    of_liver = "liver" in (found["part"], found["part2"])
    fact = facts.find(FactKind.THRESHOLDS_LIVER if of_liver else FactKind.THRESHOLDS_TUMOR)
    said = float(found["value"] or found["value2"])
    return held(
        found.group(), fact, lambda fact: None if fact.number is None else fact.number == said
    )


def _denied_before(said: re.Match[str]) -> bool:
    return NOT.search(said.string[: said.start()]) is not None


def _modality(text: str, facts: Facts) -> list[Claim]:
    fact = facts.find(FactKind.SCAN_MODALITY)
    if said := OTHER.search(text):
        other = not _denied_before(said)
        return [held(said.group(), fact, lambda fact: (str(fact.value).lower() != "ct") == other)]
    if (said := CT.search(text)) and PICTURE.search(text):
        return [held(said.group(), fact, lambda fact: str(fact.value) == "CT")]
    return []


def _synthetic(text: str, facts: Facts) -> list[Claim]:
    said = SYNTHETIC.search(text) or REAL.search(text)
    if said is None:
        return []
    synthetic = (said.re is SYNTHETIC) != _denied_before(said)
    fact = facts.find(FactKind.SCAN_SYNTHETIC)
    return [held(said.group(), fact, lambda fact: bool(fact.value) == synthetic)]


def _coverage(text: str, facts: Facts) -> list[Claim]:
    said = CUT.search(text) or COVERED.search(text)
    if said is None or "liver" not in text:
        return []
    whole = said.re is COVERED and NOT.search(text) is None
    fact = facts.find(FactKind.SCAN_COVERAGE)
    return [held(said.group(), fact, lambda fact: _shows_whole_liver(fact) == whole)]


def _shows_whole_liver(coverage: Fact) -> bool:
    return str(coverage.value).startswith(("the whole", "whole"))


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
    fact = facts.find(FactKind.LIVER_VOLUME_JUDGEMENT)
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
            words = f"not {said.group()}" if denied else said.group()
            return [against(holds, words, fact, facts.find(FactKind.LIVER_VOLUME))]
    if said := WHOLLY_NORMAL.search(text):
        return [_wholly_normal(said.group(), denied, facts)]
    return []


def read_all_normal(text: str, facts: Facts) -> list[Claim]:
    """Judge “everything is normal”, of the scan or of all."""
    if not ALL_NORMAL.search(text):
        return []
    return [_wholly_normal("normal", NOT_OR_WITHOUT.search(text) is not None, facts)]


def _wholly_normal(words: str, denied: bool, facts: Facts) -> Claim:
    """Refuse “normal” where lesions or the volume speak against it; else it says too much."""
    count, (size, judgement) = facts.find(FactKind.LESION_COUNT), judged_size(facts)
    if not denied and count and count.number:
        return against(False, words, count)
    if not denied and size in ("large", "small"):
        return against(False, words, judgement)
    return unknown(words, "volume, density and lesions are measured, no more")


def read_liver_quantities(clause: Clause, facts: Facts) -> Found:
    """Hold mL and HU in a clause about the liver against its volume and density."""
    if REFERENCE.search(clause.text) and clause.own:
        return [_reference(quantity, facts) for quantity in clause.own], clause.of("")

    def judge(quantity: Quantity) -> Claim | None:
        if quantity.unit == "mm":
            return unknown(quantity.text, "lengths of the liver are not measured")
        name = {"mL": FactKind.LIVER_VOLUME, "HU": FactKind.LIVER_MEAN_HU}.get(quantity.unit, "")
        fact = facts.find(name)
        return measured(quantity, fact) if fact else None

    return clause.take(judge)


def _reference(quantity: Quantity, facts: Facts) -> Claim:
    """Hold a normal range against the one that the facts cite."""
    fact = facts.find(FactKind.LIVER_VOLUME_REFERENCE)
    cited = [] if fact is None else re.findall(r"[\d,]*\d", str(fact.value))
    known = {float(number.replace(",", "")) for number in cited}
    if fact and quantity.unit == "mL" and known >= {number.value for number in quantity.numbers}:
        return against(True, quantity.text, fact)
    return unknown(quantity.text, "it is not the reference that the facts cite")


TOTAL = re.compile(
    r"\b(?:total|combined|overall|altogether|together|in all|tumor (?:volume|load)"
    r"|volume of (?:all )?(?:the )?tumors?)\b"
)
TUMOR = re.compile(r"\b(?:the |a )?tumor\b(?! (?:volume|load|burden)\b)")
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


def read_totals(clause: Clause, facts: Facts, of_liver: bool, of_others: bool) -> Found:
    """Hold tumor volume and burden against the facts.

    Parameters
    ----------
    of_liver : whether the sentence was about the liver before.
    of_others : whether it is about lesions beyond those described.
    """
    text = clause.text
    volume = facts.find(FactKind.REST_VOLUME if of_others else FactKind.TUMOR_VOLUME)
    burden = facts.find(FactKind.TUMOR_BURDEN)
    if zero := ZERO.search(text):
        fact = burden if zero["what"] == "burden" else volume
        return [held(text, fact, lambda fact: fact.number == 0)], clause.of("")
    told = False

    def judge(quantity: Quantity) -> Claim | None:
        nonlocal told
        if quantity.unit == "mL" and volume and _is_total(text, quantity, volume, facts, of_liver):
            told = True
            return measured(quantity, volume)
        share = quantity.unit == "%" and not SURE.search(text) and (told or SHARE.search(text))
        return measured(quantity, burden) if share and burden else None

    claims, rest = clause.take(judge)
    return claims, rest.of(TUMOR.sub(" ", rest.text)) if told else rest


def _is_total(text: str, quantity: Quantity, volume: Fact, facts: Facts, of_liver: bool) -> bool:
    """Whether mL are of all tumor: by the words, or as “the tumor” where no lesion fits."""
    if TOTAL.search(text):
        about_liver = of_liver or speaks_of_liver(text)
        return not (SIZE_OF_LIVER.search(text) or (about_liver and not OF_LESION.search(text)))
    if not TUMOR.search(text):
        return False
    known = (facts.find(FactKind.LESION_VOLUME.of(number)) for number in facts.lesion_numbers)
    of_lesions = any(agrees(fact, quantity) for fact in known if fact)
    return bool(agrees(volume, quantity)) or not of_lesions
