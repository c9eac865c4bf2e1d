"""What all documents show, arranged once: lines of the head, tables, and where all came from."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.reporting.document.report import Report
from core.reporting.fact import Fact

# Facts of a lesion by the last part of their id, with the heads of their columns.
LESION_COLUMNS = {
    "volume": "Volume",
    "longest_diameter": "Longest",
    "short_diameter": "Across",
    "mean_hu": "Density",
    "contrast_hu": "To liver",
    "slice": "Slice",
    "slices": "Slices",
    "lobe": "Lobe",
    "location": "Location",
    "confidence": "Probability",
}
# These stand in the provenance of every document.
ELSEWHERE = ("software.", "model.")
SIGNS = {"\N{ZERO WIDTH SPACE}": "", "\t": " ", "\n": " ", "\r": " "}


@dataclass(frozen=True)
class Row:
    """A row of the table of lesions: the lesion's number and its cells, the number first."""

    lesion: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The table of lesions; `more` says what it leaves out."""

    head: tuple[str, ...]
    rows: tuple[Row, ...]
    more: str = ""


def printable(text: str) -> str:
    """Leave out what no document may carry: control characters and line breaks."""
    kept = (SIGNS.get(sign, sign) for sign in text)
    return "".join(sign for sign in kept if sign.isprintable()).strip()


def head_lines(report: Report) -> Iterator[tuple[str, str]]:
    """Name the scan, the patient if that was typed in, the writer, the time and who signed."""
    if report.patient and printable(report.patient):
        yield "Patient", printable(report.patient)
    if "scan.source" in report.facts:
        yield "Scan", printable(report.facts["scan.source"].shown)
    writer = report.narrative.writer
    yield "Written by", "HepatoScope, from measurements" if writer == "facts" else printable(writer)
    yield "Written", report.provenance.time
    if report.sign_off:
        yield "Signed by", printable(report.sign_off.line)


def lesion_table(report: Report, most: int | None = None) -> Table | None:
    """Set the facts of the lesions in a table, at most so many rows; None without lesions."""
    numbers = report.facts.lesion_numbers
    if not numbers:
        return None
    known = {(fact.lesion, fact.id.rsplit(".", 1)[-1]): fact for fact in _of_lesions(report)}
    columns = [key for key in LESION_COLUMNS if any((n, key) in known for n in numbers)]
    rows = tuple(
        Row(n, (str(n), *(_shown(known.get((n, key))) for key in columns))) for n in numbers
    )
    head = ("No.", *(LESION_COLUMNS[key] for key in columns))
    if most is None or len(rows) <= most:
        return Table(head, rows)
    more = f"{len(rows) - most} smaller lesions are listed in the JSON and HTML documents."
    return Table(head, rows[:most], more)


def other_facts(report: Report) -> tuple[Fact, ...]:
    """Choose the facts that are of no single lesion, nor of the software."""
    return tuple(
        fact
        for fact in report.facts
        if not fact.id.startswith(("lesion.", *ELSEWHERE)) or fact.id == "lesion.count"
    )


def range_of(fact: Fact) -> str:
    """Write the range in which a value may truly lie, with its digits; empty where not known."""
    if fact.interval is None:
        return ""
    low, high = (f"{bound:z,.{fact.digits}f}" for bound in fact.interval)
    return f"{low} to {high}"


def not_assessable(report: Report) -> tuple[str, ...]:
    """Choose what cannot be assessed and the narrative does not say already."""
    told = {sentence.text for sentence in report.narrative.sentences}
    lines = (line for line in report.facts.not_assessable if line not in told)
    return tuple(printable(line) for line in lines)


def provenance_lines(report: Report) -> Iterator[tuple[str, str]]:
    """Name the software, how it was set, the weights with their whole hashes, and the time."""
    made = report.provenance
    yield "Software", made.software
    yield "Preset", made.preset
    for part, digest in made.weights:
        yield f"Weights of the {part} network, SHA-256", digest
    yield "Written", made.time


def weights_line(report: Report) -> str:
    """Name the weights by the first figures of their hashes, for a footer."""
    return ", ".join(f"{part} {digest[:12]}" for part, digest in report.provenance.weights)


def _of_lesions(report: Report) -> Iterator[Fact]:
    return (fact for fact in report.facts if fact.id.startswith("lesion.") and fact.lesion)


def _shown(fact: Fact | None) -> str:
    return "–" if fact is None else printable(fact.shown)
