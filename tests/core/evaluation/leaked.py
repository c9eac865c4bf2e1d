"""Cards and runs of a leakage comparison, made up."""

import json
import shutil
from pathlib import Path

PROMISED = {"slice": 0.95, "patient": 0.85}


def card(split: str, dice: float) -> dict[str, object]:
    others = ["c"] if split == "patient" else ["a", "b"]
    averages = ("per_patient", "per_slice", "per_slice_with_truth")
    return {
        "recipe": {"split": split},
        "data": {
            "training": {"patients": ["a", "b"], "slices": 80},
            "validation": {"patients": others, "slices": 20},
        },
        "validation_scores": {name: {"mean_dice": dice} for name in averages},
    }


def leaky_weights(place: Path, run: Path | None, networks: tuple[str, ...] = ("liver",)) -> Path:
    """Write cards of both splits below `place`, and `run` as that of each, if there is one."""
    for split, dice in PROMISED.items():
        for network in networks:
            folder = place / "leakage" / split / network
            folder.mkdir(parents=True)
            (folder / "card.json").write_text(json.dumps(card(split, dice)))
        if run is not None:
            shutil.copytree(run, place / "evaluations" / f"leakage-{split}-lits-a-test")
    return place
