"""A report as PDF: A4, tagged for screen readers (PDF/UA-1), all fonts embedded.

Typst sets it: it writes a structure tree, enforces PDF/UA-1, and needs nothing from the system. Its
own fonts hold Latin, Greek, Cyrillic and Hebrew; other scripts need a font of the host.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.process.scratch import scratch
from core.report.document.content import (
    Table,
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

TEMPLATE = Path(__file__).with_name("report.typ")
MOST_PAGES, LONGEST_NAME = 3, 60
# So many facts surely fit on one page, in two columns.
MOST_FACTS_TOGETHER = 80
TEXT_MM = 175.0
PAGE = re.compile(rb"/Type\s*/Page\b")


@dataclass(frozen=True)
class _Density:
    """How much is set on a page: drawn small and without the plate, and the rows of a table."""

    compact: bool
    rows: int


DENSITIES = (_Density(False, 60), _Density(True, 60), _Density(True, 20))


def to_pdf(report: Report) -> bytes:
    """Set a report on A4 pages.

    It takes up to three: where it would not fit it is drawn smaller and without the plate of
    lesions, then with the 20 largest lesions alone (at most 60 ever), the others left to the
    other documents. Only a narrative far beyond our own takes more pages.
    """
    for density in DENSITIES:
        pdf = _compiled(report, density)
        if len(PAGE.findall(pdf)) <= MOST_PAGES:
            break
    return pdf


def _compiled(report: Report, density: _Density) -> bytes:
    with scratch() as folder:
        for picture in report.pictures:
            (folder / f"{picture.name}.png").write_bytes(picture.png)
        (folder / "report.json").write_text(json.dumps(_data(report, density)), "utf-8")
        (folder / TEMPLATE.name).write_bytes(TEMPLATE.read_bytes())
        return _set(folder / TEMPLATE.name)


def _set(source: Path) -> bytes:
    """Set `source` in Typst's own fonts, or in those of the host where a letter is missing.

    PDF/UA-1 forbids letters that no font has: then the pages are tagged all the same.
    """
    import typst

    standards: list[list[Any]] = [["ua-1"], ["ua-1"], []]
    for attempt, standard in enumerate(standards):
        try:
            return typst.compile(
                str(source), pdf_standards=standard, ignore_system_fonts=attempt == 0
            )
        except typst.TypstError as error:
            if "could not be displayed" not in str(error):
                raise
    raise AssertionError("without a standard every letter can be set")


def _data(report: Report, density: _Density) -> dict[str, Any]:
    made, narrative, compact = report.provenance, report.narrative, density.compact
    head = list(head_lines(report))
    name = dict(head).get("Scan", narrative.title)
    written = made.written
    return {
        "title": printable(narrative.title),
        "name": name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…",
        "notice": NOTICE,
        "software": made.software,
        "weights": weights_line(report),
        "time": made.time,
        "date": {"year": written.year, "month": written.month, "day": written.day},
        "head": head,
        "sections": _sections(report),
        "pictures": _pictures(report, compact),
        "tables": [_table(table) for table in lesion_tables(report, density.rows)],
        "table_size": 7 if compact else 8,
        "facts": [
            [printable(fact.label), printable(fact.shown), range_of(fact)]
            for fact in other_facts(report)
        ],
        "most_facts_together": MOST_FACTS_TOGETHER,
        "fact_size": 7 if compact else 7.5,
        "not_assessable": not_assessable(report),
        "provenance": list(provenance_lines(report)),
    }


def _sections(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "title": printable(section.title),
            "paragraphs": [
                [
                    {"text": printable(sentence.text), "mark": printable(sentence.mark)}
                    for sentence in paragraph
                ]
                for paragraph in section.paragraphs
            ],
        }
        for section in report.narrative.sections
    ]


def _pictures(report: Report, compact: bool) -> list[dict[str, Any]]:
    chosen = report.pictures[:1] if compact else report.pictures
    return [
        {
            "file": f"{picture.name}.png",
            "width": min(TEXT_MM, picture.width / 300 * 25.4) * (0.85 if compact else 1),
            "caption": picture.caption,
            "alternative": picture.alternative,
        }
        for picture in chosen
    ]


def _table(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "head": table.head,
        "wordy": table.wordy,
        "rows": [row.cells for row in table.rows],
        "more": table.more,
    }
