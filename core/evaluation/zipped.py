"""A run that somebody sends as a zip: opened with care, and checked before it is believed."""

import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path, PurePosixPath
from types import UnionType
from typing import TYPE_CHECKING, Any
from zipfile import ZipInfo

import numpy as np
import pandas as pd

from core.errors import BadDataset, UnreadableScan, UnsupportedScan
from core.evaluation.run import RUN_NAME, TABLES, Run, read_run
from core.evaluation.score import TARGETS
from core.evaluation.tables import COUNTS, SCORES
from core.io.apart import Bounds, apart
from core.io.archive import Members, unpack
from core.io.limits import RUN_ZIP
from core.metrics.lesions import LesionRecord
from core.process.scratch import scratch

DIGEST = re.compile(r"[0-9a-f]{64}")
if TYPE_CHECKING:
    import pyarrow as pa

MAX_ZIP_BYTES = 64 * 2**20
# A run of 60,000 slices has 1.7 million cells in its largest table.
MAX_CELLS = 20_000_000
MAX_TEXT = 300
# Texts of a column, all as long as its longest.
MAX_TEXT_BYTES = 256 * 2**20
MAX_FACTS_BYTES = 4 * 2**20
# What reading one may take; of 60,000 slices it takes 3 s.
BOUNDS = Bounds(memory_mb=2_000, file_mb=300, seconds=30)
FILES = (RUN_NAME, *(f"{name}.parquet" for name in TABLES))
FACTS: dict[str, Callable[[Any], bool]] = {
    "data": lambda told: isinstance(told, str),
    "preset": lambda told: isinstance(told, str),
    "thresholds": lambda told: _maps(told, int | float),
    "models": lambda told: _maps(told, str) and all(map(DIGEST.fullmatch, told.values())),
    "cases": lambda told: isinstance(told, list) and all(isinstance(one, str) for one in told),
    "patients": lambda told: isinstance(told, list) and all(isinstance(one, str) for one in told),
    "failed": lambda told: _maps(told, str),
    "summary": lambda told: _maps(told, dict),
    "split": lambda told: told is None or isinstance(told, str),
}
# What is asked of the tables beyond what no run can do without.
FURTHER = {
    "cases": (*SCORES, "hd95_mm", "assd_mm", "surface_dice"),
    "lesions": tuple(LesionRecord.__dataclass_fields__),
}
NUMBERS = {
    "cases": ("expected_dice", *COUNTS),
    "slices": ("slice", *COUNTS),
    "lesions": ("voxels", "best_iou"),
    "thresholds": ("level", "positives", "negatives"),
}


def read_run_apart(path: Path, name: str) -> Run:
    """Read a run as `read_zipped_run` does, in a process of its own."""
    try:
        return apart(read_zipped_run, path, name, name=name, bounds=BOUNDS)
    except UnreadableScan as error:
        raise BadDataset(str(error).replace("reading a scan", "reading a run")) from error


def read_zipped_run(path: Path, name: str) -> Run:
    """Read the run in the zip at `path`, called `name` by whoever sends it.

    The files are written into a temporary folder under their five known names, whatever the
    archive calls them.

    Raises BadDataset, which says what is wrong with the file `name`.
    """
    title = PurePosixPath(name.replace("\\", "/")).name
    if path.stat().st_size > MAX_ZIP_BYTES:
        raise BadDataset(
            f"“{title}” has {path.stat().st_size / 1e6:,.0f} MB, more than the "
            f"{MAX_ZIP_BYTES / 1e6:,.0f} MB of a run; zip the folder of one run."
        )
    with scratch() as place:
        folder = place / (title.removesuffix(".zip")[:MAX_TEXT] or "run")
        folder.mkdir()
        _unpack(path, folder, title)
        _check_facts(folder, title)
        for table in TABLES:
            _check_parquet(folder / f"{table}.parquet", title)
        run = read_run(folder)
    _check_values(run, title)
    return run


def _unpack(path: Path, folder: Path, title: str) -> None:
    try:
        unpack(path, folder, limits=RUN_ZIP, choose=partial(_members, title), name=title)
    except (UnreadableScan, UnsupportedScan) as error:
        raise BadDataset(str(error)) from error


