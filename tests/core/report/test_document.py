"""The documents of a report."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from zipfile import ZipFile

import docx
import pypdf
import pytest

from core.errors import HepatoScopeError
from core.report.composite import OKABE_ITO, pictures
from core.report.document import (
    NOTICE,
    Report,
    SignOff,
    from_json,
    to_docx,
    to_html,
    to_json,
    to_markdown,
    to_pdf,
)
from core.report.fact import Fact, Facts
from core.report.facts import collect_facts
from core.report.followup import compare_studies
from core.report.narrative import write_narrative
from core.report.text import Edition, Narrative, Section, Sentence
from tests.core.report.reports import WRITTEN, report_of
from tests.core.report.studies import SEVEN, Ball, doubt_of, judged, study

REPORT = report_of(study(*SEVEN))
FORMATS: list[Callable[[Report], bytes]] = [to_pdf, to_html, to_docx, to_markdown, to_json]
# Smaller than their distance, on a grid inside the liver.
FORTY: tuple[Ball, ...] = tuple(
    ((x, y, z), 4.0 + (x + y) % 3 / 2)
    for x in (-30, -15, 0, 15, 30)
    for y in (-20, -5, 10, 25)
    for z in (-20, 20)
)


@cache
def pdf_of(report: Report) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(to_pdf(report)))


def text_of(pdf: pypdf.PdfReader) -> str:
    """Everything written in a PDF, however its lines break."""
    return re.sub(r"[\s\u200b]+", "", "".join(page.extract_text() for page in pdf.pages))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def words_of(document: bytes, kind: Callable[[Report], bytes]) -> str:
    """Read a document's text and everything else that is legible in its file."""
    if kind is to_pdf:
        pdf = pypdf.PdfReader(io.BytesIO(document))
        return f"{text_of(pdf)}{pdf.metadata}{document.decode('latin-1')}"
    if kind is to_docx:
        with ZipFile(io.BytesIO(document)) as parts:
            return "".join(parts.read(name).decode("latin-1") for name in parts.namelist())
    return document.decode()


def with_text(*sentences: Sentence) -> Report:
    narrative = Narrative("A report", (Section("Findings", sentences),), Edition.PLAIN, "a model")
    return replace(REPORT, narrative=narrative)


@pytest.mark.parametrize("lesions", [(), SEVEN, FORTY], ids=["none", "seven", "forty"])
def test_every_number_of_the_findings_is_in_the_pdf_on_one_to_three_pages(
    lesions: tuple[Ball, ...],
) -> None:
    report = report_of(study(*lesions))
    pdf = pdf_of(report)
    assert 1 <= len(pdf.pages) <= 3
    assert len(report.facts.lesion_numbers) == len(lesions)
    text = text_of(pdf)
    told = [fact for fact in report.facts if not fact.id.startswith(("software.", "model."))]
    assert len(told) > 20 + 5 * len(lesions)
    assert [fact.id for fact in told if squeezed(fact.shown) not in text] == []


def test_pdf_is_tagged_in_its_language_and_embeds_its_fonts() -> None:
    pdf = pdf_of(REPORT)
    root = pdf.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-US"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata
    assert pdf.metadata.title == REPORT.narrative.title
    kinds = tags_below(root["/StructTreeRoot"])
    assert {"/H1", "/P", "/Table", "/TH", "/TD", "/Figure", "/Caption"} <= kinds.keys()
    assert kinds["/Figure"][0].get("/Alt") == "In place of the picture."
    assert "pdfuaid:part" in to_pdf(REPORT).decode("latin-1")
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & descriptor.keys()


def tags_below(node: pypdf.generic.DictionaryObject) -> dict[str, list[dict[str, object]]]:
    """Collect the elements of a structure tree by their kind."""
    found: dict[str, list[dict[str, object]]] = {}
    waiting = [node]
    while waiting:
        item = waiting.pop().get_object()
        if isinstance(item, pypdf.generic.ArrayObject):
            waiting.extend(item)
        elif isinstance(item, pypdf.generic.DictionaryObject):
            found.setdefault(str(item.get("/S")), []).append(item)
            waiting.extend([item["/K"]] if "/K" in item else [])
    return found


