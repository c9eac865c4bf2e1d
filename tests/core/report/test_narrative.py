"""The text of a report."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.quality import QualityFinding, Severity
from core.report.check import Verdict, check_sentence
from core.report.fact import Facts
from core.report.facts import ExplanationSummary, collect_facts
from core.report.followup import compare_studies
from core.report.narrative import write_narrative
from core.report.text import Edition, Narrative
from core.study import Examined
from tests.core.report.studies import (
    SEVEN,
    Ball,
    doubt_of,
    from_labels,
    header,
    judged,
    of_two_shapes,
    read,
    study,
)

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
REMARK = QualityFinding("thick-slices", Severity.WARNING, "The slices are 6.0 mm apart.", "Look.")
ONE: tuple[Ball, ...] = (((30, 0, 0), 14),)
EARLIER: tuple[Ball, ...] = (
    ((30, 0, 0), 9),
    ((-30, 10, 0), 12),
    ((0, -35, 20), 8),
    ((0, 0, 45), 6),
)
EMPTY = from_labels(np.zeros((8, 8, 8), np.uint8))


def everything_of(drawn: Examined, earlier: Examined | None = None) -> Facts:
    return collect_facts(
        drawn.volume,
        (REMARK,),
        drawn.segmentation,
        drawn.findings,
        doubt=doubt_of(drawn),
        explanation=ExplanationSummary("SHAP", 0.625, 0.3, 0.075, 30),
        earlier=None if earlier is None else compare_studies(drawn, earlier),
    )


def facts_of(drawn: Examined, earlier: Examined | None = None) -> Facts:
    compared = None if earlier is None else compare_studies(drawn, earlier)
    return collect_facts(drawn.volume, (), drawn.segmentation, drawn.findings, earlier=compared)


def text_of(narrative: Narrative) -> str:
    return " ".join(section.text for section in narrative.sections)


def told(
    drawn: Examined, edition: Edition = Edition.CLINICAL, earlier: Examined | None = None
) -> str:
    return text_of(write_narrative(facts_of(drawn, earlier), edition))


def assert_every_number_is_a_fact(facts: Facts, edition: Edition) -> None:
    for sentence in write_narrative(facts, edition).sentences:
        assert sentence.facts, sentence.text
        shown = {
            number for fact_id in sentence.facts for number in NUMBER.findall(facts[fact_id].shown)
        }
        assert set(NUMBER.findall(sentence.text)) <= shown, sentence.text
        assert sentence.text[0].isupper() or sentence.text[0].isdigit()
        assert sentence.text.endswith(".")
        assert "  " not in sentence.text
        assert "{" not in sentence.text
        assert "–" not in sentence.text.replace("None", "") or NUMBER.search(sentence.text)


balls = st.tuples(st.tuples(*[st.integers(-45, 45)] * 3), st.integers(2, 16))


@pytest.mark.parametrize("edition", Edition)
@settings(max_examples=8)
@given(now=st.lists(balls, max_size=8), earlier=st.lists(balls, max_size=4))
def test_every_number_in_every_sentence_is_one_of_its_facts(
    edition: Edition, now: list[Ball], earlier: list[Ball]
) -> None:
    facts = everything_of(study(*now), study(*earlier, name="earlier", moved=(4, 2, 0)))
    assert_every_number_is_a_fact(facts, edition)


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize(
    "drawn",
    [
        study(),
        study(*ONE),
        study(*SEVEN),
        EMPTY,
        from_labels(study().segmentation.labels * 2),
        judged(study(*SEVEN)),
        read(study(*SEVEN), rejected=2, confirmed=1),
        read(study(*ONE), rejected=1),
    ],
    ids=["none", "one", "seven", "no liver", "all lesion", "judged", "read", "none left"],
)
def test_so_it_is_without_an_earlier_study(edition: Edition, drawn: Examined) -> None:
    assert_every_number_is_a_fact(everything_of(drawn), edition)
    assert_every_number_is_a_fact(facts_of(drawn), edition)


@pytest.mark.parametrize("edition", Edition)
def test_the_same_facts_give_the_same_text(edition: Edition) -> None:
    facts = everything_of(study(*SEVEN), study(*EARLIER, name="earlier"))
    again = everything_of(study(*SEVEN), study(*EARLIER, name="earlier"))
    assert write_narrative(facts, edition) == write_narrative(again, edition)


def test_sections_follow_the_order_of_radiology_reports() -> None:
    facts = everything_of(study(*SEVEN), study(*EARLIER, name="earlier"))
    titles = [section.title for section in write_narrative(facts, Edition.CLINICAL).sections]
    assert titles == [
        "Technique",
        "Comparison",
        "Findings: liver",
        "Findings: lesions",
        "Findings: change since the earlier study",
        "Impression",
        "Limitations",
    ]


@pytest.mark.parametrize("edition", Edition)
@pytest.mark.parametrize(
    "drawn",
    [
        study(),
        study(*ONE),
        study(*SEVEN),
        judged(study(*SEVEN)),
        read(study(*SEVEN), rejected=2, confirmed=1),
        read(study(*ONE), rejected=1),
        read(read(study(*SEVEN), rejected=1), rejected=2),
    ],
    ids=["none", "one", "seven", "judged", "read", "none left", "two rejected"],
)
def test_the_check_of_sentences_contradicts_none_of_ours(edition: Edition, drawn: Examined) -> None:
    facts = everything_of(drawn, study(*EARLIER, name="earlier"))
    for sentence in write_narrative(facts, edition).sentences:
        checked = check_sentence(sentence.text, facts)
        assert checked.verdict is not Verdict.CONTRADICTED, sentence.text


def test_what_a_reader_rejected_is_told_and_counted_nowhere() -> None:
    text = told(read(study(*SEVEN), rejected=1, confirmed=2))
    assert "a reader then decided on single lesions" in text
    assert "The reader rejected what the networks had called a lesion of 29.7 mm" in text
    assert "Six lesions were called" in text or "6 lesions were called" in text
    assert "The reader confirmed lesion 1." in text
    left = told(read(study(*ONE), rejected=1))
    assert "No lesion is left" in left
    assert "networks alone" not in left


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("One lesion was rejected.", Verdict.SUPPORTED),
        ("One lesion was rejected by the reader.", Verdict.SUPPORTED),
        ("Two lesions were rejected by the reader.", Verdict.CONTRADICTED),
        ("A rejected lesion measured 30 mm.", Verdict.SUPPORTED),
        ("The rejected region was the stomach.", Verdict.UNSUPPORTED),
        ("The reader confirmed lesion 1.", Verdict.SUPPORTED),
        ("The reader confirmed lesion 2.", Verdict.CONTRADICTED),
    ],
)
def test_sentences_about_decisions_are_held_against_them(said: str, verdict: Verdict) -> None:
    facts = facts_of(read(study(*SEVEN), rejected=1, confirmed=2))
    assert check_sentence(said, facts).verdict is verdict


def test_how_likely_a_lesion_is_real_is_told_and_checked() -> None:
    drawn = judged(study(*ONE))
    facts = facts_of(drawn)
    assert "lesion 1 is real with a probability of 83 %" in told(drawn)
    assert "real" not in told(study(*ONE))
    for said, verdict in (
        ("Lesion 1 is real with a probability of 83 %.", Verdict.SUPPORTED),
        ("Lesion 1 is real with a probability of 30 %.", Verdict.CONTRADICTED),
        ("The networks' mean probability over lesion 1 is 80 %.", Verdict.SUPPORTED),
        ("The networks' mean probability over lesion 1 is 83 %.", Verdict.CONTRADICTED),
    ):
        assert check_sentence(said, facts).verdict is verdict, said


def test_the_share_of_the_liver_has_a_range_by_errors_seen_elsewhere() -> None:
    facts = facts_of(judged(study(*ONE)))
    burden = facts.number("tumor.burden")
    low, high = (float(end) for end in NUMBER.findall(facts["tumor.burden_range"].shown))
    assert burden is not None
    assert low < burden < high
    assert facts["tumor.burden_range"].shown in told(judged(study(*ONE)))
    assert "tumor.burden_range" not in facts_of(study(*ONE))


def test_a_sentence_about_one_lesion_leads_to_it() -> None:
    facts = facts_of(study(*SEVEN))
    found = [
        sentence
        for sentence in write_narrative(facts, Edition.CLINICAL).sentences
        if sentence.text.startswith("Lesion 2 measures")
    ]
    assert len(found) == 1
    assert found[0].lesion == 2
    assert found[0].axial_slice == facts["lesion.2.volume"].axial_slice


@pytest.mark.parametrize(
    ("lesions", "said"),
    [
        ((), "No lesion was called at a tumor threshold of 0.50."),
        (ONE, "One lesion was called at a tumor threshold of 0.50;"),
        (SEVEN[:2], "2 lesions were called at a tumor threshold of 0.50:"),
        (SEVEN[:6], "One further lesion measures"),
        (SEVEN, "The other 2 lesions measure up to"),
    ],
    ids=["0", "1", "2", "6", "7"],
)
def test_counts_are_told_in_correct_grammar(lesions: tuple[Ball, ...], said: str) -> None:
    assert said in told(study(*lesions))


def test_five_lesions_are_described_and_the_others_summed_up() -> None:
    text = told(study(*SEVEN))
    assert "Lesion 5 measures" in text
    assert "Lesion 6" not in text
    assert "The five largest by volume" in text
    assert "The five largest" not in told(study(*SEVEN[:5]))


@pytest.mark.parametrize("edition", Edition)
def test_a_liver_without_lesions_is_never_called_free_of_tumor(edition: Edition) -> None:
    text = told(study(), edition).lower()
    assert re.search(r"no (?:lesion was called|spot)", text)
    assert not re.search(r"no (?:tumor|cancer|lesion) is|free of|normal liver|healthy", text)
    assert re.search(r"does not rule|can miss", text)


@pytest.mark.parametrize("edition", Edition)
def test_a_scan_without_liver_has_a_report_too(edition: Edition) -> None:
    narrative = write_narrative(facts_of(EMPTY), edition)
    assert "no liver" in text_of(narrative).lower()
    assert len(narrative.sections) == 5


def test_part_of_a_liver_is_held_against_no_range() -> None:
    labels = np.ascontiguousarray(study().segmentation.labels[:, :, 20:])
    text = told(from_labels(labels))
    assert "The liver is cut off at the lowest slice" in text
    assert "published range of" not in text


@pytest.mark.parametrize(
    ("hu", "said"), [(60, "darker than"), (140, "brighter than"), (100, "as bright as")]
)
def test_lesions_are_compared_with_the_liver(hu: int, said: str) -> None:
    assert said in told(study(*ONE, lesion_hu=hu))
    assert said in told(study(*ONE, lesion_hu=hu), Edition.PLAIN)


def test_lobe_and_slices_are_told_as_far_as_they_are_known() -> None:
    assert re.search(r"slices \d+–\d+; approximately the right lobe", told(study(*ONE)))
    single = told(study(((-10, 0, 0.75), 1.6)))
    assert re.search(r"\(slice 32 alone; lobe not determined\)", single)


def test_thickness_is_told_where_it_is_not_the_distance() -> None:
    assert "thickness of 5.00 mm" in told(study(headers=[header(SliceThickness=5)]))
    assert "thickness of" not in told(study(headers=[header(SliceThickness=2.5)]))


def test_synthetic_scan_shows_no_patient() -> None:
    drawn = study()
    synthetic = replace(drawn, volume=replace(drawn.volume, synthetic=True))
    assert "The scan is synthetic and shows no patient." in told(synthetic)


def test_every_change_is_told_with_both_sizes_and_none_is_made_up() -> None:
    text = told(study(*SEVEN), earlier=study(*EARLIER, name="earlier"))
    assert re.search(
        r"Lesion 1 is larger than before: 2\d\.\d mm after 1\d\.\d mm \(change 5\d\.\d %\)", text
    )
    assert "Lesion 2 shows no change beyond the measurement's uncertainty" in text
    assert re.search(r"Lesion 3 \(\d+\.\d mm\) is new", text)
    assert "Of all lesions: larger" in text
    assert "RECIST 1.1 sum of diameters" in text
    assert "It is no RECIST sum" not in text
    assert "The liver shows no change of volume" in text


def test_unchanged_sum_is_within_uncertainty_and_a_broken_rule_is_named() -> None:
    text = told(study(*ONE), earlier=study(*ONE, name="earlier", threshold=0.3))
    assert "Sum of the largest diameters: " in text
    assert "That change lies within the measurement's uncertainty." in text
    assert "It is no RECIST sum: the two studies were segmented with different settings." in text
    assert "It was segmented with other settings" in text


@pytest.mark.parametrize(
    ("now", "earlier", "said"),
    [
        ((), (), "No lesion was called in either study."),
        (ONE, (), "No lesion was called in the earlier study."),
        ((), ONE, r"One lesion of the earlier study, then 2\d\.\d mm, is no longer called\."),
        (
            (),
            SEVEN[:3],
            r"3 lesions of the earlier study, then up to 2\d\.\d mm, are no longer called\.",
        ),
        ((((20, 0, 0), 18),), (((20, 10, 0), 7), ((20, -10, 0), 6)), "has merged with another."),
        ((((20, 9, 0), 6), ((20, -9, 0), 5)), (((20, 0, 0), 16),), "was part of a larger lesion"),
    ],
    ids=["neither", "first", "gone", "all gone", "merged", "split"],
)
def test_what_became_of_lesions_is_told_in_correct_grammar(
    now: tuple[Ball, ...], earlier: tuple[Ball, ...], said: str
) -> None:
    assert re.search(said, told(study(*now), earlier=study(*earlier, name="earlier")))


@pytest.mark.parametrize(
    ("date", "said"),
    [
        ("20240302", "on the same day"),
        ("20240301", "on the day before"),
        ("20240201", "30 days before"),
    ],
)
def test_time_since_the_earlier_study_is_told(date: str, said: str) -> None:
    now = study(headers=[header(StudyDate="20240302")])
    earlier = study(name="earlier", headers=[header(StudyDate=date)])
    assert said in told(now, earlier=earlier)


def test_doubtful_lesions_are_named_and_sure_ones_are_not() -> None:
    drawn = study(*ONE)
    assert "answers on lesion 1 spread by 0.20" in text_of(
        write_narrative(everything_of(drawn), Edition.CLINICAL)
    )
    sure = collect_facts(
        drawn.volume, (), drawn.segmentation, drawn.findings, doubt=doubt_of(drawn, 0.02)
    )
    assert "doubtful" not in text_of(write_narrative(sure, Edition.CLINICAL))


@pytest.mark.parametrize("edition", Edition)
def test_a_liver_of_another_shape_raises_the_question_whose_it_is(edition: Edition) -> None:
    now, earlier = of_two_shapes()
    facts = collect_facts(
        now.volume,
        (),
        now.segmentation,
        now.findings,
        earlier=compare_studies(now, earlier, insist=True),
    )
    text = text_of(write_narrative(facts, edition))
    assert re.search(r"check that both scans are of one patient|may not be of one person", text)
    assert "RECIST" not in text
    fitting = told(study(), edition, study(name="earlier", moved=(4, 0, 0)))
    assert not re.search("of one patient|of one person", fitting)
