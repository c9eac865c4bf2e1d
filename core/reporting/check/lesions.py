"""Judge what a sentence says of lesions: count those that fit, and compare."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.reporting.check.agreement import equals, number_of, values_of
from core.reporting.check.clauses import MARK
from core.reporting.check.counts import MANY, Kind, Quantifier
from core.reporting.check.evidence import against, find, unknown
from core.reporting.check.predicates import Predicate, quantity_predicate, words_predicates
from core.reporting.check.quantities import Form, Quantity, Relation
from core.reporting.check.subjects import SEEN, Subject
from core.reporting.check.verdict import Claim
from core.reporting.fact import Fact, Facts

NOT = re.compile(r"\b(?:not|never|neither)\b")
VERB = re.compile(
    r"\b(?:is|are|was|were|measures?|lies?|sits?|has|have|spans?|range|appears?|shows?|located|"
    r"exceeds?)\b"
)
BOTH_SIDES = re.compile(r"\b(?:bilobar|both (?:\w+ )?(?:lobes|sides)|each lobe|either lobe)\b")
EACH_SIDE = re.compile(r"\beach (?:lobe|side)\b")
LOBE = re.compile(r"\b(?:in|on|of|to) (?:the )?(?:right|left)|\b(?:right|left)[ -](?:lobe|sided?)")


@dataclass(frozen=True)
class Statement:
    """A subject with everything that is said of it in one sentence.

    Parameters
    ----------
    words : the clauses, for reasons.
    restrictors : what tells which lesions are meant.
    predicates : what is said of them.
    spans : quantities said of all of them together: lists, ranges, “up to”.
    sides : whether both lobes are said to hold some.
    """

    words: str
    subject: Subject
    restrictors: tuple[Predicate, ...] = ()
    predicates: tuple[Predicate, ...] = ()
    spans: tuple[Quantity, ...] = ()
    sides: bool = False
    each_side: bool = False


def begin(
    subject: Subject, words: str, quantities: tuple[Quantity, ...], facts: Facts
) -> Statement:
    """Begin a statement with the clause in which its subject stands."""
    kind = subject.quantifier.kind
    restrictors: tuple[Predicate, ...] = ()
    after = subject.after
    if subject.number is None:
        lead = f"{subject.before} "
        if kind in (Kind.ALL, Kind.TOTAL) and (verb := VERB.search(after)):
            lead, after = f"{lead} {after[: verb.start()]}", after[verb.start() :]
        restrictors = tuple(words_predicates(lead, facts))
        restrictors += _of_quantities(lead, quantities, facts)
    return extend(Statement(words, subject, restrictors), after, "", quantities, facts)


def extend(
    statement: Statement, text: str, words: str, quantities: tuple[Quantity, ...], facts: Facts
) -> Statement:
    """Add what a further clause says of the same lesions."""
    said = tuple(words_predicates(BOTH_SIDES.sub(" ", text), facts))
    own = [quantities[int(mark[1])] for mark in MARK.finditer(text)]
    together = [quantity for quantity in own if _is_together(quantity, statement.subject, text)]
    single = tuple(
        predicate
        for quantity in own
        if quantity not in together and (predicate := quantity_predicate(quantity, text, facts))
    )
    said = (*said, *single)
    if NOT.search(text):
        said = tuple(predicate.denied() for predicate in said)
    return replace(
        statement,
        words=f"{statement.words}, {words}" if words else statement.words,
        predicates=(*statement.predicates, *said),
        spans=(*statement.spans, *together),
        sides=statement.sides or BOTH_SIDES.search(text) is not None,
        each_side=statement.each_side or EACH_SIDE.search(text) is not None,
    )


def _of_quantities(
    text: str, quantities: tuple[Quantity, ...], facts: Facts
) -> tuple[Predicate, ...]:
    own = (quantities[int(mark[1])] for mark in MARK.finditer(text))
    return tuple(p for quantity in own if (p := quantity_predicate(quantity, text, facts)))


def _is_together(quantity: Quantity, subject: Subject, text: str) -> bool:
    """Whether a quantity is of several lesions as one: a list, a range, the most."""
    several = subject.number is None and subject.quantifier.kind not in (Kind.THE, Kind.SOME)
    if quantity.form is Form.LIST:
        return several
    if quantity.form is Form.RANGE:
        return several and re.search(r"\brang\w+|\bvar(?:y|ies|ying)\b|\bfrom «", text) is not None
    return several and quantity.relation is Relation.UP_TO


def judge_statement(statement: Statement, facts: Facts, told: int) -> list[Claim]:
    """Judge a statement; `told` is how many lesions the sentence told of before, 0 for unknown."""
    count = find(facts, "lesion.count")
    total = None if count is None else number_of(count)
    if count is None or total is None:
        return [unknown(statement.words)]
    if statement.subject.further:
        holds = None if told == 0 else told == total
        return [against(holds, statement.words, count)]
    statement = _beyond(statement, told)
    if statement.subject.number is not None:
        return _of_one(statement, facts, count, int(total))
    claims = _of_total(statement, count, int(total))
    return claims or [
        *_of_several(statement, facts, count, int(total)),
        *_together(statement, facts),
    ]


def lesions_told(statement: Statement) -> int:
    """How many lesions a statement tells of, if exactly that is said; else 0."""
    quantifier = statement.subject.quantifier
    if statement.subject.number is not None:
        return 1
    counted = quantifier.kind in (Kind.COUNT, Kind.TOTAL) and quantifier.low == quantifier.high
    return quantifier.low if counted else 0


def _beyond(statement: Statement, told: int) -> Statement:
    """Read “two further lesions” as two more than were told of, or as two at least."""
    subject = statement.subject
    quantifier = subject.quantifier
    if not subject.more or quantifier.kind is not Kind.COUNT:
        return statement
    alone = not (statement.restrictors or statement.predicates or statement.spans)
    high = quantifier.high + told if told and alone else MANY
    low = quantifier.low + told if alone else quantifier.low
    return replace(
        statement, subject=replace(subject, quantifier=Quantifier(Kind.COUNT, low, high))
    )


def _of_one(statement: Statement, facts: Facts, count: Fact, total: int) -> list[Claim]:
    """Judge each thing said of one lesion that is singled out."""
    said = statement.subject.number or 0
    number = total if said < 0 else said
    if not 1 <= number <= total:
        return [against(False, statement.words, count)]
    claims = [
        against(predicate.holds(number), predicate.words, predicate.fact(number))
        for predicate in statement.predicates
    ]
    return claims or [against(True, statement.words, count)]


def _of_total(statement: Statement, count: Fact, total: int) -> list[Claim]:
    """Contradict a wrong number of lesions, where the words tell how many there are at all."""
    quantifier = statement.subject.quantifier
    wrong = quantifier.total is not None and quantifier.total != total
    if quantifier.kind is Kind.TOTAL:
        wrong = not quantifier.low <= total <= quantifier.high
    elif quantifier.kind is not Kind.NONE:
        wrong |= total == 0 and quantifier.low > 0
    return [against(False, statement.words, count)] if wrong else []


def _of_several(statement: Statement, facts: Facts, count: Fact, total: int) -> list[Claim]:
    """Count the lesions of which all is true, false or unknown, and hold that against the words."""
    numbers = [
        number for number in range(1, total + 1) if _all(statement.restrictors, number) is not False
    ]
    kind = statement.subject.quantifier.kind
    universal = kind in (Kind.ALL, Kind.THE, Kind.TOTAL) or _is_general(statement)
    if universal and statement.predicates:
        return [_of_all(predicate, numbers, kind) for predicate in statement.predicates]
    said = (*statement.restrictors, *statement.predicates)
    fits = [_all(said, number) for number in range(1, total + 1)]
    yes, maybe = fits.count(True), fits.count(None)
    low, high = _bounds(statement.subject.quantifier)
    if statement.each_side:
        low, high = 2 * low, 2 * high
    holds = True if low <= yes and yes + maybe <= high else None
    if yes > high or yes + maybe < low:
        holds = False
    return [against(holds, statement.words, *_deciding(said, total, count))]


def _is_general(statement: Statement) -> bool:
    """Whether “lesions” alone means all: “lesions are small”, not “lesions are seen”."""
    bare = statement.subject.quantifier.kind is Kind.BARE
    return bare and VERB.search(statement.words) is not None and not SEEN.search(statement.words)


def _bounds(quantifier: Quantifier) -> tuple[int, int]:
    return (0, 0) if quantifier.kind is Kind.NONE else (quantifier.low, quantifier.high)


def _all(predicates: tuple[Predicate, ...], number: int) -> bool | None:
    """Whether all is true of a lesion."""
    holds = [predicate.holds(number) for predicate in predicates]
    return False if False in holds else None if None in holds else True


def _of_all(predicate: Predicate, numbers: list[int], kind: Kind) -> Claim:
    """Judge one thing said of all; of “the lesion”, where several are, some may be meant."""
    holds = {number: predicate.holds(number) for number in numbers}
    wrong = [number for number, one in holds.items() if one is False]
    if kind is Kind.THE and wrong and len(wrong) < len(numbers):
        return unknown(predicate.words, "which lesion is meant is not said")
    shown = wrong[:1] or numbers[:3]
    verdict = False if wrong else None if None in holds.values() else True
    return against(verdict, predicate.words, *(predicate.fact(number) for number in shown))


def _deciding(said: tuple[Predicate, ...], total: int, count: Fact) -> list[Fact | None]:
    """Choose the facts to name: the count, or what the lesions that were meant are like."""
    if not said:
        return [count]
    last = said[-1]
    return [count, *(last.fact(number) for number in range(1, min(total, 3) + 1))]


def _together(statement: Statement, facts: Facts) -> list[Claim]:
    """Judge lists, ranges and both lobes, which are of several lesions as one."""
    claims = [_span(quantity, facts) for quantity in statement.spans]
    if statement.sides and statement.subject.quantifier.kind is not Kind.NONE:
        claims.append(_sides(statement.words, facts))
    return claims


def _span(quantity: Quantity, facts: Facts) -> Claim:
    name = {"mm": "longest_diameter", "mL": "volume", "HU": "mean_hu"}.get(quantity.unit, "")
    known = [find(facts, f"lesion.{number}.{name}") for number in facts.lesion_numbers]
    sizes = sorted((fact for fact in known if fact), key=lambda fact: number_of(fact) or 0.0)
    if not sizes:
        return unknown(quantity.text)
    fits: Callable[[Fact, int], bool] = lambda fact, at: any(  # noqa: E731
        equals(value, quantity.numbers[at], quantity.about) for value in values_of(fact)
    )
    if quantity.form is Form.LIST:
        left = list(sizes)
        for at in range(len(quantity.numbers)):
            match = next((fact for fact in left if fits(fact, at)), None)
            if match is None:
                return against(False, quantity.text, *reversed(sizes))
            left.remove(match)
        return against(True, quantity.text, *reversed(sizes))
    if quantity.form is Form.RANGE:
        holds = fits(sizes[0], 0) and fits(sizes[-1], -1)
        return against(holds, quantity.text, sizes[0], sizes[-1])
    return against(fits(sizes[-1], 0), quantity.text, sizes[-1])


def _sides(words: str, facts: Facts) -> Claim:
    lobes = [find(facts, f"lesion.{number}.lobe") for number in facts.lesion_numbers]
    sides = {str(fact.value) for fact in lobes if fact}
    unsure = not sides or sides - {"left", "right"}
    holds = True if {"left", "right"} <= sides else None if unsure else False
    return against(holds, words, *lobes[:3])
