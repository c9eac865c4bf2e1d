"""A report as a Word document, to be edited."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.report.document.content import (
    head_lines,
    lesion_tables,
    not_assessable,
    other_facts,
    printable,
    provenance_lines,
    range_of,
    weights_line,
)
from core.report.document.report import NOTICE, Report
from core.report.text import Section

if TYPE_CHECKING:
    from docx.document import Document

TEXT_MM, BODY, SMALL = 175.0, 10, 7
SIDE_MM, TOP_MM = 17.5, 20.0
# Of a column, in letters.
WIDEST, PADDING = 24, 7


def to_docx(report: Report) -> bytes:
    """Write a report as an A4 document with headings, tables whose head repeats, and pictures."""
    from docx import Document

    document = Document()
    _page(document, report)
    document.add_heading(printable(report.narrative.title), 0)
    _pairs(document, list(head_lines(report)))
    for section in report.narrative.sections:
        _section(document, section)
    _pictures(document, report)
    for table in lesion_tables(report):
        document.add_heading(table.title, 1)
        _table(document, table.head, [row.cells for row in table.rows])
    document.add_heading("Measurements", 1)
    facts = [(fact.label, fact.shown, range_of(fact), fact.origin) for fact in other_facts(report)]
    _table(document, ("Fact", "Value", "Range", "Origin"), facts)
    if lines := not_assessable(report):
        document.add_heading("Not assessable", 1)
        for line in lines:
            document.add_paragraph(line, "List Bullet")
    document.add_heading("Provenance", 1)
    _pairs(document, list(provenance_lines(report)))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _page(document: "Document", report: Report) -> None:
    """Set paper, language, properties, and the lines above and below every page."""
    from docx.shared import Mm, Pt

    made, section = report.provenance, document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(SIDE_MM)
    section.top_margin = section.bottom_margin = Mm(TOP_MM)
    properties = document.core_properties
    properties.title, properties.author = printable(report.narrative.title), made.software
    properties.comments, properties.language = NOTICE, "en-US"
    properties.created = properties.modified = made.written
    properties.last_modified_by = ""
    document.styles["Normal"].font.size = Pt(BODY)
    section.header.paragraphs[0].add_run(NOTICE).bold = True
    foot = section.footer.paragraphs[0]
    _small(foot.add_run(f"{made.software} · {made.time} · weights {weights_line(report)} · page "))
    _field(foot, "PAGE")
    _small(foot.add_run(" of "))
    _field(foot, "NUMPAGES")


def _small(run: Any) -> None:
    from docx.shared import Pt

    run.font.size = Pt(SMALL)


def _field(paragraph: Any, code: str) -> None:
    """Add a number that the word processor counts, such as ``PAGE``."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = paragraph.add_run("1")
    _small(run)
    field.append(run._r)
    paragraph._p.append(field)


def _pairs(document: "Document", lines: Sequence[tuple[str, str]]) -> None:
    paragraph = document.add_paragraph()
    for index, (label, value) in enumerate(lines):
        if index:
            paragraph.add_run().add_break()
        paragraph.add_run(f"{label}: ").bold = True
        paragraph.add_run(value)


def _section(document: "Document", section: Section) -> None:
    document.add_heading(printable(section.title), 1)
    for sentences in section.paragraphs:
        paragraph = document.add_paragraph()
        for index, sentence in enumerate(sentences):
            paragraph.add_run(f"{' ' if index else ''}{printable(sentence.text)}")
            if sentence.mark:
                paragraph.add_run(f" [{printable(sentence.mark)}]").italic = True


def _pictures(document: "Document", report: Report) -> None:
    from docx.shared import Mm

    for picture in report.pictures:
        width = Mm(min(TEXT_MM, picture.width / 300 * 25.4))
        shape = document.add_picture(io.BytesIO(picture.png), width=width)
        shape._inline.docPr.set("descr", picture.alternative)
        document.paragraphs[-1].paragraph_format.keep_with_next = True
        document.add_paragraph(picture.caption, "Caption")


def _table(document: "Document", head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Add a table whose columns are as wide as their texts ask, and whose head repeats."""
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt

    lines = [[printable(text) for text in line] for line in (head, *rows)]
    asked = [min(max(map(len, column)), WIDEST) + PADDING for column in zip(*lines, strict=True)]
    table = document.add_table(len(lines), len(head), "Light Shading")
    table.autofit = False
    for row, line in zip(table.rows, lines, strict=True):
        for cell, text, share in zip(row.cells, line, asked, strict=True):
            cell.width = Mm(TEXT_MM * share / sum(asked))
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            _small(paragraph.add_run(text))
    for column, share in zip(table.columns, asked, strict=True):
        column.width = Mm(TEXT_MM * share / sum(asked))
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
