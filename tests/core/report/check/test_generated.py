"""Sentences made of facts are supported, and a falsehood in them is found."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.report.check import Verdict, check_sentence
from core.report.check.words import NUMBER_WORDS
from core.report.fact import Facts
from tests.core.report.check.cases import fact, lesion, liver, tumors

FEW = settings(max_examples=60)
LENGTHS = {"mm": (1.0, 1), "cm": (10.0, 2), "millimeters": (1.0, 0), "centimetres": (10.0, 1)}
VOLUMES = {"mL": (1.0, 0), "cc": (1.0, 1), "cm³": (1.0, 0), "L": (1000.0, 2), "litres": (1000.0, 3)}
OF_LESION = (
    "The lesion measures {}.",
    "A {} mass is seen in the liver.",
    "There is one lesion with a longest diameter of {}.",
    "The largest lesion is {} across.",
    "Lesion 1 measures {}.",
    "The tumor is approximately {} in size.",
)
OF_LIVER = (
    "The liver measures {}.",
    "Liver volume: {}",
    "The liver has a volume of about {}.",
    "The volume of your liver is {}.",
)
PRESENCE = (
    "A focal lesion is {}seen.",
    "A liver tumor is {}visible.",
    "There is {}a lesion in the liver.",
    "A mass was {}detected in the liver.",
)
units = st.sampled_from
factors = st.one_of(st.floats(0.3, 0.85), st.floats(1.15, 3.0))


def facts_with(length: float = 30.0, volume: float = 1500.0) -> Facts:
    return Facts(
        (
            *liver(volume, 100.0, "within the published range"),
            *tumors(1, 20.0, 1.3),
            *lesion(1, 50, longest_diameter=length, short_diameter=length / 2, volume=20.0),
            fact("largest.longest_diameter", length, "mm"),
        )
    )


def verdict(text: str, facts: Facts) -> Verdict:
    return check_sentence(text, facts).verdict


def written(value: float, factor: float, digits: int, unit: str) -> str:
    return f"{value / factor:,.{digits}f} {unit}"


@FEW
@given(st.floats(12, 150), units(list(LENGTHS)), units(OF_LESION))
def test_a_diameter_is_supported_in_any_unit(length: float, unit: str, sentence: str) -> None:
    text = sentence.format(written(length, *LENGTHS[unit], unit))
    assert verdict(text, facts_with(length=length)) is Verdict.SUPPORTED, text


@FEW
@given(st.floats(12, 150), factors, units(list(LENGTHS)), units(OF_LESION))
def test_a_diameter_that_is_wrong_is_contradicted(
    length: float, wrong: float, unit: str, sentence: str
) -> None:
    factor, digits = LENGTHS[unit]
    assume(abs(length * wrong - length) > factor * 10**-digits)
    text = sentence.format(written(length * wrong, factor, digits, unit))
    assert verdict(text, facts_with(length=length)) is Verdict.CONTRADICTED, text


@FEW
@given(st.floats(600, 3000), units(list(VOLUMES)), units(OF_LIVER))
def test_a_volume_is_supported_in_any_unit(volume: float, unit: str, sentence: str) -> None:
    text = sentence.format(written(volume, *VOLUMES[unit], unit))
    assert verdict(text, facts_with(volume=volume)) is Verdict.SUPPORTED, text


@FEW
@given(st.floats(600, 3000), factors, units(list(VOLUMES)), units(OF_LIVER))
def test_a_volume_that_is_wrong_is_contradicted(
    volume: float, wrong: float, unit: str, sentence: str
) -> None:
    text = sentence.format(written(volume * wrong, *VOLUMES[unit], unit))
    assert verdict(text, facts_with(volume=volume)) is Verdict.CONTRADICTED, text


@FEW
@given(units(PRESENCE), st.booleans(), st.booleans())
def test_not_turns_presence_around(sentence: str, denied: bool, there: bool) -> None:
    facts = facts_with() if there else Facts(tumors(0, 0.0, 0.0))
    right = denied != there
    text = sentence.format("not " if denied else "")
    assert verdict(text, facts) is (Verdict.SUPPORTED if right else Verdict.CONTRADICTED), text


@FEW
@given(st.integers(0, 12), st.integers(0, 12), st.booleans())
def test_a_count_is_right_or_wrong(there: int, said: int, in_words: bool) -> None:
    words = ["no", *list(NUMBER_WORDS)[1:]]
    number = words[said] if in_words else str(said)
    text = f"{number.capitalize()} lesion{'s' * (said != 1)} were called."
    expected = Verdict.SUPPORTED if there == said else Verdict.CONTRADICTED
    assert verdict(text, Facts(tumors(there, 1.0, 1.0))) is expected, text


@FEW
@given(st.text(max_size=80))
def test_any_text_gets_a_verdict_and_a_reason(text: str) -> None:
    checked = check_sentence(text, facts_with())
    assert checked.reason
    assert checked.claims
