"""Claims that no fact can ever bear out: advice, diagnoses, and what is not measured."""

import re
from dataclasses import dataclass

from core.report.check.evidence import against, find, unknown
from core.report.check.verdict import Claim, Verdict
from core.report.check.words import finder
from core.report.fact import Facts

ADVICE = finder(
    """
    recommend*, advis*, should, suggested, consider*, biops*, follow-up*, surveillance,
    chemo*, resect*, tace, ablat*, transplant*, surgery, surgical*, treat*, therap*,
    correlat*, refer, referral, candidate, multidisciplinary, doctor*, physician*,
    immunotherap*, radioemboli*, sirt, tumor board, further evaluation, further workup,
    further work-up, see your
    """
)
DIAGNOSIS = finder(
    """
    hcc, hepatocellular, cholangio*, carcinoma*, metasta*, malignan*, benign*, cancer*,
    neoplas*, hemangioma*, adenoma*, fnh, abscess*, cyst, cysts, cystic, recist, bclc,
    stage, staging, lymphoma*, aggressive*, dangerous, harmless, healthy, disease*,
    suspicious, worrisome, indeterminate, hepatitis, hematoma*, sarcoma*, deposits,
    secondaries, oncolog*, patholog*, prognos*, curable, li-rads, lirads, lr-1, lr-2, lr-3,
    lr-4, lr-5, lr-m, focal nodular
    """
)
ELSEWHERE = finder(
    """
    spleen, splenic*, splenomegaly, kidney, kidneys, renal, pancrea*, gallbladder,
    cholecyst*, bowel, colon, stomach, gastric, bone, bones, osseous, lung, lungs,
    pulmonary, adrenal*, aort*, lymph, node, nodes, lymphadenopathy, adenopathy, pleura*,
    heart, bladder, peritone*, omental, spine, vertebra*, calculus, stone*, gallstone*,
    duodenum, esophag*
    """
)
VESSELS = re.compile(
    r"(?:(?:left|right|middle|main|inferior|superior|hepatic|portal|common|enlarged) )*"
    r"(?:veins?|arter(?:y|ies)|vessels?|vena cava|ivc|bile ducts?|ducts?|venous)\b"
)
FEATURES = finder(
    """
    ascites, fluid, cirrho*, steato*, fatty, fibro*, siderosis, enhanc*, washout, wash-out,
    hypervascular, hypovascular, biliary, contour*, margin*, border*, capsul*, subcapsul*,
    necro*, calcif*, thromb*, invas*, irregular*, lobulated, well-defined,
    well-circumscribed, ill-defined, round, rounded, oval, homogen*, heterogen*, texture,
    caudate, segmental, couinaud, patent, patency, varices, edema, inflam*, perfus*, phase,
    phases, contrast-enhanced, unenhanced, non-contrast, noncontrast, arterial,
    portal-venous, quality, excellent, artifact*, motion, noise, accura*, correct*, sensitivity,
    specificity, midclavicular, craniocaudal, dilat*, scar, surface, nodularity, exophytic, abut*,
    infiltrat*, vascular*, caliber, hilum, shape, shaped
    """
)
PERSON = finder("patient, patient's, man, woman, male, female, age, aged, year-old, pain")
MODALITY = re.compile(r"\b(?:ct|mri?|ultrasound|pet(?:-ct)?)\b")
COLORS = finder("green, red, blue, yellow, orange-colored, color, colors, colored, gray")
SEGMENT = re.compile(r"\bsegments?\b[ivx\d ,/ab]*(?:(?:and|to) [ivx\d]+[ab]?\b)?|\bs[1-8]\b")
UNASSESSED = re.compile(
    r"\b(?:not|no|nor|neither)\b (?:\w+ ){0,2}"
    r"(?:assess|determin|evaluat|measur|judg|tell|told|graded|given|named)"
)
# Speaks of lesions without saying that there are any.
SOUGHT = re.compile(
    r"\b(?:look\w*|search\w*|screen\w*) for\b|\bmiss(?:es|ed)?\b|\brul\w+\b.*\bout\b|"
    r"\bhow often\b|\bnetworks? (?:may|might|can|could)\b|"
    r"» of (?:the |your )?liver is (?:free|healthy|spared|not)\b"
)
DENIED_SURELY = re.compile(r"\bnot (?:be )?(?:\w+ )?(?:excluded|ruled out)\b")
# Malignant lesions are lesions all the same where they are counted.
COUNTED = re.compile(
    r"\b(?:multiple|several|numerous|innumerable|two|three|four|five|six|seven|eight|nine|ten|"
    r"solitary|single|\d+) (?:\w+ )?(?:liver |hepatic )?(metastas[ei]s|hccs?|carcinomas?)\b"
)
LESION = r"(?:(?:focal|liver|hepatic) )*(?:lesions?|mass(?:es)?|tumors?|nodules?|foci)\b"
KINDS = (
    (ADVICE, "it is advice, which measurements do not give"),
    (DIAGNOSIS, "a diagnosis cannot be made from outlines and densities in one scan"),
    (ELSEWHERE, "only the liver and its lesions are measured"),
    (VESSELS, "vessels and ducts are not measured"),
    (SEGMENT, "liver segments are not determined, only approximate lobes and thirds"),
    (FEATURES, "it is not measured"),
    (PERSON, "nothing is known of the person"),
    (COLORS, "what a color marks is no measurement"),
)


