"""What is said of corrections by hand: whether there were any, how many, and in which lesions."""

import re

from core.cascade.findings import Origin
from core.report.check.sentences import Clause
from core.report.check.subjects import Subject, subject_of
from core.report.check.verdict import Claim, against, unknown
from core.report.check.words import NOT
from core.report.fact import Facts
from core.report.fact_kind import FactKind

CORRECTED = re.compile(
    r"\b(?:corrected|corrections?|redrawn|edited|edits?|retouched|by hand|manual(?:ly)?|"
    r"drawn|added|removed|deleted|erased)\b"
)
TIMES = re.compile(r"\b(\d+)\s+(?:corrections?|edits?|times)\b")
DRAWN = re.compile(r"\b(?:drawn|added)\b")
REMOVED = re.compile(r"\b(?:removed|deleted|erased)\b")


def speaks_of_corrections(text: str) -> bool:
    """Whether a clause is about what a reader drew."""
    return CORRECTED.search(text) is not None


def read_corrections(clause: Clause, facts: Facts) -> list[Claim]:
    """Hold what is said of corrections against those that were made."""
    count = facts.find(FactKind.CORRECTIONS_COUNT)
    said = NOT.search(clause.text) is None
    if count is None:
        # That nobody did is a fact, though none with a name.
        return [unknown(clause.words, "nobody corrected the labels of this scan by hand")]
    subject = subject_of(clause.text, False)
    if subject is not None and subject.numbers:
        return [_of_lesions(clause, subject, facts, said)]
    if REMOVED.search(clause.text):
        removed = facts.find(FactKind.CORRECTIONS_REMOVED)
        some = removed is not None and bool(removed.number)
        return [against(some == said, clause.words, removed)]
    times = TIMES.search(clause.text)
    if times is not None:
        return [against((int(times[1]) == count.number) == said, clause.words, count)]
    return [against(said, clause.words, count)]


def _of_lesions(clause: Clause, subject: Subject, facts: Facts, said: bool) -> Claim:
    origins = [facts.find(FactKind.LESION_ORIGIN.of(number)) for number in subject.numbers]
    meant = {Origin.DRAWN} if DRAWN.search(clause.text) else {Origin.DRAWN, Origin.CHANGED}
    known = [origin for origin in origins if origin is not None]
    if len(known) < len(origins):
        return unknown(clause.words)
    if said:
        return against(all(one.value in meant for one in known), clause.words, *known)
    return against(not any(one.value in meant for one in known), clause.words, *known)
