"""A case that was segmented before: its folder, with the scan it was made of."""

import json
from pathlib import Path
from typing import Any

from core.cascade.labelled import Labelled
from core.cascade.measurement import measure
from core.cohort.one_by_one import FINDINGS_NAME
from core.errors import HepatoScopeError
from core.io.labels import read_labels
from core.quality import check
from core.study import Examined
from core.turning import turned
from core.volume import Turn, Volume

LABELS_NAME = "labels.nii.gz"


def is_case_folder(path: Path) -> bool:
    """Whether ``segment`` wrote `path`."""
    return (path / FINDINGS_NAME).is_file() and (path / LABELS_NAME).is_file()


def read_case(folder: Path, volume: Volume) -> Examined:
    """Take the labels of a finished case as the result for `volume`, the scan it was made of.

    The folder holds no probabilities, and a report says nothing of them.

    Raises
    ------
    HepatoScopeError
        The findings cannot be read, or the labels are of another scan.
    """
    record = _record(folder)
    for turn in _turns(folder, record):
        volume = turned(volume, turn)
    if record["source_sha256"] != volume.digest:
        raise HepatoScopeError(
            f"“{folder.name}” was made of another scan than “{volume.source}”; give the scan that "
            "was segmented, byte by byte."
        )
    labels = read_labels(folder / LABELS_NAME, volume)
    labelled = Labelled(
        record["preset"],
        *_thresholds(folder, record),
        record["models_sha256"],
        record.get("seconds", {}),
        (),
        labels,
    )
    return Examined(volume, check(volume), labelled, measure(volume, labels))


def _turns(folder: Path, record: dict[str, Any]) -> list[Turn]:
    try:
        return [Turn(turn) for turn in record.get("turned", ())]
    except (TypeError, ValueError) as error:
        raise HepatoScopeError(
            f"“{folder.name}/{FINDINGS_NAME}” names a turn of the scan that is not known here; "
            "segment the scan again."
        ) from error


def _thresholds(folder: Path, record: dict[str, Any]) -> tuple[float, float]:
    try:
        known = record["thresholds"]
        return float(known["liver"]), float(known["tumor"])
    except (KeyError, TypeError, ValueError) as error:
        raise HepatoScopeError(
            f"“{folder.name}/{FINDINGS_NAME}” names no thresholds of liver and tumor; segment the "
            "scan again."
        ) from error


def _record(folder: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads((folder / FINDINGS_NAME).read_text("utf-8"))
        missing = {"source_sha256", "preset", "thresholds", "models_sha256"} - record.keys()
    except (OSError, ValueError, AttributeError, RecursionError) as error:
        raise HepatoScopeError(
            f"“{folder.name}/{FINDINGS_NAME}” cannot be read; segment the scan again."
        ) from error
    if missing:
        raise HepatoScopeError(
            f"“{folder.name}/{FINDINGS_NAME}” lacks {', '.join(sorted(missing))}; segment the scan "
            "again."
        )
    models, preset = record["models_sha256"], record["preset"]
    known = isinstance(models, dict) and all(isinstance(one, str) for one in models.values())
    if not known or not isinstance(preset, str):
        raise HepatoScopeError(
            f"“{folder.name}/{FINDINGS_NAME}” names no preset and networks; segment the scan again."
        )
    return record
