"""What no outline tells: advice and diagnoses, doubt, and maps that explain an answer."""

import re
from dataclasses import dataclass

from core.report.check.quantities import Quantity, agrees, measured
from core.report.check.sentences import Clause
from core.report.check.verdict import Claim, Verdict, against, unknown
from core.report.check.words import NOT, finder
from core.report.fact import Facts
from core.report.fact_kind import FactKind

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
    portal-venous, quality, excellent, artifact*, motion, noise, accura*, correct,
    correctly, correctness, sensitivity, specificity, midclavicular, craniocaudal, dilat*, scar,
    surface, nodularity, exophytic, abut*,
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
COUNTED_CANCERS = re.compile(
    r"\b(?:multiple|several|numerous|innumerable|two|three|four|five|six|seven|eight|nine|ten|"
    r"solitary|single|\d+) (?:\w+ )?(?:liver |hepatic )?(metastas[ei]s|hccs?|carcinomas?)\b"
)
LESION_NOUN = r"(?:(?:focal|liver|hepatic) )*(?:lesions?|mass(?:es)?|tumors?|nodules?|foci)\b"
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


def read_outside(clause: Clause, facts: Facts) -> Outside:
    """Find what no fact can bear out."""
    text, words = clause.text, clause.words
    if UNASSESSED.search(text):
        return _unassessed(text, words, facts)
    if DENIED_SURELY.search(text) or SOUGHT.search(text):
        return Outside((unknown(words, "what may be missed is not measured"),), "")
    text = COUNTED_CANCERS.sub(lambda found: f"{found.group()} lesions", text)
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
    name = facts.find(FactKind.CHANGE_SUM_NAME)
    if words == "recist" and name and str(name.value).startswith("RECIST"):
        return against(True, words, name)
    return unknown(words, why)


def _without(pattern: re.Pattern[str], text: str) -> str:
    """Take words out, with a “no” before them and, if that denies lesions, with the noun."""
    denied = rf"\b(?:no|not|without|any)\b (?:\w+ ){{0,2}}?(?:{pattern.pattern})(?: {LESION_NOUN})?"
    return pattern.sub(" ", re.sub(denied, " ", text))


def _unassessed(text: str, words: str, facts: Facts) -> Outside:
    """Grant that what the facts list as not assessable cannot be assessed."""
    found = [match.group() for pattern, _ in KINDS for match in pattern.finditer(text)]
    listed = " ".join(facts.not_assessable).lower()
    granted = any(word.strip()[:6] in listed for word in found)
    claim = Claim(Verdict.SUPPORTED, "The facts list it as not assessable.")
    return Outside((claim if granted else unknown(words),), "")


DOUBT = re.compile(
    r"\b(?:in doubt|doubtful|doubts?|not (?:\w+ )?(?:sure|certain|confident)|uncertain(?:ty)?|"
    r"standard deviation|may be off)\b"
)
WHOLE_SENTENCE = re.compile(r"\b(?:in doubt|not sure|doubtful)\b")
TOLD_BY = ("doubt.", "measurement.", "liver.sd")


def speaks_of_doubt(text: str, sentence: str) -> bool:
    """Whether a clause, or all of the sentence, is about doubt."""
    return DOUBT.search(text) is not None or WHOLE_SENTENCE.search(sentence) is not None


def read_doubt(clause: Clause, facts: Facts) -> list[Claim]:
    """Support numbers that a fact of doubt has; leave all else unsupported."""
    known = [fact for fact in facts if fact.id.startswith(TOLD_BY)]
    claims = []
    for quantity in clause.own:
        same = (fact for fact in known if fact.unit == quantity.unit and agrees(fact, quantity))
        fact = next(same, None)
        claims.append(against(True, quantity.text, fact) if fact else unknown(quantity.text))
    return claims or [unknown(clause.words, "how sure that is cannot be read from the words")]


MAP = re.compile(
    r"\b(?:shap|attribut\w+|heat ?maps?|saliency|explanation|importance|grad-?cam|activation map|"
    r"what moved)\b"
)
INSIDE = re.compile(
    r"\b(?:in|to|inside|within|on|onto|over) (?:the |that )?(?:called )?(?:tumor|lesion|mass|spot)"
)
FOCUSED = re.compile(
    r"\b(?:concentrat\w+|focus\w*|mostly|mainly|most|chiefly|predominantly|largely|majority)\b"
)
PLACES = (
    (INSIDE, FactKind.EXPLANATION_SHARE_TUMOR),
    (re.compile(r"\brest of the liver\b"), FactKind.EXPLANATION_SHARE_LIVER),
    (re.compile(r"\boutside (?:it|the liver)\b"), FactKind.EXPLANATION_SHARE_OUTSIDE),
)
SLICE = re.compile(r"\b(?:slice|picture|image) (\d+)")
MOSTLY, HARDLY = 50.0, 25.0


def speaks_of_map(text: str) -> bool:
    """Whether an attribution map is what a clause is about."""
    return MAP.search(text) is not None


def read_map(clause: Clause, facts: Facts) -> list[Claim]:
    """Hold what is said of an attribution map against the shares of it that are known.

    A map “concentrates” on lesions where at least half of it lies there; below a quarter it
    does not.
    """
    text, words = clause.text, clause.words
    share = facts.find(FactKind.EXPLANATION_SHARE_TUMOR)
    if share is None:
        return [unknown(words, "no attribution map was made of this scan")]
    claims = _slice(text, facts)
    claims += [_share(quantity, around, facts) for quantity, around in clause.own_with_words]
    if claims:
        return claims
    if not INSIDE.search(text):
        return [unknown(words, "only where the map's weight lies is known")]
    if not FOCUSED.search(text) or not isinstance(share.value, int | float):
        return [unknown(words)]
    if HARDLY <= share.value < MOSTLY:
        return [unknown(words, f"{share.shown} is neither most of the map nor little of it")]
    return [against((share.value >= MOSTLY) != bool(NOT.search(text)), words, share)]


def _slice(text: str, facts: Facts) -> list[Claim]:
    found, fact = SLICE.search(text), facts.find(FactKind.EXPLANATION_SLICE)
    return [against(int(found[1]) == fact.value, found.group(), fact)] if found and fact else []


def _share(quantity: Quantity, around: str, facts: Facts) -> Claim:
    """Hold a percentage against the share of the place that stands beside it."""
    for pattern, name in PLACES:
        if (fact := facts.find(name)) and pattern.search(around) and quantity.unit == "%":
            return measured(quantity, fact)
    return unknown(quantity.text)
