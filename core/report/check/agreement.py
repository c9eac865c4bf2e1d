"""Whether a fact agrees with a quantity.

A number agrees with a fact that rounds to it at the number's own precision: 3.2 cm with
32.4 mm, not with 32.6 mm. What a fact shows counts like what it is, so that rounding the shown
number is no error. A word such as “about” lets the number be a tenth of the fact away.
"""

from core.report.check.quantities import Form, Number, Quantity, Relation
from core.report.fact import Fact

ABOUT_SHARE = 0.1
SMALLEST = 1e-9


def number_of(fact: Fact) -> float | None:
    """Value of a fact, if it is a number."""
    if isinstance(fact.value, bool) or not isinstance(fact.value, int | float):
        return None
    return float(fact.value)


def values_of(fact: Fact) -> tuple[float, ...]:
    """Value of a fact and the one that it shows; empty if it is no number."""
    value = number_of(fact)
    return () if value is None else (value, round(value, fact.digits))


def equals(value: float, number: Number, about: bool) -> bool:
    """Whether `value` rounds to `number`, or is near it if that is all that is said."""
    reach = max(number.place / 2, ABOUT_SHARE * abs(value) if about else 0.0)
    return abs(value - number.value) <= reach + SMALLEST * max(1.0, abs(value))


def agrees(fact: Fact, quantity: Quantity) -> bool | None:
    """Whether `fact`, a number in the quantity's unit, agrees with it; None if unknown."""
    values = values_of(fact)
    if not values:
        return None
    return any(_fits(value, quantity) for value in values)


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
