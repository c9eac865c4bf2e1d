"""Check sentences: read the claims of each clause, and hold them against the facts."""

from dataclasses import dataclass, field

from core.reporting.check.change import read_change, speaks_of_change
from core.reporting.check.clauses import MARK, Clause, clauses_of, plain
from core.reporting.check.evidence import unknown
from core.reporting.check.lesions import Statement, begin, extend, judge_statement, lesions_told
from core.reporting.check.liver import (
    read_liver_quantities,
    read_size,
    read_totals,
    speaks_of_liver,
)
from core.reporting.check.outside import read_outside
from core.reporting.check.scan import read_map, read_scan, speaks_of_map
from core.reporting.check.sentences import split_sentences
from core.reporting.check.subjects import Subject, subject_of
from core.reporting.check.verdict import Checked, Claim, Verdict, join
from core.reporting.fact import Facts


@dataclass
class _Reading:
    """What was read of a sentence so far."""

    facts: Facts
    claims: list[Claim] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    topic: str = ""


def check_text(text: str, facts: Facts) -> tuple[Checked, ...]:
    """Check every sentence of a text; headings are left out.

    Parameters
    ----------
    text : plain text or simple Markdown.
    facts : what is known of the scan that the text is about.
    """
    return tuple(check_sentence(sentence, facts) for sentence in split_sentences(text))


def check_sentence(text: str, facts: Facts) -> Checked:
    """Read the claims of one sentence and judge each by the facts.

    Examples
    --------
    >>> facts = Facts((Fact("lesion.count", "Lesions", 3),))
    >>> check_sentence("A solitary lesion is seen.", facts).reason
    'It says “a solitary lesion is seen”. The facts say “Lesions: 3”.'
    """
    if _is_quoted(text, facts):
        return join(text, [Claim(Verdict.SUPPORTED, "It is a fact, word by word.")])
    if text.strip().endswith("?"):
        return join(text, [unknown(text, "a question states nothing")])
    reading = _Reading(facts)
    for clause in clauses_of(text):
        _read_clause(clause, reading)
    told = 0
    for statement in reading.statements:
        reading.claims += judge_statement(statement, facts, told)
        told += lesions_told(statement)
    return join(text, reading.claims)


def _is_quoted(text: str, facts: Facts) -> bool:
    """Whether a sentence is the text of a fact, or of what is not assessable."""
    known = [str(fact.value) for fact in facts if isinstance(fact.value, str)]
    return len(text.split()) > 3 and plain(text) in map(plain, (*known, *facts.not_assessable))


def _read_clause(clause: Clause, reading: _Reading) -> None:
    """Read one clause, what is outside the facts first, and lesions last."""
    facts = reading.facts
    if reading.topic == "elsewhere" and clause.text.startswith(("with ", "without ")):
        return
    outside = read_outside(clause.text, clause.words, facts)
    reading.claims += outside.claims
    text = outside.rest
    if outside.elsewhere:
        reading.topic = "elsewhere"
        return
    if not text:
        return
    if speaks_of_map(text) or (reading.topic == "map" and not subject_of(text, False)):
        reading.topic = "map"
        reading.claims.append(read_map(text, clause.words, clause.quantities, facts))
        return
    if speaks_of_change(text, clause.sentence):
        reading.topic = "change"
        lesion = _single(subject_of(text, bool(reading.statements)), facts)
        reading.claims += read_change(text, clause.words, clause.quantities, facts, lesion)
        return
    _read_measurements(text, clause, reading)


def _single(subject: Subject | None, facts: Facts) -> int | None:
    """Return the number of the lesion that is singled out, if one is."""
    if subject is None or subject.number is None:
        return None
    return subject.number if subject.number > 0 else max(facts.lesion_numbers, default=1)


def _read_measurements(text: str, clause: Clause, reading: _Reading) -> None:
    """Read what a clause says of the scan, the liver and its lesions."""
    facts, quantities = reading.facts, clause.quantities
    claims, text = read_scan(text, quantities, facts)
    reading.claims += claims
    claims, text = read_totals(text, quantities, facts)
    reading.claims += claims
    subject = subject_of(text, bool(reading.statements))
    if speaks_of_liver(text) or (reading.topic == "liver" and subject is None):
        reading.topic = "liver"
        of_volume = any(quantity.unit == "mL" for quantity in quantities)
        reading.claims += read_size(text, facts, of_volume)
        if subject is None:
            claims, text = read_liver_quantities(text, quantities, facts)
            reading.claims += claims
    if subject is not None:
        reading.topic = "lesions"
        reading.statements.append(begin(subject, clause.words, quantities, facts))
    elif reading.topic == "lesions" and reading.statements:
        last = reading.statements.pop()
        reading.statements.append(extend(last, text, clause.words, quantities, facts))
    elif left := MARK.findall(text):
        reading.claims += [unknown(quantities[int(mark)].text) for mark in left]
