"""Evaluation runs as files that travel: run.json and four Parquet tables."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from core.errors import BadDataset
from core.evaluation.score import TARGETS, CaseScore, Failure
from core.evaluation.tables import (
    COUNTS,
    KEY,
    case_table,
    lesion_table,
    slice_table,
    threshold_table,
)
from core.io.digest import sha256_of
from core.metrics.aggregate import summarize, with_truth
from core.metrics.bootstrap import Interval, mean_interval, pooled_interval
from core.metrics.calibration import brier_score, empty_histogram, reliability
from core.metrics.detection import Detection, detection
from core.metrics.surface import summarize_surfaces
from core.presets import Preset
from core.provenance import commit, versions

FORMAT = "hepatoscope-run"
FORMAT_VERSION = 1
RUN_NAME = "run.json"
Stamp = tuple[tuple[int, int], ...]
EMPTY_MASK_RULE = (
    "Truth and prediction both empty: not defined, left out of means and counted. "
    "One of them empty: 0."
)
# The columns that nothing works without; further ones may come.
TABLES = {
    "cases": [*KEY, "patient", *COUNTS, "expected_dice"],
    "slices": [*KEY, "slice", *COUNTS],
    "lesions": [*KEY, "truth", "voxels", "best_iou", "touched", "matched"],
    "thresholds": [*KEY, "level", "positives", "negatives"],
}


@dataclass(frozen=True, eq=False)
class Run:
    """An evaluation run, read back.

    Parameters
    ----------
    name : of its folder.
    facts : what run.json says: data, split, preset, weights, summary, commit, versions.
    cases, slices, lesions, thresholds : the tables of `core.evaluation.tables`.
    digest : SHA-256 of its files, which stands for the run in caches.
    """

    name: str
    facts: dict[str, Any]
    cases: pd.DataFrame
    slices: pd.DataFrame
    lesions: pd.DataFrame
    thresholds: pd.DataFrame
    digest: str = ""


def write_run(
    folder: Path,
    scores: Sequence[CaseScore],
    failures: Sequence[Failure],
    preset: Preset,
    models: dict[str, str],
    data: str,
    split: str | None,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Write the run below `folder`; returns what run.json says.

    Parameters
    ----------
    models : SHA-256 of the weights by network name.
    more : further facts for run.json; of one, `note`, the Metrics page shows the text.
    """
    thresholds = {"organ": preset.liver_threshold, "tumor": preset.tumor_threshold}
    facts = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "data": data,
        "split": split,
        "cases": sorted({score.case for score in scores}),
        "patients": sorted({score.patient for score in scores}),
        "failed": {failure.case: failure.reason for failure in failures},
        "preset": preset.name,
        "thresholds": thresholds,
        "models": models,
        "empty_masks": EMPTY_MASK_RULE,
        "targets": {"organ": "labels 1 and 2", "tumor": "label 2"},
        "summary": summary(scores),
        "commit": commit(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        **(more or {}),
    }
    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "cases": case_table(scores, thresholds),
        "slices": slice_table(scores),
        "lesions": lesion_table(scores),
        "thresholds": threshold_table(scores),
    }
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False, compression="zstd")
    (folder / RUN_NAME).write_text(json.dumps(facts, indent=2) + "\n")
    return facts


def read_run(folder: Path) -> Run:
    """Read the run in `folder`.

    Raises BadDataset where it holds none, is damaged, or was made by another version.
    """
    facts = _read_facts(folder)
    tables = {name: _read_table(folder / f"{name}.parquet", TABLES[name]) for name in TABLES}
    files = [folder / RUN_NAME, *(folder / f"{name}.parquet" for name in TABLES)]
    return Run(folder.name, facts, **tables, digest=sha256_of(files))


def summary(scores: Iterable[CaseScore]) -> dict[str, Any]:
    """Averages by target: over cases, over slices, over slices that truly show the target."""
    scores = list(scores)
    by_target = {
        target: [score for score in scores if score.target == target] for target in TARGETS
    }
    return {target: _summary_of(mine) for target, mine in by_target.items() if mine}


def _summary_of(scores: Sequence[CaseScore]) -> dict[str, Any]:
    slices = [part for score in scores for part in score.slices]
    cases = [score.whole for score in scores]
    lesions = [lesion for score in scores for lesion in score.lesions]
    histogram = sum((score.histogram for score in scores), empty_histogram())
    surfaces = summarize_surfaces(score.surface for score in scores)
    found = {
        "per_case": summarize(cases).to_dict(),
        "per_slice": summarize(slices).to_dict(),
        "per_slice_with_truth": summarize(with_truth(slices)).to_dict(),
        "intervals": {
            "mean_dice": _interval(mean_interval([case.dice for case in cases])),
            "global_dice": _interval(pooled_interval(cases)),
        },
        "calibration": {
            "expected_calibration_error": reliability(histogram).expected_calibration_error,
            "brier_score": brier_score(histogram),
        },
        "surface": {
            name: _or_none(getattr(surfaces, name).mean)
            for name in ("hd95_mm", "assd_mm", "surface_dice")
        },
    }
    if scores[0].target == "tumor":
        found["lesions"] = {
            "touched": _detection(detection(lesions, "touched")),
            "matched": _detection(detection(lesions, "matched")),
        }
    return found


def _interval(interval: Interval) -> list[float | None]:
    return [_or_none(interval.low), _or_none(interval.high)]


def _detection(counts: Detection) -> dict[str, Any]:
    names = ("truth", "found", "predicted", "true", "recall", "precision", "f1")
    return {name: _or_none(getattr(counts, name)) for name in names}


def _or_none(value: float) -> float | None:
    return None if value != value else value


def stamp_of(folder: Path) -> Stamp:
    """Tell when the files of a run changed last, and how large they are."""
    files = [folder / RUN_NAME, *(folder / f"{table}.parquet" for table in TABLES)]
    states = [file.stat() for file in files if file.is_file()]
    return tuple((state.st_mtime_ns, state.st_size) for state in states)


def _read_facts(folder: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads((folder / RUN_NAME).read_text())
    except FileNotFoundError as error:
        raise BadDataset(
            f"“{folder.name}” holds no {RUN_NAME}; make a run with “python -m core evaluate”."
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadDataset(f"“{folder.name}/{RUN_NAME}” is damaged; copy the run again.") from error
    made = (facts.get("format"), facts.get("format_version")) if isinstance(facts, dict) else facts
    if made != (FORMAT, FORMAT_VERSION):
        raise BadDataset(
            f"“{folder.name}/{RUN_NAME}” is of the kind {made} and this version reads "
            f"{(FORMAT, FORMAT_VERSION)}; evaluate again with this version."
        )
    return facts


def _read_table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    name = f"“{path.parent.name}/{path.name}”"
    try:
        # What pandas notes of its own in a file is not needed, and may be anything.
        table: pd.DataFrame = pq.read_table(path).replace_schema_metadata(None).to_pandas()
    except FileNotFoundError as error:
        raise BadDataset(f"{name} is missing; copy the whole run again.") from error
    except (ArrowException, OSError) as error:
        raise BadDataset(f"{name} is damaged; copy the run again.") from error
    if missing := [column for column in columns if column not in table]:
        raise BadDataset(f"{name} has no column {', '.join(missing)}; evaluate again.")
    return table