def test_every_page_says_what_it_is_not_for_and_what_wrote_it() -> None:
    made = REPORT.provenance
    pages = pdf_of(REPORT).pages
    for number, page in enumerate(pages, start=1):
        text = squeezed(page.extract_text())
        for line in (NOTICE, made.software, made.time, f"Page {number} of {len(pages)}"):
            assert squeezed(line) in text
        assert "a" * 12 in text


@pytest.mark.parametrize("kind", FORMATS)
def test_document_tells_software_weights_time_and_signature(
    kind: Callable[[Report], bytes],
) -> None:
    signed = replace(REPORT, sign_off=SignOff("Dr. A. Reader", WRITTEN), patient="Case 7, 1950")
    words = squeezed(words_of(kind(signed), kind))
    for line in (NOTICE, "0.1.0", "a" * 64, "b" * 64, "2026-03-04", "Dr. A. Reader", "Case 7"):
        assert squeezed(line) in words


def test_long_name_breaks_instead_of_running_off_the_page() -> None:
    name = "a_name_without_any_space_" * 20 + ".nii.gz"
    pdf = pdf_of(report_of(study(SEVEN[0], name=name)))
    assert name in text_of(pdf)
    assert len(pdf.pages) <= 3
    for page in pdf.pages:
        places: list[float] = []
        page.extract_text(visitor_text=lambda text, _, at, *rest, put=places: put.append(at[4]))
        assert max(places) < float(page.mediabox.right) - 30


def test_letters_that_no_font_has_do_not_stop_the_report() -> None:
    pdf = pdf_of(replace(REPORT, patient="王小明, Ωmega, Жук"))
    assert pdf.root_object["/MarkInfo"]["/Marked"]
    assert "Ωmega,Жук" in text_of(pdf)


def test_text_is_never_taken_for_markup() -> None:
    nasty = "1. *bold* #set $x$ <script>alert(1)</script> & [link](a) | `code` @ref \\ \x07"
    report = replace(with_text(Sentence(nasty)), patient="<b>")
    assert squeezed("1. *bold* #set $x$ <script>alert(1)</script>") in text_of(pdf_of(report))
    page = to_html(report).decode()
    assert "<script>alert" not in page
    assert "<b>" not in page
    assert "\\*bold\\*" in to_markdown(report).decode()
    opened = docx.Document(io.BytesIO(to_docx(report)))
    assert any("*bold* #set" in paragraph.text for paragraph in opened.paragraphs)


@pytest.mark.parametrize("kind", FORMATS)
def test_mark_of_a_sentence_is_shown_with_it(kind: Callable[[Report], bytes]) -> None:
    report = with_text(Sentence("It is a cyst.", mark="not supported by the measurements"))
    words = squeezed(words_of(kind(report), kind))
    assert squeezed("It is a cyst.") in words
    assert squeezed("not supported by the measurements") in words


