"""A case that was segmented before: its folder, with the scan it was made of."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.cascade.measurement import measure
from core.cascade.segmentation import Segmentation
from core.cohort.one_by_one import FINDINGS_NAME
from core.errors import HepatoScopeError
from core.io.datasets import read_labels
from core.report.followup import Study
from core.volume import Volume

LABELS_NAME = "labels.nii.gz"


def is_case_folder(path: Path) -> bool:
    """Whether ``segment`` wrote `path`."""
    return (path / FINDINGS_NAME).is_file() and (path / LABELS_NAME).is_file()


def read_case(folder: Path, volume: Volume) -> Study:
    """Take the labels of a finished case as the result for `volume`, the scan it was made of.

    The folder holds no probabilities: they are empty arrays, and a report says nothing of them.

    Raises
    ------
    HepatoScopeError
        The findings cannot be read, or the labels are of another scan.
    """
    record = _record(folder)
    if record["source_sha256"] != volume.digest:
        raise HepatoScopeError(
            f"“{folder.name}” was made of another scan than “{volume.source}”; give the scan that "
            "was segmented, byte by byte."
        )
    labels = read_labels(folder / LABELS_NAME, volume)
    return Study(volume, _segmentation(record, labels), measure(volume, labels))


def _record(folder: Path) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads((folder / FINDINGS_NAME).read_text("utf-8"))
        missing = {"source_sha256", "preset", "thresholds", "models_sha256"} - record.keys()
    except (ValueError, AttributeError) as error:
        raise HepatoScopeError(
            f"{folder.name}/{FINDINGS_NAME} cannot be read; segment the scan again."
        ) from error
    if missing:
        raise HepatoScopeError(
            f"{folder.name}/{FINDINGS_NAME} lacks {', '.join(sorted(missing))}; segment the scan "
            "again."
        )
    return record


def _segmentation(record: dict[str, Any], labels: NDArray[np.uint8]) -> Segmentation:
    unknown = np.zeros((0, 0, 0), np.uint8)
    return Segmentation(
        labels=labels,
        liver_probability=unknown,
        tumor_probability=unknown,
        preset=record["preset"],
        liver_threshold=record["thresholds"]["liver"],
        tumor_threshold=record["thresholds"]["tumor"],
        liver_box=None,
        liver_gray=0.0,
        models=record["models_sha256"],
        seconds=record.get("seconds", {}),
        steps=(),
    )
