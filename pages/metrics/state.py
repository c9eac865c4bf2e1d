"""What the Metrics page keeps for one visitor, and how it calls things."""

from collections.abc import Callable
from typing import Any

from core.evaluation import Run

MAIN_KEY = "metrics-main-run"
OTHERS_KEY = "metrics-other-runs"
VIEW_KEY = "metrics-view"
SCORE_KEY = "metrics-score"
SCORES = {
    "dice": "Dice",
    "iou": "IoU",
    "precision": "Precision",
    "recall": "Recall",
    "specificity": "Specificity",
    "accuracy": "Accuracy",
    "hd95_mm": "HD95 (mm)",
    "assd_mm": "ASSD (mm)",
    "surface_dice": "Surface Dice",
}


def digest_of(run: Run) -> tuple[str, str]:
    """Stand for a run in a cache."""
    return run.name, run.digest


# For the functions that the page caches: a run is known by its files.
BY_DIGEST: dict[str | type, Callable[[Any], Any]] = {Run: digest_of}
