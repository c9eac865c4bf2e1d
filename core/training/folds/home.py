"""Make trained networks of what an accelerator brought back: weights, card and losses of each.

``python -m core.training.folds.home BACK --pack PACK --out weights/ensemble``
"""

import argparse
import csv
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.models.store import WEIGHTS_NAME, save_weights, write_card
from core.models.unet import SLIM_DECODER, build_unet
from core.presets import ENSEMBLE
from core.provenance import commit, versions
from core.training.licences import licences_of

LOSSES_NAME = "losses.csv"


def bring_home(
    back: Path, pack: Path, out: Path, report: Callable[[str], None] = lambda _: None
) -> None:
    """Write ``out/<network>/`` for every network in the folder `back`."""
    told = json.loads((back / "history.json").read_text())
    records = dict(np.load(pack / "records.npz", allow_pickle=False))
    model = build_unet(ENSEMBLE.tumor_size, decoder_filters=SLIM_DECODER)
    for path in sorted(back.glob("*.npz")):
        weights = np.load(path)
        for weight in model.weights:
            weight.assign(weights[weight.path.replace("/", "|")].astype(np.float32))
        folder = out / path.stem
        folder.mkdir(parents=True, exist_ok=True)
        save_weights(model, folder / WEIGHTS_NAME)
        losses = told["losses"][path.stem]
        write_card(folder, card_of(path.stem, told, records))
        _write_losses(folder / LOSSES_NAME, losses, told["recipe"])
        report(f"{path.stem}: {len(losses)} cycles, loss {losses[-1][-1]}")


def card_of(name: str, told: dict[str, Any], records: dict[str, Any]) -> dict[str, Any]:
    """Tell what the network `name` (``tumor-1``) learned from, how, and who was held out."""
    task, number = name.rsplit("-", 1)
    fold, recipe = int(number) - 1, told["recipe"]
    usable = records["labelled"] & records["liver"] if task == "tumor" else True
    sides = {
        "training": (records["fold"] != fold) & usable,
        "validation": (records["fold"] == fold) & usable,
    }
    cycles = len(told["losses"][name])
    return {
        "model": f"U-Net, EfficientNetB0 encoder, slim decoder, {task}, fold {number}",
        "intended_use": "Research and teaching. Not for diagnosis.",
        "task": task,
        "architecture": {"decoder_filters": SLIM_DECODER},
        "preset": asdict(ENSEMBLE),
        "recipe": {
            **recipe,
            "cycles": cycles,
            "slices_drawn": cycles * recipe["steps"] * recipe["batch"],
            "encoder_weights": "efficientnet-lite0-57934424.pth",
        },
        "data": {
            **{side: _side(records, which) for side, which in sides.items()},
            "licences": licences_of({case.split("/")[0] for case in records["case"]}),
        },
        "device": told["device"],
        "commit": commit(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
    }


def _side(records: dict[str, Any], which: Any) -> dict[str, Any]:
    return {
        "cases": list(dict.fromkeys(records["case"][which].tolist())),
        "patients": sorted(set(records["patient"][which].tolist())),
        "slices": int(np.count_nonzero(which)),
        "slices_with_tumor": int(np.count_nonzero(records["has_tumor"] & which)),
    }


def _write_losses(path: Path, cycles: list[list[float]], recipe: dict[str, Any]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["cycle", "slices", "loss"])
        slices = 0
        for number, losses in enumerate(cycles, 1):
            for loss in losses:
                slices += recipe["steps"] * recipe["batch"] // len(losses)
                writer.writerow([number, slices, loss])


def main() -> None:
    """Read the command line and bring the networks home."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("back", type=Path)
    parser.add_argument("--pack", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    bring_home(given.back, given.pack, given.out, print)


if __name__ == "__main__":
    main()
