"""A report as one HTML file that needs nothing else, and says of every sentence why."""

from base64 import b64encode
from collections.abc import Iterator
from html import escape
from pathlib import Path

from core.report.composite import Picture
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
from core.report.text import Section, Sentence

HERE = Path(__file__).parent
# The file may use what it carries and nothing else, whatever stands in its text.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def to_html(report: Report) -> bytes:
    """Write a report as a web page with its pictures inside.

    Every sentence carries the ids of its facts; pointing at one, or stepping to it by
    keyboard, highlights their rows and its lesion on the pictures.
    """
    return "\n".join(_document(report)).encode()


def _document(report: Report) -> Iterator[str]:
    title = _safe(report.narrative.title)
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{title}</title>\n<style>\n{(HERE / 'report.css').read_text('utf-8')}</style>"
    yield f'</head>\n<body>\n<p class="notice">{NOTICE}</p>\n<main>\n<h1>{title}</h1>'
    yield from _pairs(head_lines(report))
    for section in report.narrative.sections:
        yield from _section(section)
    for picture in report.pictures:
        yield from _picture(picture)
    for table in lesion_tables(report):
        yield from _lesions(table)
    yield from _facts(report)
    if lines := not_assessable(report):
        entries = "".join(f"<li>{_safe(line)}</li>" for line in lines)
        yield f"<h2>Not assessable</h2>\n<ul>{entries}</ul>"
    yield "<h2>Provenance</h2>"
    yield from _pairs(provenance_lines(report))
    made = report.provenance
    foot = f"{NOTICE} {made.software} · {made.time} · weights {weights_line(report)}"
    yield f"</main>\n<footer>{_safe(foot)}</footer>"
    yield f"<script>\n{(HERE / 'report.js').read_text('utf-8')}</script>\n</body>\n</html>\n"


def _pairs(lines: Iterator[tuple[str, str]]) -> Iterator[str]:
    entries = (f"<dt>{_safe(label)}</dt><dd>{_safe(value)}</dd>" for label, value in lines)
    yield f"<dl>{''.join(entries)}</dl>"


def _section(section: Section) -> Iterator[str]:
    yield f"<section>\n<h2>{_safe(section.title)}</h2>"
    for paragraph in section.paragraphs:
        yield f"<p>{' '.join(_sentence(sentence) for sentence in paragraph)}</p>"
    yield "</section>"


def _sentence(sentence: Sentence) -> str:
    attributes = f' data-facts="{_safe(" ".join(sentence.facts))}"'
    if sentence.lesion is not None:
        attributes += f' data-lesion="{sentence.lesion}"'
    if sentence.axial_slice is not None:
        attributes += f' data-slice="{sentence.axial_slice + 1}"'
    if sentence.facts:
        attributes += ' tabindex="0"'
    mark = f' <span class="mark">[{_safe(sentence.mark)}]</span>' if sentence.mark else ""
    return f'<span class="sentence"{attributes}>{_safe(sentence.text)}{mark}</span>'


def _picture(picture: Picture) -> Iterator[str]:
    encoded = b64encode(picture.png).decode()
    size = f'width="{picture.width}" height="{picture.height}"'
    places = "".join(
        f'<span class="place" data-place="{mark.lesion}" style="left:{mark.left:.2%};'
        f'top:{mark.top:.2%};width:{mark.width:.2%};height:{mark.height:.2%}"></span>'
        for mark in picture.marks
    )
    yield (
        f'<figure>\n<div class="picture"><img {size} alt="{_safe(picture.alternative)}" '
        f'src="data:image/png;base64,{encoded}">{places}</div>\n'
        f"<figcaption>{_safe(picture.caption)}</figcaption>\n</figure>"
    )


def _lesions(table: Table) -> Iterator[str]:
    kinds = ["words" if wordy else "value" for wordy in table.wordy]
    head = "".join(
        f'<th scope="col" class="{kind}">{_safe(name)}</th>'
        for kind, name in zip(kinds, table.head, strict=True)
    )
    yield f"<h2>{table.title}</h2>"
    yield f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>'
    for row in table.rows:
        cells = "".join(
            f'<td class="{kind}">{_safe(cell)}</td>'
            for kind, cell in zip(kinds, row.cells, strict=True)
        )
        yield f'<tr data-place="{row.lesion}">{cells}</tr>'
    yield "</tbody>\n</table></div>"


def _facts(report: Report) -> Iterator[str]:
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Fact", "Value", "Range", "Origin"))
    yield "<h2>Measurements</h2>"
    yield f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>'
    for fact in other_facts(report):
        cells = "".join(
            f"<td>{_safe(text)}</td>"
            for text in (fact.label, fact.shown, range_of(fact), fact.origin)
        )
        yield f'<tr data-fact="{_safe(fact.id)}">{cells}</tr>'
    yield "</tbody>\n</table></div>"


def _safe(text: str) -> str:
    return escape(printable(text))