def _members(title: str, entries: Sequence[ZipInfo]) -> Members:
    """Find the five files of a run, which lie beside its one run.json."""
    runs = [entry.filename for entry in entries if PurePosixPath(entry.filename).name == RUN_NAME]
    if len(entries) > RUN_ZIP.files or len(runs) != 1:
        raise BadDataset(
            f"“{title}” holds {len(entries)} files with {len(runs)} {RUN_NAME} among them; zip "
            "the folder of one run."
        )
    beside = runs[0].removesuffix(RUN_NAME)
    members = {entry.filename.removeprefix(beside): entry for entry in entries}
    if missing := [file for file in FILES if file not in members]:
        raise BadDataset(f"“{title}” lacks {', '.join(missing)}; zip the whole folder of the run.")
    return {file: members[file] for file in FILES}


def _check_facts(folder: Path, title: str) -> None:
    """Refuse facts that cannot be read at all, or lack what the page asks of them."""
    try:
        if (folder / RUN_NAME).stat().st_size > MAX_FACTS_BYTES:
            raise ValueError("too long")
        facts = json.loads((folder / RUN_NAME).read_text())
    except (ValueError, RecursionError) as error:
        raise BadDataset(f"“{title}” has a damaged {RUN_NAME}; copy the run again.") from error
    if not isinstance(facts, dict) or "format" not in facts:
        return
    for key, is_right in FACTS.items():
        if facts.get("format_version") == 1 and not is_right(facts.get(key)):
            raise BadDataset(
                f"“{title}” has no proper “{key}” in its {RUN_NAME} but {facts.get(key)!r:.40}; "
                "evaluate again."
            )


def _check_parquet(path: Path, title: str) -> None:
    """Refuse a table that would grow in memory: few bytes can say “a billion times this”."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
        texts = [field.name for field in schema if _is_text(field.type)]
        flat = all(_is_text(field.type) or pa.types.is_primitive(field.type) for field in schema)
        if not flat or rows * len(schema) > MAX_CELLS:
            raise BadDataset(
                f"“{title}”: {path.name} has {rows:,} rows of {len(schema)} columns, which is no "
                "table of a run; evaluate again."
            )
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            longest = _longest(file.read(columns=texts)) if texts else {}
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BadDataset(f"“{title}”: {path.name} is damaged; copy the run again.") from error
    most = max(longest.values(), default=0)
    if most > MAX_TEXT:
        raise BadDataset(
            f"“{title}”: {path.name} has a name of {most:,} letters, which is no table of a "
            "run; evaluate again."
        )
    if rows * sum(longest.values()) > MAX_TEXT_BYTES:
        raise BadDataset(
            f"“{title}”: {path.name} has {rows:,} rows of long names, which is no table of a run; "
            "evaluate again."
        )


def _maps(told: Any, kind: UnionType | type) -> bool:
    """Whether `told` is a dictionary of values of a kind; truth values are no numbers."""
    return isinstance(told, dict) and all(
        isinstance(value, kind) and not isinstance(value, bool) for value in told.values()
    )


def _is_text(kind: object) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _longest(texts: "pa.Table") -> dict[str, int]:
    """Length of the longest text by column, seen in the dictionaries alone."""
    import pyarrow.compute as pc

    def longest(chunk: Any) -> int:
        known = chunk.dictionary if hasattr(chunk, "dictionary") else chunk
        return int(pc.max(pc.binary_length(known)).as_py() or 0)

    return {
        name: max((longest(chunk) for chunk in column.chunks), default=0)
        for name, column in zip(texts.column_names, texts.columns, strict=True)
    }


def _check_values(run: Run, title: str) -> None:
    """Refuse columns of another kind, negative counts and unknown targets."""
    for name, columns in NUMBERS.items():
        table: pd.DataFrame = getattr(run, name)
        if missing := [column for column in FURTHER.get(name, ()) if column not in table]:
            raise BadDataset(
                f"“{title}”: {name}.parquet has no column {', '.join(missing)}; evaluate again."
            )
        for column in columns:
            if not pd.api.types.is_numeric_dtype(table[column]) or (table[column] < 0).any():
                raise BadDataset(
                    f"“{title}”: the column {column} of {name}.parquet holds what is no count; "
                    "evaluate again."
                )
        unknown = sorted(set(table["target"]) - set(TARGETS))
        if unknown:
            raise BadDataset(
                f"“{title}”: {name}.parquet scores {unknown[0]!r:.40}, and only "
                f"{' and '.join(TARGETS)} are known here; evaluate again."
            )
    if run.cases.empty or np.isnan(run.cases[list(COUNTS)].to_numpy(float)).any():
        raise BadDataset(f"“{title}” scored no case or lacks counts; evaluate again.")
