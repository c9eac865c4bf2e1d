"""Cards and runs of a leakage comparison, made up."""

import json
import shutil
from pathlib import Path

PROMISED = {"slice": 0.95, "patient": 0.85}


def card(split: str, dice: float) -> dict[str, object]:
    apart = split == "patient"
    averages = ("per_patient", "per_slice", "per_slice_with_truth")
    return {
        "model": "U-Net, small",
        "intended_use": "Tests.",
        "recipe": {"split": split, "seed": 0, "encoder_weights": "none"},
        "data": {
            "training": {
                "patients": ["a", "b"],
                "slices": 80,
                "slices_with_tumor": 10 if apart else 16,
            },
            "validation": {
                "patients": ["c"] if apart else ["a", "b"],
                "slices": 20,
                "slices_with_tumor": 10 if apart else 4,
            },
            "licences": ["CC0"],
        },
        "kept_epoch": {"epoch": 0.0, "val_loss": 0.5, "val_dice_coefficient": 0.8},
        "validation_scores": {
            name: {"mean_dice": dice, "global_dice": dice + 0.02} for name in averages
        },
        "commit": "abc1234",
        "epochs_run": 1,
    }


def leaky_weights(place: Path, run: Path | None, networks: tuple[str, ...] = ("liver",)) -> Path:
    """Write cards of both splits below `place`, and `run` as that of each, if there is one."""
    for split, dice in PROMISED.items():
        for network in networks:
            folder = place / "leakage" / split / network
            folder.mkdir(parents=True)
            (folder / "card.json").write_text(json.dumps(card(split, dice)))
            (folder / "history.csv").write_text("epoch,loss,val_loss\n0,0.6,0.5\n")
        if run is not None:
            shutil.copytree(run, place / "evaluations" / f"leakage-{split}-lits-a-test")
    return place
