"""Numbers with units: read them from a sentence, and hold them against a fact.

A number agrees with a fact that rounds to it at the number's own precision: 3.2 cm with
32.4 mm, not with 32.6 mm. What a fact shows counts like what it is, so that rounding the shown
number is no error. A word such as “about” lets the number be a tenth of the fact away.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from core.report.check.verdict import Claim, held
from core.report.check.words import (
    ABOUT,
    AT_LEAST,
    AT_MOST,
    LESS,
    MORE,
    NEGATIONS,
    NUMBER_WORDS,
    UNITS,
    UP_TO,
    any_of,
)
from core.report.fact import Fact


class Relation(StrEnum):
    """How a quantity stands to what it is of."""

    EQUAL = "equal"
    MORE = "more than"
    AT_LEAST = "at least"
    LESS = "less than"
    AT_MOST = "at most"
    UP_TO = "up to"


class Form(StrEnum):
    """What several numbers before one unit are."""

    SINGLE = "single"
    DIMENSIONS = "dimensions"
    RANGE = "range"
    LIST = "list"
    CONTRAST = "contrast"


@dataclass(frozen=True)
class Number:
    """A number in the unit of facts: mm, mL, HU, %, slices, or one that nothing is measured in.

    Parameters
    ----------
    place : value of its last digit, in that unit: 1 for 3.2 cm, because 0.1 cm is 1 mm.
    """

    value: float
    place: float


@dataclass(frozen=True)
class Quantity:
    """Numbers with a unit as a sentence gives them; `text` is how it was written."""

    numbers: tuple[Number, ...]
    unit: str
    form: Form
    relation: Relation
    about: bool
    text: str


@dataclass(frozen=True)
class _Item:
    """A number in the text, with its unit if one follows, or a joined group of these."""

    start: int
    stop: int
    digits: tuple[str, ...]
    unit: str
    form: Form = Form.SINGLE


DECIMAL = r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+,\d{1,2}(?!\d)|-?\d+(?:\.\d+)?"
UNIT = any_of(UNITS)
ITEM = re.compile(
    rf"(?<![\w.,«-])(?P<number>{DECIMAL}|{any_of(NUMBER_WORDS)}(?=[ -]{UNIT}(?!\w)))"
    rf"(?:[ -]?(?P<unit>{UNIT})(?![\w«]))?"
)
NAMED = re.compile(
    r"(?:lesions?|tumors?|segments?|slices?|images?|pictures?|stage|grade|number|no\.|class|type|#)"
    r" ?$"
)
JOINTS = (
    (Form.DIMENSIONS, re.compile(r" ?(?:x|by|\*) ?")),
    (Form.RANGE, re.compile(r" ?- ?| to ")),
    (Form.CONTRAST, re.compile(r" (?:versus|vs\.?|compared (?:to|with)) ")),
    (Form.LIST, re.compile(r",? and |, ?|,? or ")),
)
_RELATIONS = (
    (Relation.MORE, MORE),
    (Relation.AT_LEAST, AT_LEAST),
    (Relation.LESS, LESS),
    (Relation.AT_MOST, AT_MOST),
    (Relation.UP_TO, UP_TO),
)
RELATIONS = {words: relation for relation, table in _RELATIONS for words in table}
OPPOSITE = {
    Relation.MORE: Relation.AT_MOST,
    Relation.AT_LEAST: Relation.LESS,
    Relation.LESS: Relation.AT_LEAST,
    Relation.AT_MOST: Relation.MORE,
    Relation.UP_TO: Relation.MORE,
}
BEFORE = re.compile(
    rf"(?:(?P<no>\b{any_of(NEGATIONS)}) )?(?:\b(?P<about>{any_of(ABOUT)}) ?)?"
    rf"(?:\b(?P<relation>{any_of(RELATIONS)}) (?:a |an )?)?(?:\b(?P<about2>{any_of(ABOUT)}) ?)?$"
)
AFTER = re.compile(r"^ or (?P<word>more|larger|greater|over|less|smaller|under)\b")


def read_quantities(text: str) -> tuple[str, tuple[Quantity, ...]]:
    """Take the quantities out of a sentence.

    Parameters
    ----------
    text : as `core.report.check.sentences.plain` gives it.

    Returns
    -------
    The text in which «0», «1», … stand for the quantities, and the quantities.
    """
    items = [_item(match) for match in ITEM.finditer(text) if not _is_name(text, match)]
    for form, joint in JOINTS:
        items = _joined(text, items, form, joint)
    quantities: list[Quantity] = []
    rest, position = "", 0
    for item in items:
        if not item.unit:
            continue
        start, stop, quantity = _quantity(text, item, position)
        rest += f"{text[position:start]}«{len(quantities)}»"
        quantities.append(quantity)
        position = stop
    return rest + text[position:], tuple(quantities)


def _item(match: re.Match[str]) -> _Item:
    return _Item(match.start(), match.end(), (match["number"],), match["unit"] or "")


def _is_name(text: str, match: re.Match[str]) -> bool:
    """Whether a number names something, as in “lesion 2”, and measures nothing."""
    return not match["unit"] and NAMED.search(text[: match.start()]) is not None


def _joined(text: str, items: list[_Item], form: Form, joint: re.Pattern[str]) -> list[_Item]:
    """Join neighbors with nothing but a joint between them and one unit to share."""
    joined: list[_Item] = []
    for item in items:
        last = joined[-1] if joined else None
        if last and _belong(text[last.stop : item.start], last, item, form, joint):
            unit = item.unit or last.unit
            joined[-1] = _Item(last.start, item.stop, last.digits + item.digits, unit, form)
        else:
            joined.append(item)
    return joined


def _belong(between: str, last: _Item, item: _Item, form: Form, joint: re.Pattern[str]) -> bool:
    if joint.fullmatch(between) is None or {last.form, item.form} - {Form.SINGLE, form}:
        return False
    if form is not Form.DIMENSIONS and len(last.digits) > 1 and form is not Form.LIST:
        return False
    return not last.unit or not item.unit or UNITS[last.unit][0] == UNITS[item.unit][0]


def _quantity(text: str, item: _Item, position: int) -> tuple[int, int, Quantity]:
    """Read the words around numbers; return also where all of it starts and stops."""
    before = BEFORE.search(text[position : item.start])
    start = position + before.start() if before else item.start
    relation = RELATIONS[before["relation"]] if before and before["relation"] else Relation.EQUAL
    if before and before["no"]:
        if relation is Relation.EQUAL:
            start = item.start
        else:
            relation = OPPOSITE[relation]
    form, stop = item.form, item.stop
    if form is Form.LIST and text[:start].endswith("between "):
        form = Form.RANGE
    if after := AFTER.match(text[stop:]):
        more = after["word"] in ("more", "larger", "greater", "over")
        relation, stop = Relation.AT_LEAST if more else Relation.AT_MOST, stop + after.end()
    unit, factor = UNITS[item.unit]
    numbers = tuple(_number(digits, factor) for digits in item.digits)
    about = bool(before and (before["about"] or before["about2"]))
    return start, stop, Quantity(numbers, unit, form, relation, about, text[start:stop].strip())


def _number(digits: str, factor: float) -> Number:
    if digits in NUMBER_WORDS:
        return Number(NUMBER_WORDS[digits] * factor, factor)
    if re.fullmatch(r"-?\d+,\d{1,2}", digits):
        digits = digits.replace(",", ".")
    digits = digits.replace(",", "")
    decimals = len(digits.partition(".")[2])
    return Number(float(digits) * factor, factor * 10**-decimals)


ABOUT_SHARE = 0.1
SMALLEST = 1e-9


def values_of(fact: Fact) -> tuple[float, ...]:
    """Value of a fact and the one that it shows; empty if it is no number."""
    return () if fact.number is None else (fact.number, round(fact.number, fact.digits))


def equals(value: float, number: Number, about: bool) -> bool:
    """Whether `value` rounds to `number`, or is near it if that is all that is said."""
    reach = max(number.place / 2, ABOUT_SHARE * abs(value) if about else 0.0)
    return abs(value - number.value) <= reach + SMALLEST * max(1.0, abs(value))


def shows(fact: Fact, number: Number, about: bool) -> bool:
    """Whether a fact, as it is or as it is shown, is the number."""
    return any(equals(value, number, about) for value in values_of(fact))


def negated(fact: Fact) -> Fact:
    """Count a number the other way: how much darker, how much less."""
    return fact if fact.number is None else replace(fact, value=-fact.number)


def agrees(fact: Fact, quantity: Quantity) -> bool | None:
    """Whether `fact`, a number in the quantity's unit, agrees with it; None if unknown."""
    values = values_of(fact)
    if not values:
        return None
    return any(_fits(value, quantity) for value in values)


def measured(quantity: Quantity, fact: Fact | None) -> Claim:
    """Judge a quantity by the fact that it is of, if that is known."""
    return held(quantity.text, fact, lambda fact: agrees(fact, quantity))


def _fits(value: float, quantity: Quantity) -> bool:
    numbers, about = quantity.numbers, quantity.about
    if quantity.form is Form.RANGE:
        low, high = numbers[0], numbers[-1]
        inside = low.value <= value <= high.value
        return inside or equals(value, low, about) or equals(value, high, about)
    if quantity.form is not Form.SINGLE:
        return any(equals(value, number, about) for number in numbers)
    number = numbers[0]
    match quantity.relation:
        case Relation.MORE:
            return value > number.value
        case Relation.AT_LEAST:
            return value >= number.value or (about and equals(value, number, about))
        case Relation.LESS:
            return value < number.value
        case Relation.AT_MOST:
            return value <= number.value or (about and equals(value, number, about))
    return equals(value, number, about)
