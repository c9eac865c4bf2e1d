"""The model card of a trained U-Net."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.io.datasets import LabelledCase
from core.io.patients import patient_of
from core.presets import Preset
from core.provenance import versions
from core.training.history import Epoch
from core.training.licences import licences_of
from core.training.pack import Pack, Task
from core.training.recipe import MONITORS, Recipe


@dataclass(frozen=True, eq=False)
class Side:
    """One side of the split: cases, their pack, and which of its slices are meant."""

    cases: Sequence[LabelledCase]
    pack: Pack
    slices: NDArray[np.int64]


def unet_card(
    task: Task,
    preset: Preset,
    recipe: Recipe,
    sides: tuple[Side, Side],
    history: Sequence[Epoch],
) -> dict[str, Any]:
    """Tell what was trained, how, on whom, and which epoch of `history` was kept."""
    monitor, better = MONITORS[recipe.keep]
    best = better(history, key=lambda row: float(row[monitor]))
    kept = history[-1] if recipe.keep == "last" else best
    return {
        "model": f"U-Net, EfficientNetB0 encoder, {task}",
        "intended_use": "Research and teaching. Not for diagnosis.",
        "task": task,
        "preset": asdict(preset),
        "recipe": {
            **asdict(recipe),
            "start": _file_name(recipe.start),
            "encoder_weights": _file_name(recipe.encoder_weights) or "none (random values)",
        },
        "data": {
            "training": _data(sides[0]),
            "validation": _data(sides[1]),
            "licences": licences_of(case.dataset for side in sides for case in side.cases),
        },
        "kept_epoch": {name: float(value) for name, value in kept.items()},
        "epochs_run": len(history),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
    }


def _file_name(path: Path | str | None) -> str | None:
    return Path(path).name if path else None


def _data(side: Side) -> dict[str, Any]:
    records = [side.pack.records[index] for index in side.slices]
    return {
        "cases": [f"{case.dataset}/{case.name}" for case in side.cases],
        "patients": sorted({patient_of(case) for case in side.cases}),
        "slices": len(records),
        "slices_with_tumor": sum(record.tumor for record in records),
    }
