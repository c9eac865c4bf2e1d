"""Texts on their way to a report: edited, checked, kept, and held against an earlier study."""

import io
import re
from pathlib import Path

import docx
import pytest
from PIL import Image

from core.errors import HepatoScopeError
from core.report.check import Verdict
from core.report.composite import OKABE_ITO, Picture
from core.report.document import Report, provenance_of
from core.report.draft import Draft, draft_of_facts
from core.report.earlier import PackedStudy
from core.report.editing import review
from core.report.facts import collect_facts
from core.report.followup import compare_studies
from core.report.formats import FORMATS, Format, format_of
from core.report.screen import on_screen, slice_on_screen
from core.report.text import Edition, Sentence
from tests.core.report.reports import WRITTEN, small_picture
from tests.core.report.studies import SEVEN, study

DRAWN = study(*SEVEN)
FACTS = collect_facts(DRAWN.volume, (), DRAWN.segmentation, DRAWN.findings)
PLANTED = ("There are 9 lesions.", "Lesion 1 measures 90 mm.", "The liver has a volume of 800 mL.")


def written(edits: dict[str, str], kept: tuple[str, ...] = ()) -> Draft:
    return draft_of_facts(FACTS, Edition.CLINICAL, edits, kept)


def texts(draft: Draft) -> list[str]:
    return [sentence.text for sentence in draft.narrative.sentences]


OURS = written({})
(IMPRESSION,) = (part for part in OURS.parts if part.title == "Impression")


def test_text_that_nobody_touched_keeps_its_facts_and_is_not_checked() -> None:
    again = written({part.title: part.text for part in OURS.parts})
    assert again.narrative == OURS.narrative
    assert again.narrative.writer == "facts"
    assert not again.all_checked


def test_planted_falsehoods_stay_out_and_nothing_else_does() -> None:
    edited = written({"Impression": f"{PLANTED[0]} {IMPRESSION.text} {' '.join(PLANTED[1:])}"})
    assert [one.text for one in edited.left_out(())] == list(PLANTED)
    assert texts(edited) == texts(OURS)
    assert edited.own >= set(edited.narrative.sentences)
    assert edited.narrative.writer == "HepatoScope, from measurements; edited by hand"


def test_sentence_that_is_kept_on_purpose_carries_its_mark() -> None:
    edited = written({"Impression": f"{IMPRESSION.text} {PLANTED[1]}"}, kept=PLANTED[1:2])
    (marked,) = (sentence for sentence in edited.narrative.sentences if sentence.mark)
    assert (marked.text, marked.mark) == (PLANTED[1], "contradicts the measurements")
    assert not edited.left_out(PLANTED[1:2])


def test_own_words_are_checked_and_supported_ones_enter_unmarked() -> None:
    edited = written({"Impression": "There are 7 lesions. A second look is worthwhile."})
    first, second = (one for one in edited.all_checked)
    assert (first.verdict, second.verdict) == (Verdict.SUPPORTED, Verdict.UNSUPPORTED)
    (impression,) = (part for part in edited.narrative.sections if part.title == "Impression")
    marks = [sentence.mark for sentence in impression.sentences]
    assert marks == ["", "not supported by the measurements"]
    assert "lesion.count" in impression.sentences[0].facts


def lesions_with(falsehood: str, kept: tuple[str, ...] = ()) -> Draft:
    """Write a false size in place of ours of lesion 1, before what is said of it further on."""
    (ours,) = (part for part in OURS.parts if part.title == "Findings: lesions")
    size = next(one.text for one in OURS.narrative.sentences if one.text.startswith("Lesion 1"))
    assert size in ours.text
    return written({ours.title: ours.text.replace(size, falsehood)}, kept)


def test_what_hangs_on_a_dropped_sentence_names_its_lesion() -> None:
    edited = lesions_with("Lesion 1 measures 90 mm.")
    said = texts(edited)
    assert "Lesion 1 measures 90 mm." not in said
    at = next(index for index, text in enumerate(said) if text.startswith("Lesion 1 lies in the"))
    assert "lesion 1 is darker than the liver" in said[at + 1]
    assert not any(one.mark for one in edited.narrative.sentences)


def test_a_kept_falsehood_leaves_nothing_hanging() -> None:
    edited = lesions_with("Lesion 1 measures 90 mm.", kept=("Lesion 1 measures 90 mm.",))
    after = texts(edited)[texts(edited).index("Lesion 1 measures 90 mm.") + 1]
    assert after.startswith("It lies in the")


