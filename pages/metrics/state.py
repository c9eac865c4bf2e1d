"""What the Metrics page keeps for one visitor, and how it calls things."""

from collections.abc import Callable
from typing import Any

from core.evaluation import Run


class Key:
    """Every key of the page's own state; those of widgets are kept for the whole session."""

    MAIN = "metrics-main-run"
    OTHERS = "metrics-other-runs"
    VIEW = "metrics-view"
    UNIT = "metrics-unit"
    RULE = "metrics-empty-rule"
    PAIRED_SCORE = "metrics-paired-score"
    TARGET = "metrics-target"
    SCORE = "metrics-score"
    POINTS = "metrics-points"
    SIZES = "metrics-sizes"
    WORST = "metrics-worst-count"
    THUMBNAILS_ON = "metrics-thumbnails-on"
    UPLOADED = "metrics-uploaded-runs"
    UPLOADS = "metrics-uploads-taken"
    REFUSED = "metrics-upload-refused"
    PICKED = "metrics-picked-point"
    IMAGES = "metrics-case-images"
    THUMBNAILS = "metrics-thumbnails"
    PICTURES_ASKED = "metrics-pictures-asked"
    RECORD = "metrics-record-open"
    RECORD_AGAIN = "metrics-record-again"


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
