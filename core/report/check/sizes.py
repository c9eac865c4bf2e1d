"""What quantities say of one lesion: diameters, volume, density, confidence."""

import re

from core.report.check.agreement import agrees, equals, number_of, values_of
from core.report.check.clauses import MARK
from core.report.check.evidence import find
from core.report.check.predicates import Predicate
from core.report.check.quantities import Form, Number, Quantity
from core.report.check.words import finder
from core.report.fact import Fact, Facts

SHORT = re.compile(
    r"\b(?:short(?:est)?|smallest) (?:axis|diameter)|\bwidth\b|\bperpendicular\b|\bright angles\b"
)
DIFFERENCE = re.compile(r"\b(?:difference|differs?|contrast)\b[\w ]*$")
DIFFERENT = re.compile(
    r"^\s*(?:darker|brighter|denser|less dense|lower|higher|below|above|less than the)\b"
)
SURE = finder("confiden*, certain*, sure, probabilit*, likelihood")
DISTANCE = re.compile(r"\b(?:from the|away|apart|distance|deep|distant)\b")


def quantity_predicate(quantity: Quantity, text: str, words: str, facts: Facts) -> Predicate | None:
    """Hold a quantity against the facts of a lesion; None if none is of that kind.

    Parameters
    ----------
    text, words : what stands next to it, and all that was said of the lesion.
    """
    name = {"mm": "longest_diameter", "mL": "volume", "HU": "mean_hu", "%": "confidence"}.get(
        quantity.unit
    )
    if name is None or (quantity.unit == "mm" and DISTANCE.search(text)):
        return None
    if name == "confidence" and not SURE.search(f"{words} {text}"):
        return None
    if quantity.form is Form.CONTRAST:
        return _against_liver(quantity, facts)
    if name == "longest_diameter" and quantity.form is Form.DIMENSIONS:
        return _dimensions(quantity, facts)
    if name == "longest_diameter" and SHORT.search(text):
        name = "short_diameter"
    if name == "mean_hu" and _is_difference(quantity, text):
        name = "contrast_hu"

    def fact_of(number: int) -> Fact | None:
        return find(facts, f"lesion.{number}.{name}")

    def holds(number: int) -> bool | None:
        fact = fact_of(number)
        if fact is None:
            return None
        value = number_of(fact)
        if name == "contrast_hu" and value is not None and value < 0 < quantity.numbers[0].value:
            fact = Fact(fact.id, fact.label, -value, fact.unit, fact.digits)
        return agrees(fact, quantity)

    return Predicate(quantity.text, holds, fact_of)


def _is_difference(quantity: Quantity, text: str) -> bool:
    """Whether HU tell how much a lesion differs from the liver, by the words next to them."""
    if quantity.numbers[0].value < 0:
        return True
    parts = MARK.split(text)
    places = range(2, len(parts), 2)
    return any(DIFFERENT.search(parts[at]) or DIFFERENCE.search(parts[at - 2]) for at in places)


def _against_liver(quantity: Quantity, facts: Facts) -> Predicate:
    """Hold “38 versus 54 HU” against the lesion first and the liver second."""

    def fact_of(number: int) -> Fact | None:
        return find(facts, f"lesion.{number}.mean_hu")

    def holds(number: int) -> bool | None:
        pair = fact_of(number), find(facts, "liver.mean_hu")
        if quantity.unit != "HU" or None in pair:
            return None
        both = zip(pair, quantity.numbers, strict=False)
        return all(_is(fact, said, quantity.about) for fact, said in both if fact)

    return Predicate(quantity.text, holds, fact_of)


def _dimensions(quantity: Quantity, facts: Facts) -> Predicate:
    """Hold two diameters, in either order, against the longest and the one across it."""

    def fact_of(number: int) -> Fact | None:
        long = find(facts, f"lesion.{number}.longest_diameter")
        if long and any(_is(long, number, quantity.about) for number in quantity.numbers):
            return find(facts, f"lesion.{number}.short_diameter")
        return long

    def holds(number: int) -> bool | None:
        names = ("longest_diameter", "short_diameter")
        known = [find(facts, f"lesion.{number}.{name}") for name in names]
        numbers = list(quantity.numbers)
        for fact in known:
            if fact is None:
                return None
            match = next((n for n in numbers if _is(fact, n, quantity.about)), None)
            if match is None:
                return False
            numbers.remove(match)
        # A third dimension is not measured.
        return None if numbers else True

    return Predicate(quantity.text, holds, fact_of)


def _is(fact: Fact, number: Number, about: bool) -> bool:
    return any(equals(value, number, about) for value in values_of(fact))
