"""Judge what a sentence says of lesions: count those of which it is true, and compare."""

from collections.abc import Iterable

from core.report.check.predicates import Predicate
from core.report.check.quantities import Form, Quantity, shows
from core.report.check.statements import SAYS, Statement, beyond
from core.report.check.subjects import LARGEST_ONE, MANY, SEEN, SMALLEST_ONE, Kind, Quantifier
from core.report.check.verdict import Claim, against, unknown
from core.report.fact import Fact, Facts
from core.report.fact_kind import FactKind

SHOWN = 3
SPANNED = {
    "mm": FactKind.LESION_LONGEST_DIAMETER,
    "mL": FactKind.LESION_VOLUME,
    "HU": FactKind.LESION_MEAN_HU,
}


def judge_statement(statement: Statement, facts: Facts, told: int) -> list[Claim]:
    """Judge a statement; `told` is how many lesions the sentence told of before, 0 for unknown."""
    count = facts.find(FactKind.LESION_COUNT)
    total = None if count is None else count.number
    if count is None or total is None:
        return [unknown(statement.words)]
    unread = [unknown(quantity.text) for quantity in statement.unread]
    if statement.subject.further:
        return [against(None if told == 0 else told == total, statement.words, count), *unread]
    statement = beyond(statement, told)
    if statement.subject.numbers:
        return [*_of_named(statement, count, int(total), facts), *unread]
    if wrong := _wrong_total(statement, count, int(total)):
        return [wrong, *unread]
    judged = _of_several(statement, count, int(total))
    return [*judged, *_together(statement, facts), *unread]


def _of_named(statement: Statement, count: Fact, total: int, facts: Facts) -> list[Claim]:
    """Judge each thing said of lesions that are singled out."""
    said = statement.subject.numbers
    if total == 0 or any(number > total for number in said):
        return [against(False, statement.words, count)]
    numbers = [_meant(number, statement, total, facts) for number in said]
    claims = [
        against(predicate.holds(number), predicate.words, predicate.fact(number))
        for predicate in statement.predicates
        for number in numbers
    ]
    return claims or [against(True, statement.words, count)]


def _meant(number: int, statement: Statement, total: int, facts: Facts) -> int:
    """Find the lesion that is meant; the largest is so by volume or by diameter."""
    if number == SMALLEST_ONE:
        return total
    if number != LARGEST_ONE:
        return number
    longest = facts.find(FactKind.LARGEST_LONGEST_DIAMETER)
    other = longest.lesion if longest and longest.lesion else 1
    return other if _all(statement.predicates, 1) is False else 1


def _wrong_total(statement: Statement, count: Fact, total: int) -> Claim | None:
    """Contradict a wrong number of lesions, where the words tell how many there are at all."""
    quantifier = statement.subject.quantifier
    wrong = quantifier.total is not None and quantifier.total != total
    if quantifier.kind is Kind.TOTAL:
        wrong = not quantifier.low <= total <= quantifier.high
    elif quantifier.kind is not Kind.NONE:
        wrong |= total == 0 and quantifier.low > 0
    return against(False, statement.words, count) if wrong else None


def _of_several(statement: Statement, count: Fact, total: int) -> list[Claim]:
    """Judge what is said of all that are meant, or how many there are of which it is true."""
    everyone = range(1, total + 1)
    kind = statement.subject.quantifier.kind
    if kind in (Kind.ALL, Kind.THE, Kind.TOTAL) or _is_general(statement):
        meant = [n for n in everyone if _all(statement.restrictors, n) is not False]
        quantifier = statement.subject.quantifier
        few = len(meant) < (1 if quantifier.high == MANY else quantifier.low)
        if total and (few or len(meant) > quantifier.high):
            return [_counted(False, statement.words, statement.restrictors, count, total)]
        if statement.predicates:
            return [_of_all(predicate, meant, kind) for predicate in statement.predicates]
        if statement.spans and not statement.restrictors:
            return []
    said = (*statement.restrictors, *statement.predicates)
    fits = [_all(said, number) for number in everyone]
    yes, maybe = fits.count(True), fits.count(None)
    low, high = _bounds(statement.subject.quantifier, total)
    if statement.each_side:
        low, high = 2 * low, 2 * high
    holds = True if low <= yes and yes + maybe <= high else None
    if yes > high or yes + maybe < low:
        holds = False
    return [_counted(holds, statement.words, said, count, total)]