@dataclass(frozen=True)
class Outside:
    """What was found in a clause.

    Parameters
    ----------
    claims : those that nothing can bear out.
    rest : the text without their words.
    elsewhere : whether it speaks of another organ.
    narrows : whether the words taken out may tell which lesions are meant.
    """

    claims: tuple[Claim, ...]
    rest: str
    elsewhere: bool = False
    narrows: bool = False


def read_outside(text: str, words: str, facts: Facts) -> Outside:
    """Find what no fact can bear out in a clause `text`, which reads `words` in full."""
    if UNASSESSED.search(text):
        return _unassessed(text, words, facts)
    if DENIED_SURELY.search(text) or SOUGHT.search(text):
        return Outside((unknown(words, "what may be missed is not measured"),), "")
    text = COUNTED.sub(lambda found: f"{found.group()} lesions", text)
    claims, rest, narrows = [], text, False
    if ADVICE.search(text):
        rest = MODALITY.sub(" ", rest)
    for pattern, why in KINDS:
        if found := pattern.search(rest):
            narrows |= pattern not in (PERSON, COLORS)
            claims.append(_refused(found.group().strip(), why, facts))
            rest = _without(pattern, rest)
    elsewhere = ELSEWHERE.search(text) is not None
    elsewhere |= VESSELS.search(text) is not None and "«" in text and "lesion" not in text
    rest = "" if elsewhere else re.sub(r"\s+", " ", rest)
    return Outside(tuple(claims), rest, elsewhere, narrows)


def _refused(words: str, why: str, facts: Facts) -> Claim:
    """Refuse words, save RECIST where the sum of diameters is one."""
    name = find(facts, "change.sum.name")
    if words == "recist" and name and str(name.value).startswith("RECIST"):
        return against(True, words, name)
    return unknown(words, why)


def _without(pattern: re.Pattern[str], text: str) -> str:
    """Take words out, with a “no” before them and, if that denies lesions, with the noun."""
    denied = rf"\b(?:no|not|without|any)\b (?:\w+ ){{0,2}}?(?:{pattern.pattern})(?: {LESION})?"
    return pattern.sub(" ", re.sub(denied, " ", text))


def _unassessed(text: str, words: str, facts: Facts) -> Outside:
    """Grant that what the facts list as not assessable cannot be assessed."""
    found = [match.group() for pattern, _ in KINDS for match in pattern.finditer(text)]
    listed = " ".join(facts.not_assessable).lower()
    if found and any(word.strip()[:6] in listed for word in found):
        return Outside(
            (Claim(Verdict.SUPPORTED, "The facts list it as not assessable."),), "", False
        )
    return Outside((unknown(words),), "")
