"""Numbers are read with their unit, their precision, and the words around them."""

import pytest

from core.report.check.quantities import Form, Quantity, Relation, read_quantities
from core.report.check.sentences import plain


def the_one_in(text: str) -> Quantity:
    _, quantities = read_quantities(plain(text))
    (quantity,) = quantities
    return quantity


@pytest.mark.parametrize(
    ("text", "value", "place", "unit"),
    [
        ("3.2 cm", 32, 1, "mm"),
        ("a 58-mm mass", 58, 1, "mm"),
        ("1,462 mL", 1462, 1, "mL"),
        ("1,5 cm", 15, 1, "mm"),
        ("1.5 litres", 1500, 100, "mL"),
        ("26 cm³", 26, 1, "mL"),
        ("two centimeters", 20, 10, "mm"),
        ("−34 HU", -34, 1, "HU"),
        ("1.6 out of every 100 parts", 1.6, 0.1, "%"),
        ("a quarter of the map", 25, 1, "%"),
        ("148 axial slices", 148, 1, "slices"),
    ],
)
def test_a_number_comes_in_the_unit_of_facts(
    text: str, value: float, place: float, unit: str
) -> None:
    quantity = the_one_in(text)
    (number,) = quantity.numbers
    assert number.value == pytest.approx(value)
    assert number.place == pytest.approx(place)
    assert quantity.unit == unit


@pytest.mark.parametrize(
    ("text", "form", "values"),
    [
        ("3.2 x 2.1 cm", Form.DIMENSIONS, [32, 21]),
        ("32 mm × 21 mm", Form.DIMENSIONS, [32, 21]),
        ("36, 24 and 13 mm", Form.LIST, [36, 24, 13]),
        ("1.3–3.6 cm", Form.RANGE, [13, 36]),
        ("between 5 and 6 cm", Form.RANGE, [50, 60]),
    ],
)
def test_several_numbers_share_a_unit(text: str, form: Form, values: list[float]) -> None:
    quantity = the_one_in(text)
    assert quantity.form is form
    assert [number.value for number in quantity.numbers] == pytest.approx(values)


@pytest.mark.parametrize(
    ("text", "relation", "about"),
    [
        ("it is larger than 5 cm", Relation.MORE, False),
        ("it does not exceed 5 cm", Relation.AT_MOST, False),
        ("no larger than about 5 cm", Relation.AT_MOST, True),
        ("at least 5 cm", Relation.AT_LEAST, False),
        ("5 cm or more", Relation.AT_LEAST, False),
        ("≤ 5 cm", Relation.AT_MOST, False),
        ("up to 5 cm", Relation.UP_TO, False),
        ("~5 cm", Relation.EQUAL, True),
    ],
)
def test_words_around_a_number_compare(text: str, relation: Relation, about: bool) -> None:
    quantity = the_one_in(text)
    assert (quantity.relation, quantity.about) == (relation, about)


def test_numbers_that_name_something_measure_nothing() -> None:
    text, quantities = read_quantities(plain("Lesion 2 on slice 58, segments 7/8: 24 mm"))
    assert [quantity.text for quantity in quantities] == ["24 mm"]
    assert "lesion 2 on slice 58" in text