def _is_general(statement: Statement) -> bool:
    """Whether “lesions” alone means all: “lesions are small”, not “lesions are seen”."""
    bare = statement.subject.quantifier.kind is Kind.BARE
    return bare and SAYS.search(statement.words) is not None and not SEEN.search(statement.words)


def _bounds(quantifier: Quantifier, total: int) -> tuple[int, int]:
    if quantifier.kind is Kind.MOST:
        return total // 2 + 1, total
    return (0, 0) if quantifier.kind is Kind.NONE else (quantifier.low, quantifier.high)


def _all(predicates: tuple[Predicate, ...], number: int) -> bool | None:
    """Whether all is true of a lesion."""
    return _conjunction(predicate.holds(number) for predicate in predicates)


def _conjunction(holds: Iterable[bool | None]) -> bool | None:
    """Say of several things, each true, false or unknown, whether all are true."""
    each = set(holds)
    return False if False in each else None if None in each else True


def _of_all(predicate: Predicate, numbers: list[int], kind: Kind) -> Claim:
    """Judge one thing said of all; of “the lesion”, where several are, some may be meant."""
    holds = {number: predicate.holds(number) for number in numbers}
    wrong = [number for number, one in holds.items() if one is False]
    if kind is Kind.THE and wrong and len(wrong) < len(numbers):
        return unknown(predicate.words, "which lesion is meant is not said")
    shown = wrong[:1] or numbers[:SHOWN]
    return against(
        _conjunction(holds.values()), predicate.words, *(predicate.fact(number) for number in shown)
    )


def _counted(
    holds: bool | None, words: str, said: tuple[Predicate, ...], count: Fact, total: int
) -> Claim:
    """Name the count and, of each lesion, the fact that decides whether it is meant."""
    facts: list[Fact | None] = []
    for number in range(1, min(total, SHOWN) + 1):
        failing = (one for one in said if one.holds(number) is False)
        if decisive := next(failing, said[-1] if said else None):
            facts.append(decisive.fact(number))
    return against(holds, words, count, *facts)


def _together(statement: Statement, facts: Facts) -> list[Claim]:
    """Judge lists, ranges and both lobes, which are of several lesions as one."""
    quantifier = statement.subject.quantifier
    last = quantifier.low if statement.subject.more and quantifier.low else None
    everyone = [n for n in facts.lesion_numbers if _all(statement.restrictors, n) is not False]
    meant = everyone[-last:] if last else everyone
    claims = [_span(quantity, facts, meant) for quantity in statement.spans]
    if statement.sides and statement.subject.quantifier.kind is not Kind.NONE:
        claims.append(_sides(statement.words, facts))
    return claims


def _span(quantity: Quantity, facts: Facts, meant: list[int]) -> Claim:
    """Judge a list, range or “up to” of the lesions that are `meant`."""
    kind = SPANNED.get(quantity.unit)
    known = [facts.find(kind.of(number)) for number in meant if kind]
    sizes = sorted((fact for fact in known if fact), key=lambda fact: fact.number or 0.0)
    if not sizes:
        return unknown(quantity.text)
    first, last = quantity.numbers[0], quantity.numbers[-1]
    if quantity.form is Form.RANGE:
        holds = shows(sizes[0], first, quantity.about) and shows(sizes[-1], last, quantity.about)
        return against(holds, quantity.text, sizes[0], sizes[-1])
    if quantity.form is Form.LIST:
        return against(_all_found(quantity, sizes), quantity.text, *reversed(sizes))
    return against(shows(sizes[-1], last, quantity.about), quantity.text, sizes[-1])


def _all_found(quantity: Quantity, sizes: list[Fact]) -> bool:
    """Whether every number of a list is the size of another lesion."""
    left = list(sizes)
    for number in quantity.numbers:
        match = next((fact for fact in left if shows(fact, number, quantity.about)), None)
        if match is None:
            return False
        left.remove(match)
    return True


def _sides(words: str, facts: Facts) -> Claim:
    lobes = [facts.find(FactKind.LESION_LOBE.of(number)) for number in facts.lesion_numbers]
    sides = {str(fact.value) for fact in lobes if fact}
    unsure = not sides or sides - {"left", "right"}
    holds = True if {"left", "right"} <= sides else None if unsure else False
    return against(holds, words, *lobes[:SHOWN])
