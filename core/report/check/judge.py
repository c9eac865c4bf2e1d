"""Check sentences: read the claims of each clause, and hold them against the facts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.report.check.beyond import (
    read_doubt,
    read_map,
    read_outside,
    speaks_of_doubt,
    speaks_of_map,
)
from core.report.check.change import NEW, read_change, read_counted, speaks_of_change
from core.report.check.corrections import read_corrections, speaks_of_corrections
from core.report.check.decisions import read_decisions, speaks_of_decisions
from core.report.check.lesions import judge_statement
from core.report.check.predicates import SIDE
from core.report.check.scan import (
    read_all_normal,
    read_liver_quantities,
    read_scan,
    read_size,
    read_totals,
    speaks_of_liver,
)
from core.report.check.sentences import Clause, clauses_of, plain, split_sentences
from core.report.check.statements import Statement, begin, extend, lesions_told
from core.report.check.subjects import ANYTHING, APART_FROM, Subject, subject_of
from core.report.check.verdict import Checked, Claim, Verdict, join, unknown
from core.report.check.words import unknown_words
from core.report.fact import Facts
from core.report.fact_kind import FactKind
from core.report.text import Sentence

# Characters: what runs on beyond them is no sentence.
LONGEST = 1000
OTHERS = re.compile(r"\b(?:other|further|remaining)\b")
OWN = "It is a sentence made of the facts, word by word."
BACK = re.compile(r"^(?:this one|this lesion|they|their)\b|\bits?\b")


@dataclass
class _Reading:
    """What was read of a sentence so far.

    Parameters
    ----------
    topic : what the last clause was about.
    antecedent : whom “it” means at its start.
    waiting : a place told before the lesions that lie there.
    changed : number of the lesion whose change is told.
    """

    facts: Facts
    antecedent: Subject | None = None
    topic: str = ""
    waiting: str = ""
    changed: int | None = None
    claims: list[Claim] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)


def check_sentence(text: str, facts: Facts) -> Checked:
    """Read the claims of one sentence and judge each by the facts.

    Parameters
    ----------
    text : one sentence; what “it” means is not known, `check_text` knows it.
    facts : what is known of the scan that it is about.

    Examples
    --------
    >>> from core.report.fact import Fact
    >>> facts = Facts((Fact("lesion.count", "Lesions", 3),))
    >>> check_sentence("A solitary lesion is seen.", facts).reason
    'It says “a solitary lesion is seen”. The facts say “Lesions: 3”.'
    """
    return _check(text, _Reading(facts))


def check_text(text: str, facts: Facts, written: Iterable[Sentence] = ()) -> tuple[Checked, ...]:
    """Check every sentence of a text; headings are left out.

    Parameters
    ----------
    text : plain text or simple Markdown.
    facts : what is known of the scan that the text is about.
    written : sentences that were made of these facts, such as those of `write_narrative`: where
        the text has one of them word by word, it is supported.
    """
    known = {plain(sentence.text): sentence.facts for sentence in written}
    return tuple(_checked_in_turn(split_sentences(text), facts, known))


def _checked_in_turn(
    sentences: Iterable[str], facts: Facts, written: Mapping[str, tuple[str, ...]]
) -> Iterable[Checked]:
    """Let “it” in a sentence mean what the one before was about."""
    last = _Reading(facts)
    for sentence in sentences:
        if made_of := written.get(plain(sentence)):
            _check(sentence, last := _Reading(facts, last.antecedent, last.topic))
            yield join(sentence, [Claim(Verdict.SUPPORTED, OWN, made_of)])
            continue
        reading = _Reading(facts)
        if BACK.search(plain(sentence)):
            reading.topic, reading.antecedent = last.topic, last.antecedent
        yield _check(sentence, reading)
        last = reading


def _check(text: str, reading: _Reading) -> Checked:
    facts = reading.facts
    if _is_quoted(text, facts):
        return join(text, [Claim(Verdict.SUPPORTED, "It is a fact, word by word.")])
    if len(text) > LONGEST:
        return join(text, [unknown(f"{text[:40]} …", "it is too long to be one sentence")])
    if text.strip().endswith("?"):
        return join(text, [unknown(text, "a question states nothing")])
    for clause in clauses_of(text):
        _read_clause(clause, reading)
    told = 1 if APART_FROM.search(plain(text)) else 0
    for statement in reading.statements:
        reading.claims += judge_statement(statement, facts, told)
        told += lesions_told(statement)
    if reading.statements:
        reading.antecedent = reading.statements[-1].subject
    if reading.claims and all(claim.verdict is Verdict.SUPPORTED for claim in reading.claims):
        listed = plain(" ".join(facts.not_assessable))
        reading.claims += unknown_words(plain(text), listed)
    return join(text, reading.claims)


def _is_quoted(text: str, facts: Facts) -> bool:
    """Whether a sentence is the text of a fact, or of what is not assessable."""
    known = [str(fact.value) for fact in facts if isinstance(fact.value, str)]
    return len(text.split()) > 3 and plain(text) in map(plain, (*known, *facts.not_assessable))


def _read_clause(clause: Clause, reading: _Reading) -> None:
    """Read one clause: what no fact tells first, then the map, change, and what is measured."""
    facts = reading.facts
    if reading.topic == "elsewhere" and clause.text.startswith(("with ", "without ")):
        return
    outside = read_outside(clause, facts)
    reading.claims += outside.claims
    clause, text = clause.of(outside.rest), outside.rest
    if outside.elsewhere:
        reading.topic = "elsewhere"
    elif speaks_of_map(text) or (reading.topic == "map" and not subject_of(text, False)):
        reading.topic = "map"
        reading.claims += read_map(clause, facts)
    elif speaks_of_doubt(text, clause.sentence) or (
        reading.topic == "doubt" and not subject_of(text, False)
    ):
        reading.topic = "doubt"
        reading.claims += read_doubt(clause, facts)
    elif speaks_of_decisions(text) or (
        reading.topic == "decisions" and not subject_of(text, False)
    ):
        reading.topic = "decisions"
        reading.claims += read_decisions(clause, facts)
    elif speaks_of_corrections(text) or (
        reading.topic == "corrections" and not subject_of(text, False)
    ):
        reading.topic = "corrections"
        reading.claims += read_corrections(clause, facts)
    elif _is_of_new(text, facts):
        _read_measurements(clause.of(NEW.sub("new", text)), reading, outside.narrows)
    elif speaks_of_change(text, clause.sentence) or _changes_on(text, reading):
        reading.topic = "change"
        lesion = _single(subject_of(text, bool(reading.statements)), facts)
        reading.changed = lesion = lesion or reading.changed
        reading.claims += read_change(clause, facts, lesion)
    elif text:
        _read_measurements(clause, reading, outside.narrows)


def _is_of_new(text: str, facts: Facts) -> bool:
    """Whether new lesions are counted or described, and it is known of each whether it is new."""
    if not NEW.search(text) or facts.find(FactKind.CHANGE_LESION_STATUS.of(1)) is None:
        return False
    subject = subject_of(NEW.sub("new", text), False)
    return subject is not None and not subject.numbers and not read_counted(text, facts)


def _changes_on(text: str, reading: _Reading) -> bool:
    """Whether a clause gives more numbers of the change that the one before told of."""
    if reading.topic != "change":
        return False
    return text.startswith("over ") or ("«" in text and subject_of(text, False) is None)


def _single(subject: Subject | None, facts: Facts) -> int | None:
    """Return the number of the lesion that is singled out, if one is."""
    if subject is None or len(subject.numbers) != 1:
        return None
    number = subject.numbers[0]
    if number > 0:
        return number
    return max(facts.lesion_numbers, default=1) if number < 0 else 1


def _read_measurements(clause: Clause, reading: _Reading, narrowed: bool) -> None:
    """Read what a clause says of the scan, the liver and its lesions."""
    facts, others = reading.facts, OTHERS.search(clause.sentence) is not None
    claims, clause = read_scan(clause, facts)
    reading.claims += claims
    claims, clause = read_totals(clause, facts, reading.topic == "liver", others)
    reading.claims += claims
    text = clause.text
    subject = subject_of(text, bool(reading.statements))
    if speaks_of_liver(text) or (reading.topic == "liver" and subject is None):
        reading.topic = "liver"
        of_volume = any(quantity.unit == "mL" for quantity in clause.quantities)
        reading.claims += read_size(text, facts, of_volume)
        if subject is None:
            claims, clause = read_liver_quantities(clause, facts)
            reading.claims += claims
    elif subject is None:
        reading.claims += read_all_normal(text, facts)
    _read_lesions(clause, subject, reading, narrowed)


def _read_lesions(
    clause: Clause, subject: Subject | None, reading: _Reading, narrowed: bool
) -> None:
    """Begin a statement about lesions, add to the last one, or wait for the lesions to come."""
    facts = reading.facts
    if subject is None and not reading.statements and reading.topic == "lesions":
        subject = reading.antecedent and _again(reading.antecedent, clause.text)
    if subject is not None:
        reading.topic = "lesions"
        if ANYTHING.search(clause.text):
            reading.claims.append(unknown(clause.words, "only lesions were looked for"))
        started = begin(subject, clause, facts, narrowed)
        if reading.waiting:
            started = extend(started, clause.of(reading.waiting), facts, reading.waiting)
        reading.waiting = ""
        reading.statements.append(started)
    elif reading.topic == "lesions" and reading.statements:
        last = reading.statements.pop()
        reading.statements.append(extend(last, clause, facts, clause.words))
    elif left := clause.own:
        reading.claims += [unknown(quantity.text) for quantity in left]
    elif SIDE.search(clause.text):
        reading.waiting = clause.text


def _again(antecedent: Subject, text: str) -> Subject:
    """Say more of the lesions that the sentence before was about."""
    return Subject(antecedent.quantifier, antecedent.numbers, antecedent.before, text)
