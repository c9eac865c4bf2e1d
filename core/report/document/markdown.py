"""A report as Markdown, without pictures."""

import re
from collections.abc import Iterator, Sequence

from core.report.document.content import (
    head_lines,
    lesion_tables,
    not_assessable,
    other_facts,
    printable,
    provenance_lines,
    range_of,
)
from core.report.document.report import NOTICE, Report
from core.report.text import Section, Sentence

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def to_markdown(report: Report) -> bytes:
    """Write the text and the tables of a report."""
    return ("\n".join(_lines(report)).strip() + "\n").encode()


def _lines(report: Report) -> Iterator[str]:
    yield from (f"# {_plain(report.narrative.title)}", "", f"**{NOTICE}**", "")
    yield from (f"- {label}: {_plain(value)}" for label, value in head_lines(report))
    for section in report.narrative.sections:
        yield from ("", f"## {_plain(section.title)}", "", *_paragraphs(section))
    for table in lesion_tables(report):
        yield from ("", f"## {table.title}", "")
        yield from _table(table.head, [row.cells for row in table.rows])
    yield from ("", "## Measurements", "")
    facts = [(fact.label, fact.shown, range_of(fact), fact.origin) for fact in other_facts(report)]
    yield from _table(("Fact", "Value", "Range", "Origin"), facts)
    if lines := not_assessable(report):
        yield from ("", "## Not assessable", "")
        yield from (f"- {_plain(line)}" for line in lines)
    yield from ("", "## Provenance", "")
    yield from (f"- {label}: {_plain(value)}" for label, value in provenance_lines(report))


def _paragraphs(section: Section) -> Iterator[str]:
    for index, paragraph in enumerate(section.paragraphs):
        yield from ([""] if index else [])
        yield _paragraph(paragraph)


def _paragraph(sentences: Sequence[Sentence]) -> str:
    marked = (
        f"{_plain(sentence.text)} *({_plain(sentence.mark)})*"
        if sentence.mark
        else _plain(sentence.text)
        for sentence in sentences
    )
    # A sentence may begin with what Markdown takes for a list or a number.
    return re.sub(r"^(\d+)?([.)+-])(?=\s)", r"\1\\\2", " ".join(marked))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(_plain(cell) for cell in row)} |"


def _plain(text: str) -> str:
    return SPECIAL.sub(r"\\\1", printable(text))
