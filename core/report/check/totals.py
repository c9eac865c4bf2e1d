"""What a clause says of all tumor in the liver: its volume and its share, the burden."""

import re

from core.report.check.agreement import agrees, number_of
from core.report.check.clauses import MARK
from core.report.check.evidence import against, find
from core.report.check.liver import speaks_of_liver
from core.report.check.quantities import Quantity
from core.report.check.sizes import SURE
from core.report.check.verdict import Claim
from core.report.check.words import finder
from core.report.fact import Fact, Facts

TOTAL = re.compile(
    r"\b(?:total|combined|overall|altogether|together|in all|tumor (?:volume|load)"
    r"|volume of (?:all )?(?:the )?tumors?)\b"
)
TUMOR = re.compile(r"\b(?:the |a )?tumor\b(?! (?:volume|load|burden)\b)")
TUMORS = re.compile(r"\b(?:tumor|lesion|mass|nodule|spot)")
LIVER = re.compile(r"\b(?:liver|hepatic) (?:volume|size)|\bvolume of (?:the |your )?liver\b")
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
    volume = find(facts, "rest.volume" if of_others else "tumor.volume")
    burden = find(facts, "tumor.burden")
    if zero := ZERO.search(text):
        fact = burden if zero["what"] == "burden" else volume
        return [against(None if fact is None else number_of(fact) == 0, text, fact)], ""
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
        return not (LIVER.search(text) or (about_liver and not TUMORS.search(text)))
    if not TUMOR.search(text):
        return False
    known = (find(facts, f"lesion.{number}.volume") for number in facts.lesion_numbers)
    of_lesions = any(agrees(fact, quantity) for fact in known if fact)
    return bool(agrees(volume, quantity)) or not of_lesions