def test_what_cannot_be_named_goes_with_the_sentence_it_speaks_of() -> None:
    edited = written({"Impression": "There are 9 lesions. They are worrying. The liver is large."})
    assert [one.hanging for one in edited.left_out(())][:2] == [False, True]
    assert "They are worrying." not in texts(edited)
    kept = ("They are worrying.",)
    again = written({"Impression": "There are 9 lesions. They are worrying."}, kept)
    (marked,) = (one for one in again.narrative.sentences if one.text == kept[0])
    assert marked.mark == "speaks of a sentence that was left out"


def test_paragraphs_are_kept_in_the_text_and_in_files() -> None:
    edited = written({"Impression": "There are 7 lesions.\n\nThe first paragraph was short."})
    (part,) = (one for one in edited.narrative.sections if one.title == "Impression")
    assert [len(paragraph) for paragraph in part.paragraphs] == [1, 1]
    assert part.text == "There are 7 lesions.\n\nThe first paragraph was short."


@pytest.mark.parametrize("written_as", FORMATS, ids=lambda one: one.suffix)
def test_every_file_has_the_paragraphs(written_as: Format) -> None:
    if written_as.of_series:
        pytest.skip("of a DICOM series alone, whose text has no paragraphs")
    narrative = written({"Impression": "There are 7 lesions.\n\nA second look helps."}).narrative
    made = provenance_of(DRAWN.segmentation, WRITTEN)
    report = Report(narrative, FACTS, (small_picture(),), made)
    file = written_as.write(report, DRAWN)
    if written_as.suffix == ".md":
        assert b"There are 7 lesions.\n\nA second look helps." in file
    elif written_as.suffix == ".html":
        text = re.sub(r"<span[^>]*>|</span>", "", file.decode())
        assert "<p>There are 7 lesions.</p>" in text
    elif written_as.suffix == ".docx":
        paragraphs = [one.text for one in docx.Document(io.BytesIO(file)).paragraphs]
        assert "There are 7 lesions." in paragraphs
    else:
        assert file


def test_emptied_section_leaves_the_report() -> None:
    assert "Impression" not in {
        part.title for part in written({"Impression": ""}).narrative.sections
    }


def test_point_within_our_sentence_does_not_cut_it() -> None:
    ours = Sentence("The note says: Slices were lost. Look at them.", ("scan.note.1",))
    found = review("Technique", f"{ours.text} Nothing else.", FACTS, (ours,))
    assert found.section.sentences[0] == ours
    assert [one.text for one in found.checked] == ["Nothing else."]


def test_packed_study_is_compared_as_the_whole_one() -> None:
    earlier = study(*SEVEN[:4], name="earlier")
    packed = PackedStudy.of(earlier)
    assert compare_studies(DRAWN, packed.whole()) == compare_studies(DRAWN, earlier)
    assert packed.volume.hu.strides == (0, 0, 0)
    assert sum(map(len, packed.labels.slices)) < earlier.segmentation.labels.nbytes / 20


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.suffix)
def test_name_of_the_file_chooses_the_format(form: Format) -> None:
    assert format_of(Path(f"a.b/Report{form.suffix.upper()}")) is form


def test_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(HepatoScopeError, match=r"“report.odt”.*\.pdf, \.docx"):
        format_of(Path("report.odt"))


def test_slice_of_a_sentence_is_drawn_with_its_lesions() -> None:
    lesion = DRAWN.findings.lesions[0]
    shown = slice_on_screen(DRAWN, lesion.axial_slice, OKABE_ITO)
    assert 1 in {mark.lesion for mark in shown.marks}
    assert shown.caption == f"Slice {lesion.axial_slice + 1} of 62 from the feet"
    assert "no liver" in slice_on_screen(DRAWN, 0, OKABE_ITO).alternative
    assert Image.open(io.BytesIO(shown.webp)).size == shown.size


def test_pictures_for_a_screen_are_no_wider_than_one() -> None:
    small = small_picture()
    assert on_screen(small).size == (600, 300)
    image = Image.new("RGB", (2800, 1400))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    large = on_screen(Picture("x", "", "", buffer.getvalue(), 2800, 1400, small.marks))
    assert (large.size, large.marks) == ((1400, 700), small.marks)
