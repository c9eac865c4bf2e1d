"""Put together what a sentence says of the same lesions, over all its clauses."""

import re
from dataclasses import dataclass, replace

from core.report.check.predicates import Predicate, quantity_predicate, unclear, words_predicates
from core.report.check.quantities import Form, Quantity, Relation
from core.report.check.sentences import Clause
from core.report.check.subjects import MANY, Kind, Quantifier, Subject
from core.report.fact import Facts

DENIES_VERB = re.compile(r"\b(?:not|never|neither)\b")
SAYS = re.compile(
    r"\b(?:is|are|was|were|measures?|lies?|sits?|has|have|spans?|range|appears?|shows?|located|"
    r"exceeds?)\b"
)
BOTH_SIDES = re.compile(r"\b(?:bilobar|both (?:\w+ )?(?:lobes|sides)|each lobe|either lobe)\b")
EACH_SIDE = re.compile(r"\beach (?:lobe|side)\b")
RANGES = re.compile(r"\brang\w+|\bvar(?:y|ies|ying)\b|\bfrom «")


@dataclass(frozen=True)
class Statement:
    """A subject with everything that is said of it in one sentence.

    Parameters
    ----------
    words : the clauses, for reasons.
    restrictors : what tells which lesions are meant.
    predicates : what is said of them.
    spans : quantities said of all of them together: lists, ranges, “up to”.
    unread : quantities that nothing measured of a lesion compares with.
    sides, each_side : whether both lobes are said to hold some, or each that many.
    """

    words: str
    subject: Subject
    restrictors: tuple[Predicate, ...] = ()
    predicates: tuple[Predicate, ...] = ()
    spans: tuple[Quantity, ...] = ()
    unread: tuple[Quantity, ...] = ()
    sides: bool = False
    each_side: bool = False

    @property
    def says_more(self) -> bool:
        """Whether anything is said beyond how many there are."""
        return bool(self.restrictors or self.predicates or self.spans or self.sides)


def begin(subject: Subject, clause: Clause, facts: Facts, partly_unclear: bool) -> Statement:
    """Begin a statement with the clause in which its subject stands.

    Parameters
    ----------
    partly_unclear : whether the clause also said what nothing can tell, which may narrow down
        the lesions that are meant.
    """
    start, after = Statement(clause.words, subject), subject.after
    if not subject.numbers:
        lead = subject.before
        definite = subject.quantifier.kind in (Kind.ALL, Kind.TOTAL, Kind.THE)
        if definite and (verb := SAYS.search(after)):
            lead, after = f"{lead} {after[: verb.start()]}", after[verb.start() :]
        start = extend(start, clause.of(lead), facts)
    said = (unclear(clause.words),) if partly_unclear else ()
    start = replace(start, restrictors=start.predicates, predicates=said)
    return extend(start, clause.of(after), facts)


def extend(statement: Statement, clause: Clause, facts: Facts, words: str = "") -> Statement:
    """Add what a further part of the sentence, which reads `words`, says of the same lesions."""
    text = clause.text
    said = list(words_predicates(BOTH_SIDES.sub(" ", text), facts))
    together, unread = list(statement.spans), list(statement.unread)
    for quantity, around in clause.own_with_words:
        if _is_together(quantity, statement.subject, text):
            together.append(quantity)
        elif predicate := quantity_predicate(quantity, around, statement.words, facts):
            said.append(predicate)
        else:
            unread.append(quantity)
    if DENIES_VERB.search(text) and statement.subject.quantifier.kind is not Kind.NONE:
        said = [predicate.denied() for predicate in said]
    return replace(
        statement,
        words=f"{statement.words}, {words}" if words else statement.words,
        predicates=(*statement.predicates, *said),
        spans=tuple(together),
        unread=tuple(unread),
        sides=statement.sides or BOTH_SIDES.search(text) is not None,
        each_side=statement.each_side or EACH_SIDE.search(text) is not None,
    )


def _is_together(quantity: Quantity, subject: Subject, text: str) -> bool:
    """Whether a quantity is of several lesions as one: a list, a range, the most."""
    if subject.numbers or subject.quantifier.kind in (Kind.THE, Kind.SOME, Kind.NONE):
        return False
    if quantity.form is Form.RANGE:
        return RANGES.search(text) is not None
    return quantity.form is Form.LIST or quantity.relation is Relation.UP_TO


def lesions_told(statement: Statement) -> int:
    """How many lesions a statement tells of, if exactly that is said; else 0."""
    quantifier = statement.subject.quantifier
    if statement.subject.numbers:
        return len(statement.subject.numbers)
    counted = quantifier.kind in (Kind.COUNT, Kind.TOTAL) and quantifier.low == quantifier.high
    return quantifier.low if counted else 0


def beyond(statement: Statement, told: int) -> Statement:
    """Read “two further lesions” as two more than were told of before, or as two at least."""
    subject, quantifier = statement.subject, statement.subject.quantifier
    if not subject.more or quantifier.kind is not Kind.COUNT:
        return statement
    alone = not statement.says_more
    high = quantifier.high + told if told and alone else MANY
    low = quantifier.low + told if alone else quantifier.low
    return replace(
        statement, subject=replace(subject, quantifier=Quantifier(Kind.COUNT, low, high))
    )
