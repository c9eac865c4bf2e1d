"""What a clause says of the map that explains a network's answer."""

import re

from core.report.check.agreement import agrees
from core.report.check.evidence import against, find, unknown
from core.report.check.quantities import Quantity
from core.report.check.statements import with_words
from core.report.check.verdict import Claim
from core.report.fact import Facts

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
    (INSIDE, "explanation.share_tumor"),
    (re.compile(r"\brest of the liver\b"), "explanation.share_liver"),
    (re.compile(r"\boutside (?:it|the liver)\b"), "explanation.share_outside"),
)
SLICE = re.compile(r"\b(?:slice|picture|image) (\d+)")
NOT = re.compile(r"\b(?:not|no|never)\b")
MOSTLY, HARDLY = 50.0, 25.0


def speaks_of_map(text: str) -> bool:
    """Whether an attribution map is what a clause is about."""
    return MAP.search(text) is not None


def read_map(text: str, words: str, quantities: tuple[Quantity, ...], facts: Facts) -> list[Claim]:
    """Hold what is said of an attribution map against the shares of it that are known.

    A map “concentrates” on lesions where at least half of it lies there; below a quarter it
    does not.
    """
    share = find(facts, "explanation.share_tumor")
    if share is None:
        return [unknown(words, "no attribution map was made of this scan")]
    claims = _slice(text, facts)
    claims += [_share(quantity, around, facts) for quantity, around in with_words(text, quantities)]
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
    found, fact = SLICE.search(text), find(facts, "explanation.slice")
    return [against(int(found[1]) == fact.value, found.group(), fact)] if found and fact else []


def _share(quantity: Quantity, around: str, facts: Facts) -> Claim:
    """Hold a percentage against the share of the place that stands beside it."""
    for pattern, name in PLACES:
        if (fact := find(facts, name)) and pattern.search(around) and quantity.unit == "%":
            return against(agrees(fact, quantity), quantity.text, fact)
    return unknown(quantity.text)
