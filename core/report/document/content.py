"""What all documents show, arranged once: lines of the head, tables, and where all came from."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.report.document.report import Report
from core.report.fact import Fact
from core.report.fact_kind import OF_ONE_LESION, FactKind

# The tables of lesions: title, and the facts of each lesion with the heads of their columns.
LESION_TABLES: dict[str, dict[FactKind, str]] = {
    "Lesions": {
        FactKind.LESION_VOLUME: "Volume",
        FactKind.LESION_LONGEST_DIAMETER: "Longest",
        FactKind.LESION_SHORT_DIAMETER: "Across",
        FactKind.LESION_MEAN_HU: "Density",
        FactKind.LESION_CONTRAST_HU: "To liver",
        FactKind.LESION_SLICE: "Slice",
        FactKind.LESION_SLICES: "Slices",
        FactKind.LESION_LOBE: "Lobe",
        FactKind.LESION_LOCATION: "Location",
        FactKind.LESION_CONFIDENCE: "Probability",
        FactKind.LESION_REAL: "Real",
        FactKind.DOUBT_LESION: "Doubt",
    },
    "Lesions since the earlier study": {
        FactKind.CHANGE_LESION_STATUS: "Status",
        FactKind.CHANGE_LESION_EARLIER_DIAMETER: "Longest then",
        FactKind.CHANGE_LESION_LONGEST_DIAMETER: "Change",
        FactKind.CHANGE_LESION_EARLIER_VOLUME: "Volume then",
        FactKind.CHANGE_LESION_VOLUME: "Change",
    },
}
WORDS = ("Lobe", "Location", "Status")
# These stand in the provenance of every document.
ELSEWHERE = ("software.", "model.")
SIGNS = {"\N{ZERO WIDTH SPACE}": "", "\t": " ", "\n": " ", "\r": " "}


@dataclass(frozen=True)
class Row:
    """A row of a table of lesions: the lesion's number and its cells, the number first."""

    lesion: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table of lesions; `more` says what it leaves out."""

    title: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    more: str = ""

    @property
    def wordy(self) -> tuple[bool, ...]:
        """Which columns hold words, not numbers."""
        return tuple(name in WORDS for name in self.head)


def printable(text: str) -> str:
    """Leave out what no document may carry: control characters and line breaks."""
    kept = (SIGNS.get(sign, sign) for sign in text)
    return "".join(sign for sign in kept if sign.isprintable()).strip()


def head_lines(report: Report) -> Iterator[tuple[str, str]]:
    """Name the scan, the patient if that was typed in, the writer, the time and who signed."""
    if report.patient and printable(report.patient):
        yield "Patient", printable(report.patient)
    if FactKind.SCAN_SOURCE in report.facts:
        yield "Scan", printable(report.facts[FactKind.SCAN_SOURCE].shown)
    writer = report.narrative.writer
    yield "Written by", "HepatoScope, from measurements" if writer == "facts" else printable(writer)
    yield "Written", report.provenance.time
    if report.sign_off:
        yield "Signed by", printable(report.sign_off.line)


def lesion_tables(report: Report, most: int | None = None) -> tuple[Table, ...]:
    """Set the facts of single lesions in tables of at most so many rows; none without lesions."""
    known = {fact.id: printable(fact.shown) for fact in report.facts}
    tables = (_table(title, names, report, known, most) for title, names in LESION_TABLES.items())
    return tuple(table for table in tables if table.rows)


def _table(
    title: str, names: dict[FactKind, str], report: Report, known: dict[str, str], most: int | None
) -> Table:
    told = [
        number
        for number in report.facts.lesion_numbers
        if any(name.of(number) in known for name in names)
    ]
    used = [name for name in names if any(name.of(number) in known for number in told)]
    rows = [
        Row(number, (str(number), *(known.get(name.of(number), "–") for name in used)))
        for number in told[:most]
    ]
    left_out = len(told) - len(rows)
    more = f"{left_out} smaller lesions are listed in the JSON and HTML documents."
    head = ("No.", *(names[name] for name in used))
    return Table(title, head, tuple(rows), more if left_out else "")


def other_facts(report: Report) -> tuple[Fact, ...]:
    """Choose the facts that are of no single lesion, nor of the software."""
    return tuple(
        fact
        for fact in report.facts
        if not fact.id.startswith(ELSEWHERE) and not OF_ONE_LESION.match(fact.id)
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
    yield ("Preset" if made.weights else "Labels"), made.preset
    for part, digest in made.weights:
        yield f"Weights of the {part} network, SHA-256", digest
    yield "Written", made.time


def weights_line(report: Report) -> str:
    """Name the weights by the first figures of their hashes, for a footer."""
    return ", ".join(f"{part} {digest[:12]}" for part, digest in report.provenance.weights)
