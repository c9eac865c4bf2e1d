"""What a clause says of how sure the networks are, and of how uncertain measurements are."""

import re

from core.report.check.agreement import agrees
from core.report.check.evidence import against, unknown
from core.report.check.quantities import Quantity
from core.report.check.statements import quantities_in
from core.report.check.verdict import Claim
from core.report.fact import Facts

DOUBT = re.compile(
    r"\b(?:in doubt|doubtful|doubts?|not (?:\w+ )?(?:sure|certain|confident)|uncertain(?:ty)?|"
    r"standard deviation|may be off)\b"
)
WHOLE_SENTENCE = re.compile(r"\b(?:in doubt|not sure|doubtful)\b")
TOLD_BY = ("doubt.", "measurement.", "liver.sd")


def speaks_of_doubt(text: str, sentence: str) -> bool:
    """Whether a clause, or all of the sentence, is about doubt."""
    return DOUBT.search(text) is not None or WHOLE_SENTENCE.search(sentence) is not None


def read_doubt(
    text: str, words: str, quantities: tuple[Quantity, ...], facts: Facts
) -> list[Claim]:
    """Support numbers that a fact of doubt has; leave all else unsupported."""
    known = [fact for fact in facts if fact.id.startswith(TOLD_BY)]
    claims = []
    for quantity in quantities_in(text, quantities):
        same = (fact for fact in known if fact.unit == quantity.unit and agrees(fact, quantity))
        fact = next(same, None)
        claims.append(against(True, quantity.text, fact) if fact else unknown(quantity.text))
    return claims or [unknown(words, "how sure that is cannot be read from the words")]
