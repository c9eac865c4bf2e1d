"""Whole reports: false sentences go, and empty ones gain nothing by their tone."""

import pytest

from core.report.check import Verdict, check_sentence, check_text
from core.report.entering import enter
from core.report.facts import collect_facts
from core.report.followup import compare_studies
from core.report.narrative import write_narrative
from core.report.text import Edition
from tests.core.report.check.cases import EARLIER, NONE, ONE, THREE
from tests.core.report.studies import SEVEN, doubt_of, study

TRUE = (
    "The liver measures 1,617 mL, which is normal.",
    "Three lesions were called.",
    "Together they take up 25.8 mL, or 1.6 % of the liver.",
    "Lesion 1 measures 36 × 29 mm and lies in the upper third of the liver.",
    "It has a mean density of 62 HU.",
    "The smallest lesion lies in the left lobe.",
    "No lesion is larger than 4 cm.",
)
FALSE = (
    "Lesion 2 measures 42 mm.",
    "There are no lesions in the left lobe.",
    "The liver is enlarged.",
)
# Told in our own words: what a picture-reading model writes of a composite of slice, masks and map.
WITHOUT_NUMBERS = """
The image is a composite based on an axial CT slice at the level of the liver.
In the segmentation, the green region is the liver and the red region is the tumor.
The liver appears to have a mostly homogeneous texture with smooth margins.
The SHAP map highlights regions of high importance around the tumor, which suggests that the model
relies on meaningful features.
These observations are consistent with a hepatic malignancy such as hepatocellular carcinoma.
Clinical correlation and further evaluation with contrast-enhanced imaging or biopsy are
recommended.
Overall, the visualization provides valuable insight into the decision of the model.
"""


def test_a_report_with_three_falsehoods_loses_exactly_those() -> None:
    text = " ".join([*TRUE[:3], FALSE[0], *TRUE[3:5], FALSE[1], *TRUE[5:], FALSE[2]])
    kept = enter(text, THREE, ()).sentences
    assert tuple(sentence.text for sentence in kept) == TRUE
    assert not any(sentence.mark for sentence in kept)


def test_a_report_that_names_no_number_has_almost_nothing_supported() -> None:
    checked = check_text(WITHOUT_NUMBERS, ONE)
    supported = [one.text for one in checked if one.verdict is Verdict.SUPPORTED]
    assert len(checked) == 7
    assert len(supported) <= 1
    assert all("CT slice" in text for text in supported)
    assert not any(one.verdict is Verdict.CONTRADICTED for one in checked)


def test_a_kept_falsehood_is_marked() -> None:
    said = "Lesion 2 measures 42 mm. Biopsy is advised."
    kept = enter(said, THREE, (), kept=("Lesion 2 measures 42 mm.",)).sentences
    assert [sentence.mark for sentence in kept] == [
        "contradicts the measurements",
        "not supported by the measurements",
    ]
    assert kept[0].lesion == 2


def test_reasons_name_the_fact_with_its_value() -> None:
    checked = check_sentence("The largest lesion measures 4.4 cm.", THREE)
    assert checked.reason == (
        "It says “4.4 cm”. The facts say “longest diameter of lesion 1: 36 mm”."
    )
    assert checked.facts == ("lesion.1.longest_diameter",)


def test_reasons_spell_units_as_units_are_spelled() -> None:
    checked = check_sentence("The liver volume is 1.9 l.", THREE)
    assert checked.reason == "It says “1.9 L”. The facts say “liver volume: 1,617 mL”."


def test_what_cannot_be_assessed_may_be_said_so() -> None:
    said = "The LI-RADS category cannot be assessed."
    assert check_sentence(said, EARLIER).verdict is Verdict.SUPPORTED
    assert check_sentence("LI-RADS 4.", EARLIER).verdict is Verdict.UNSUPPORTED


def test_it_means_what_the_sentence_before_was_about() -> None:
    right, wrong = check_text("Lesion 2 lies on the right. It measures 36 mm.", THREE)
    assert (right.verdict, wrong.verdict) == (Verdict.SUPPORTED, Verdict.CONTRADICTED)
    assert "24 mm" in wrong.reason


def test_a_word_that_the_check_does_not_know_is_not_let_through() -> None:
    checked = check_sentence("A lesion shaped like a starfish is seen.", ONE)
    assert checked.verdict is Verdict.UNSUPPORTED


@pytest.mark.parametrize("text", ["", "   ", "?!", "Is there a lesion?", "Three.", "mm"])
def test_what_states_nothing_is_unsupported(text: str) -> None:
    assert check_sentence(text, NONE).verdict is Verdict.UNSUPPORTED


def test_a_text_that_never_ends_is_not_read() -> None:
    (checked,) = check_text("the lesion and the liver " * 2000, ONE)
    assert checked.verdict is Verdict.UNSUPPORTED
    assert "too long" in checked.reason


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize("lesions", [(), SEVEN[:1], SEVEN], ids=["none", "one", "seven"])
def test_our_own_reports_never_contradict_their_facts(
    edition: Edition, lesions: tuple[tuple[tuple[float, float, float], float], ...]
) -> None:
    now, before = study(*lesions), study(*SEVEN[:2], name="earlier")
    facts = collect_facts(
        now.volume,
        (),
        now.segmentation,
        now.findings,
        doubt=doubt_of(now),
        earlier=compare_studies(now, before),
    )
    written = write_narrative(facts, edition)
    for section in written.sections:
        alone = check_text(section.text, facts)
        assert not [one for one in alone if one.verdict is Verdict.CONTRADICTED]
        known = check_text(section.text, facts, written.sentences)
        assert {one.verdict for one in known} == {Verdict.SUPPORTED}
