"""The words of a report."""

import re

import pytest

from core.report.fact_kind import FactKind
from core.report.narrative import write_narrative
from core.report.narrative.teller import NAMED
from core.report.phrases import PHRASES
from core.report.text import Edition
from tests.core.report.studies import SEVEN, study
from tests.core.report.test_narrative import everything_of

DIAGNOSES = r"\b(?:malignant|benign|metastas[ei]s|carcinoma|cirrhosis|suspicious|normal)\b"
WORD, VOWELS = re.compile(r"[A-Za-z]+"), re.compile(r"[aeiouy]+")


@pytest.mark.parametrize("edition", Edition)
def test_no_phrase_has_a_number_of_its_own(edition: Edition) -> None:
    for key, phrase in PHRASES[edition].items():
        assert not re.search(r"\d", re.sub(r"\{[^}]*\}", "", phrase)), key


@pytest.mark.parametrize("edition", Edition)
def test_phrases_show_known_kinds_of_facts(edition: Edition) -> None:
    phrases = " ".join(PHRASES[edition].values())
    named = {re.sub(r"\.\d+", ".#", one[2]) for one in NAMED.finditer(phrases)}
    assert named - set(FactKind) == set()
    assert FactKind.LIVER_VOLUME in named


@pytest.mark.parametrize("edition", Edition)
def test_no_phrase_diagnoses(edition: Edition) -> None:
    for key, phrase in PHRASES[edition].items():
        if not key.startswith("cannot."):
            assert not re.search(DIAGNOSES, phrase.lower()), key


def test_plain_edition_has_no_key_that_is_never_used() -> None:
    """What only it says explains a unit, a word, or where to turn."""
    extra = PHRASES[Edition.PLAIN].keys() - PHRASES[Edition.CLINICAL].keys()
    assert extra == {
        "explain.ml",
        "explain.hu",
        "explain.mm",
        "explain.spot",
        "liver.size_matters",
        "impression.doctor",
    }


def test_plain_edition_reads_easily() -> None:
    """Flesch-Kincaid grade (Kincaid et al. 1975), vowel groups for syllables: grade 8 and below."""
    facts = everything_of(study(*SEVEN), study(*SEVEN[:3], name="earlier"))
    grades = {}
    for edition in Edition:
        sentences = [sentence.text for sentence in write_narrative(facts, edition).sentences]
        words = [word.lower() for text in sentences for word in WORD.findall(text)]
        syllables = sum(max(1, len(VOWELS.findall(word.removesuffix("e")))) for word in words)
        grades[edition] = 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
    assert grades[Edition.PLAIN] < 8
    assert grades[Edition.PLAIN] < grades[Edition.CLINICAL] - 2


@pytest.mark.parametrize("edition", Edition)
def test_every_report_says_that_it_is_no_diagnosis(edition: Edition) -> None:
    (impression,) = (
        section
        for section in write_narrative(everything_of(study()), edition).sections
        if section.title == PHRASES[edition]["section.impression"]
    )
    assert "research and teaching" in impression.text
    assert "not a diagnosis" in impression.text