class Page(HTMLParser):
    """What a page refers to, and what its elements carry."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def having(self, name: str) -> list[str]:
        return [str(carried[name]) for _, carried in self.elements if name in carried]


def test_html_needs_nothing_from_outside() -> None:
    page = Page(to_html(REPORT))
    assert all(source.startswith("data:image/png;base64,") for source in page.having("src"))
    assert not page.having("href")
    assert not re.search(r"url\(|@import|https?://", to_html(REPORT).decode())


def test_html_sentences_name_facts_and_lesions_that_are_on_the_page() -> None:
    page = Page(to_html(REPORT))
    there = set(page.having("data-fact"))
    named = {name for names in page.having("data-facts") for name in names.split()}
    shown = {f"lesion.{number}" for number in REPORT.facts.lesion_numbers}
    assert "liver.volume" in named & there
    assert {str(number) for number in REPORT.facts.lesion_numbers} <= set(page.having("data-place"))
    unseen = {name for name in named - there if not name.startswith(tuple(shown))}
    assert {name for name in unseen if not name.startswith(("model.", "software."))} == set()


def test_word_document_has_headings_tables_and_words_for_its_picture() -> None:
    opened = docx.Document(io.BytesIO(to_docx(REPORT)))
    headings = [item.text for item in opened.paragraphs if item.style.name.startswith("Heading")]
    assert [section.title for section in REPORT.narrative.sections] == headings[:-3]
    assert headings[-3:] == ["Lesions", "Measurements", "Provenance"]
    lesions, facts = opened.tables
    assert len(lesions.rows) == 1 + 7
    assert lesions.rows[1].cells[0].text == "1"
    assert any(row.cells[1].text == REPORT.facts["liver.volume"].shown for row in facts.rows)
    assert opened.inline_shapes[0]._inline.docPr.get("descr") == "In place of the picture."


def test_markdown_has_a_row_for_each_lesion() -> None:
    lines = to_markdown(REPORT).decode().splitlines()
    assert [line for line in lines if line.startswith("| 7 |")]
    assert lines[0] == f"# {REPORT.narrative.title}"


def test_json_gives_the_same_report_back() -> None:
    report = replace(REPORT, sign_off=SignOff("A. Reader", WRITTEN), patient="Jane")
    assert from_json(to_json(report)) == replace(report, pictures=())
    known = json.loads(to_json(report))
    assert known["provenance"]["weights_sha256"] == {"liver": "a" * 64, "tumor": "b" * 64}


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"format": "other"}', b"\xff"])
def test_what_is_no_report_is_refused(data: bytes) -> None:
    with pytest.raises(HepatoScopeError, match="report"):
        from_json(data)


def test_change_of_forty_lesions_fits_too() -> None:
    smaller = [(at, radius - 1) for at, radius in FORTY]
    now, earlier = study(*FORTY), study(*smaller, name="earlier")
    compared = compare_studies(now, earlier)
    facts = collect_facts(
        now.volume, (), now.segmentation, now.findings, doubt=doubt_of(now), earlier=compared
    )
    report = replace(REPORT, facts=facts, narrative=write_narrative(facts, Edition.CLINICAL))
    pdf = pdf_of(report)
    assert len(pdf.pages) <= 3
    text = text_of(pdf)
    assert squeezed("Lesions since the earlier study") in text
    assert squeezed(facts["change.lesion.1.earlier_volume"].shown) in text
    page = Page(to_html(report))
    assert page.having("data-place").count("40") == 2


def test_report_of_hundreds_of_lesions_says_where_the_others_are() -> None:
    facts = tuple(
        Fact(f"lesion.{n}.volume", f"Lesion {n}: volume", 1000.0 - n, "mL", lesion=n)
        for n in range(1, 301)
    )
    text = text_of(pdf_of(replace(with_text(Sentence("Many.")), facts=Facts(facts))))
    assert "940mL" in text
    assert "939mL" not in text
    assert squeezed("240 smaller lesions are listed in the JSON and HTML documents.") in text


def test_no_picture_parts_a_table_of_lesions() -> None:
    now, earlier = judged(study(*SEVEN)), study(*SEVEN[:4], name="earlier")
    facts = collect_facts(
        now.volume,
        (),
        now.segmentation,
        now.findings,
        doubt=doubt_of(now),
        earlier=compare_studies(now, earlier),
    )
    drawn = pictures(now.volume, now.segmentation, now.findings, palette=OKABE_ITO)
    narrative = write_narrative(facts, Edition.CLINICAL)
    made = report_of(now).provenance
    pages = [page.extract_text() for page in pdf_of(Report(narrative, facts, drawn, made)).pages]
    (begun,) = (text for text in pages if "Lesions since the earlier study" in text)
    table = begun.partition("Lesions since the earlier study")[2]
    assert (
        table.count("no change beyond the measurement’s uncertainty")
        + table.count("no change beyond the measurement's uncertainty")
        + len(re.findall(r"^\d new\b", table, re.MULTILINE))
        >= 7
    )
