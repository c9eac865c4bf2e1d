"""Scores as tables: one row a case, a slice, a lesion, or a level of probability."""

import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from core.evaluation.score import CaseScore
from core.metrics.calibration import LEVELS, ProbabilityHistogram
from core.metrics.lesions import LesionRecord
from core.metrics.overlap import Overlap
from core.metrics.risk import expected_dice

COUNTS = ("true_positive", "false_positive", "false_negative", "voxels")
SCORES = ("dice", "iou", "precision", "recall", "specificity", "accuracy")
KEY = ["dataset", "case", "target"]


def case_table(scores: Iterable[CaseScore], thresholds: dict[str, float]) -> pd.DataFrame:
    """One row for each case and target; `thresholds` by target."""
    return pd.DataFrame([_case_row(score, thresholds[score.target]) for score in scores])


def slice_table(scores: Iterable[CaseScore]) -> pd.DataFrame:
    """One row for each scored axial slice of each case and target, empty ones included."""
    rows = [
        {**_key(score), "slice": index, **_overlap_row(part)}
        for score in scores
        for index, part in zip(_numbers(score), score.slices, strict=True)
    ]
    return pd.DataFrame(rows)


def lesion_table(scores: Iterable[CaseScore]) -> pd.DataFrame:
    """One row for each true and each predicted lesion."""
    rows = [
        {**_key(score), **asdict(lesion), "size_class": lesion.size_class}
        for score in scores
        for lesion in score.lesions
    ]
    columns = [*KEY, *LesionRecord.__dataclass_fields__, "size_class"]
    table = pd.DataFrame(rows, columns=columns).astype({"size_class": "string"})
    # Columns without a row have no kind of their own.
    kinds = {name: field.type for name, field in LesionRecord.__dataclass_fields__.items()}
    return table if rows else table.astype({**dict.fromkeys(KEY, str), **kinds})


def threshold_table(scores: Iterable[CaseScore]) -> pd.DataFrame:
    """Voxels of truth (`positives`) and background (`negatives`) by probability level of 255.

    Levels that no voxel has are left out.
    """
    tables = [_level_rows(score) for score in scores]
    return pd.concat(tables, ignore_index=True)


def overlaps_of(table: pd.DataFrame) -> list[Overlap]:
    """Read the overlaps of a case or slice table back."""
    counts = table[list(COUNTS)].to_numpy(np.int64).tolist()
    return [Overlap(*row) for row in counts]


def histogram_of(table: pd.DataFrame) -> ProbabilityHistogram:
    """Add up the rows of a threshold table."""
    counts = np.zeros((2, LEVELS), np.int64)
    for row, column in zip(counts, ("positives", "negatives"), strict=True):
        np.add.at(row, table["level"].to_numpy(), table[column].to_numpy())
    return ProbabilityHistogram(counts[0], counts[1])


def lesions_of(table: pd.DataFrame) -> list[LesionRecord]:
    """Read the lesions of a lesion table back."""
    fields = list(LesionRecord.__dataclass_fields__)
    rows = table[fields].itertuples(index=False)
    return [LesionRecord(*row) for row in rows]


def _key(score: CaseScore) -> dict[str, str]:
    return {"dataset": score.dataset, "case": score.case, "target": score.target}


def _numbers(score: CaseScore) -> Iterable[int]:
    return range(len(score.slices)) if score.numbers is None else score.numbers


def _overlap_row(part: Overlap) -> dict[str, Any]:
    return {name: getattr(part, name) for name in (*COUNTS, *SCORES)}


def _case_row(score: CaseScore, threshold: float) -> dict[str, Any]:
    whole, surface = score.whole, score.surface
    voxel_ml = math.nan if score.voxel_ml is None else score.voxel_ml
    return {
        **_key(score),
        "patient": score.patient,
        **_overlap_row(whole),
        "relative_volume_difference": whole.relative_volume_difference,
        "volume_difference_ml": whole.volume_difference_ml(voxel_ml),
        "hd95_mm": surface.hd95_mm,
        "assd_mm": surface.assd_mm,
        "surface_dice": surface.surface_dice,
        "surface_tolerance_mm": surface.tolerance_mm,
        "surfaces_comparable": str(surface.comparable),
        "expected_dice": expected_dice(
            score.histogram.positives + score.histogram.negatives, threshold
        ),
        "agreement": math.nan if score.agreement is None else score.agreement,
        "voxel_ml": voxel_ml,
        "seconds": round(score.seconds, 2),
    }


def _level_rows(score: CaseScore) -> pd.DataFrame:
    positives, negatives = score.histogram.positives, score.histogram.negatives
    level = np.flatnonzero(positives + negatives)
    counts = {"level": level, "positives": positives[level], "negatives": negatives[level]}
    return pd.DataFrame({**_key(score), **counts})
