"""What is said of a reader's decisions on lesions: rejected, confirmed, decided on."""

import re

from core.report.check.quantities import measured
from core.report.check.sentences import Clause
from core.report.check.subjects import Kind, Subject, subject_of
from core.report.check.verdict import Claim, against, unknown
from core.report.check.words import NOT
from core.report.fact import Fact, Facts
from core.report.fact_kind import FactKind

REJECTED = re.compile(r"\b(?:reject|dismiss|discard)\w*\b")
CONFIRMED = re.compile(r"\bconfirm\w*\b")
DECIDED = re.compile(r"\b(?:decided|decisions?|not counted|counts? as liver)\b")
BY_UNIT = {"mm": FactKind.REJECTED_DIAMETER, "mL": FactKind.REJECTED_VOLUME}


def speaks_of_decisions(text: str) -> bool:
    """Whether a clause is about what a reader decided."""
    return any(pattern.search(text) for pattern in (REJECTED, CONFIRMED, DECIDED))


def read_decisions(clause: Clause, facts: Facts) -> list[Claim]:
    """Hold what is said of a reader's decisions against those that were made."""
    known = facts.find(FactKind.REJECTED_COUNT)
    if known is None:
        return [unknown(clause.words, "nobody decided on a lesion of this scan")]
    subject = subject_of(clause.text, False)
    if CONFIRMED.search(clause.text):
        return [_confirmed(clause, subject, facts)]
    claims = [_count(clause, subject, known)] if REJECTED.search(clause.text) else []
    for quantity in clause.own:
        fact = facts.find(BY_UNIT.get(quantity.unit, ""))
        claims.append(measured(quantity, fact) if fact else unknown(quantity.text))
    return claims or [against(True, clause.words, known)]


def _confirmed(clause: Clause, subject: Subject | None, facts: Facts) -> Claim:
    count = facts.find(FactKind.CONFIRMED_COUNT)
    if subject is None or not subject.numbers:
        return _count(clause, subject, count)
    opinions = [facts.find(FactKind.LESION_CONFIRMED.of(number)) for number in subject.numbers]
    said = NOT.search(clause.text) is None
    return against(all(opinions) == said, clause.words, *(opinions if all(opinions) else [count]))


def _count(clause: Clause, subject: Subject | None, count: Fact | None) -> Claim:
    """Hold how many are meant against how many there are."""
    number = None if count is None else count.number
    if number is None:
        return unknown(clause.words)
    if NOT.search(clause.text) or (subject is not None and subject.quantifier.kind is Kind.NONE):
        return against(not number, clause.words, count)
    if subject is None or subject.quantifier.kind is Kind.ALL:
        return against(number > 0 or None, clause.words, count)
    low, high = subject.quantifier.low, subject.quantifier.high
    return against(low <= number <= high, clause.words, count)
