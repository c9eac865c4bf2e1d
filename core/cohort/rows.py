"""The table of a cohort: one row for each scan, in a Parquet file beside the case folders."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.errors import BadCohort

TABLE_NAME, ROW_NAME = "cohort.parquet", "row.json"
VERSION = b"1"
VERSION_KEY = b"hepatoscope-cohort"
DONE, FAILED = "done", "failed"
COLUMNS: dict[str, pa.DataType] = {
    "case": pa.string(),
    "input": pa.string(),
    "state": pa.string(),
    "reason": pa.string(),
    "source_sha256": pa.string(),
    "slices": pa.int32(),
    "spacing_x_mm": pa.float64(),
    "spacing_y_mm": pa.float64(),
    "spacing_z_mm": pa.float64(),
    "liver_volume_ml": pa.float64(),
    "tumor_volume_ml": pa.float64(),
    "tumor_burden_percent": pa.float64(),
    "lesions": pa.int32(),
    "longest_diameter_mm": pa.float64(),
    "liver_mean_hu": pa.float64(),
    "warnings": pa.int32(),
    "quality": pa.string(),
    "expected_dice": pa.float64(),
    "expected_wrong_ml": pa.float64(),
    "worst_slice": pa.int32(),
    "agreement": pa.float64(),
    "age_years": pa.float64(),
    "sex": pa.string(),
    "study_date": pa.string(),
    "preset": pa.string(),
    "models": pa.string(),
    "stamp": pa.string(),
    "seconds": pa.float64(),
}
Row = dict[str, Any]


def schema() -> pa.Schema:
    """Columns of the table, with its version."""
    return pa.schema(list(COLUMNS.items()), metadata={VERSION_KEY: VERSION})


def row(**known: Any) -> Row:
    """Make a row; what is not known is empty. KeyError for a column that there is not."""
    for name in known:
        COLUMNS[name]
    return {name: known.get(name) for name in COLUMNS}


def write_table(rows: Iterable[Row], folder: Path) -> None:
    """Write the table whole, ordered by case; the one before stays until it is there.

    Raises BadCohort where it cannot be written.
    """
    ordered = sorted(rows, key=lambda one: str(one["case"]))
    fresh = folder / f"{TABLE_NAME}.new"
    try:
        pq.write_table(pa.Table.from_pylist(ordered, schema()), fresh, compression="zstd")
        fresh.replace(folder / TABLE_NAME)
    except OSError as error:
        raise BadCohort(
            f"The table cannot be written to “{folder}” ({error.strerror or error}); what is "
            "finished stays: make room, and start again."
        ) from error


def read_table(folder: Path) -> pa.Table:
    """Read the table of a folder; an empty one where there is none.

    Raises BadCohort where it is none of ours, damaged, or of another version.
    """
    path = folder / TABLE_NAME
    if not path.is_file():
        return schema().empty_table()
    try:
        found = pq.read_schema(path)
        version = (found.metadata or {}).get(VERSION_KEY)
        if version != VERSION:
            told = (
                "no version" if version is None else f"version {version.decode(errors='replace')}"
            )
            raise BadCohort(
                f"The table “{folder.name}/{TABLE_NAME}” has {told}, not {VERSION.decode()}; "
                "open it with the version that wrote it, or name another --out."
            )
        return pq.read_table(path, schema=schema())
    except (OSError, pa.ArrowException) as error:
        raise BadCohort(
            f"The table “{folder.name}/{TABLE_NAME}” is damaged; delete it, and start again: it is "
            "made anew from the case folders."
        ) from error


def put_row(folder: Path, known: Row) -> None:
    """Write the row of a case into its folder, whole or not at all. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{ROW_NAME}.new"
    fresh.write_text(json.dumps(known, indent=1) + "\n")
    fresh.replace(folder / ROW_NAME)


def row_in(folder: Path) -> Row | None:
    """Read the row in the folder of a case; None where there is none, or no whole one."""
    try:
        told: Mapping[str, Any] = json.loads((folder / ROW_NAME).read_text("utf-8"))
        return row(**told)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
