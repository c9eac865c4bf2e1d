"""Fit one network: Adam, cosine decay, early stopping, checkpoints, resume, a model card."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np
from numpy.typing import NDArray

from core.errors import WeightsMissing
from core.io.datasets import LabelledCase
from core.models.losses import bce_dice_loss, dice_coefficient
from core.models.store import CARD_NAME, WEIGHTS_NAME, save_weights
from core.models.unet import build_unet
from core.presets import Preset
from core.provenance import commit, versions
from core.training.data import Augmentation, Batches, usable_slices
from core.training.judge import averages, patient_dice, slice_scores
from core.training.pack import Pack, Task, pack_cases, view_of
from core.training.patients import patient_of, split_by_patient

# Where Keras' BackupAndRestore keeps the newest epoch.
LAST_WEIGHTS = "backup/latest.weights.h5"
# By what the epochs are compared, and whether the smallest or the largest is the best.
MONITORS: dict[str, tuple[str, Callable[..., Any]]] = {
    "loss": ("val_loss", min),
    "dice": ("val_patient_dice", max),
    "last": ("val_loss", min),
}
LICENCES = {
    "lits": "LiTS (Bilic et al. 2023), CC BY-NC-ND 4.0",
    "msd": "Medical Segmentation Decathlon Task03 (Antonelli et al. 2022), CC BY-SA 4.0",
    "phantom": "HepatoScope phantoms, Apache-2.0",
}


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; all of it stands in the model card.

    Parameters
    ----------
    encoder_weights : ``"imagenet"``, a local file, or None for random values.
    slices_per_epoch : draws of one epoch; None takes every usable slice once.
    patience : epochs without a better validation loss before stopping.
    start : weights to start from, or None.
    keep : the epoch whose weights are kept: of the lowest validation ``"loss"``, of the highest
        validation ``"dice"`` (mean over patients), or the ``"last"``. The loss pools batches:
        one patient with large tumors rules it.
    split : ``"slice"`` draws the validation slices from all patients, as many publications do.
        It leaks: use it only to measure by how much.
    """

    epochs: int = 20
    batch_size: int = 16
    learning_rate: float = 1e-3
    patience: int = 6
    slices_per_epoch: int | None = None
    encoder_weights: str | None = None
    start: Path | None = None
    keep: Literal["loss", "dice", "last"] = "loss"
    seed: int = 0
    validation_fraction: float = 0.15
    validation_patients: tuple[str, ...] = ()
    split: Literal["patient", "slice"] = "patient"
    augmentation: Augmentation = field(default_factory=Augmentation)


def train_unet(
    task: Task,
    cases: Sequence[LabelledCase],
    preset: Preset,
    recipe: Recipe,
    out: Path,
    report: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Train the network of `task` into the folder `out` and return its card.

    Started again on the same folder, an interrupted training goes on after its last
    finished epoch, and a finished one goes on only if the recipe has more epochs.

    Raises WeightsMissing where a file to start from is not there, BadDataset where the
    cases cannot be split by patient.
    """
    _check_files(recipe)
    code = commit()
    out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(recipe.seed)
    training, validation = sides = _sides(cases, preset, task, recipe, out, report)
    size, _ = view_of(preset, task)
    model = build_unet(size, recipe.encoder_weights)
    if recipe.start:
        model.load_weights(recipe.start)
    _fit(model, task, training, validation, recipe, out, report)
    # A network of its own: one with an optimizer refuses weights saved without its state.
    kept = build_unet(size)
    kept.load_weights(out / (LAST_WEIGHTS if recipe.keep == "last" else WEIGHTS_NAME))
    settle_batch_norm(kept, Batches(training.pack, task, recipe.batch_size, slices=training.slices))
    save_weights(kept, out / WEIGHTS_NAME)
    card = _card(task, preset, recipe, sides, _history(out))
    judged = Batches(validation.pack, task, recipe.batch_size, slices=validation.slices)
    card["validation_scores"] = averages(slice_scores(kept, judged))
    card["commit"] = code
    (out / CARD_NAME).write_text(json.dumps(card, indent=2) + "\n")
    return card


@dataclass(frozen=True, eq=False)
class Side:
    """One side of the split: cases, their pack, and which of its slices are meant."""

    cases: Sequence[LabelledCase]
    pack: Pack
    slices: NDArray[np.int64]


def _sides(
    cases: Sequence[LabelledCase],
    preset: Preset,
    task: Task,
    recipe: Recipe,
    out: Path,
    report: Callable[[str], None],
) -> tuple[Side, Side]:
    if recipe.split == "slice":
        pack = pack_cases(cases, preset, task, out / "packs", report)
        slices = np.random.default_rng(recipe.seed).permutation(usable_slices(pack, task))
        held_out = round(recipe.validation_fraction * len(slices))
        return Side(cases, pack, slices[held_out:]), Side(cases, pack, slices[:held_out])
    training, validation = split_by_patient(
        cases,
        fraction=recipe.validation_fraction,
        seed=recipe.seed,
        validation_patients=recipe.validation_patients,
    )
    packs = [
        pack_cases(side, preset, task, out / "packs", report) for side in (training, validation)
    ]
    return (
        Side(training, packs[0], usable_slices(packs[0], task)),
        Side(validation, packs[1], usable_slices(packs[1], task)),
    )


def _fit(
    model: keras.Model,
    task: Task,
    training: Side,
    validation: Side,
    recipe: Recipe,
    out: Path,
    report: Callable[[str], None],
) -> None:
    done = _history(out)
    if _is_finished(done, recipe):
        return
    batches = Batches(
        training.pack,
        task,
        recipe.batch_size,
        slices=training.slices,
        augmentation=recipe.augmentation,
        slices_per_epoch=recipe.slices_per_epoch,
        seed=recipe.seed,
        first_epoch=len(done),
    )
    decay = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate, recipe.epochs * len(batches)
    )
    # XLA, the default of `compile`, is slower than oneDNN on a CPU.
    model.compile(
        keras.optimizers.Adam(decay), bce_dice_loss, metrics=[dice_coefficient], jit_compile=False
    )
    monitor, better = MONITORS[recipe.keep]
    best = better((float(row[monitor]) for row in done), default=None)
    judged = Batches(validation.pack, task, recipe.batch_size, slices=validation.slices)
    model.fit(
        batches,
        validation_data=judged,
        epochs=recipe.epochs,
        verbose=0,
        # Batches are shuffled already, in a way that a resumed run repeats.
        shuffle=False,
        callbacks=[
            # First, so that the others find its figure.
            PatientDice(judged),
            keras.callbacks.BackupAndRestore(str(out / "backup"), delete_checkpoint=False),
            keras.callbacks.ModelCheckpoint(
                str(out / WEIGHTS_NAME),
                monitor=monitor,
                mode=better.__name__,
                save_best_only=True,
                save_weights_only=True,
                initial_value_threshold=best,
            ),
            keras.callbacks.CSVLogger(str(out / "history.csv"), append=True),
            # After the file it reads.
            StopWhenFinished(out, recipe),
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: report(_line(epoch, recipe.epochs, logs))
            ),
        ],
    )


class PatientDice(keras.callbacks.Callback):  # type: ignore[misc]
    """Adds ``val_patient_dice`` to each epoch: Dice of each patient's pixels, then their mean.

    Patients without the structure are left out: there a Dice is 0 for the first wrong pixel.
    """

    def __init__(self, batches: Batches) -> None:
        super().__init__()
        self._batches = batches

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Predict the validation slices once more, patient by patient."""
        if logs is not None:
            logs["val_patient_dice"] = patient_dice(slice_scores(self.model, self._batches))


class StopWhenFinished(keras.callbacks.Callback):  # type: ignore[misc]
    """Stops early by the whole history, so that an interruption gives no further patience."""

    def __init__(self, out: Path, recipe: Recipe) -> None:
        super().__init__()
        self._out, self._recipe = out, recipe

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Read the history and judge it as a training that is started again does."""
        if _is_finished(_history(self._out), self._recipe):
            self.model.stop_training = True


def settle_batch_norm(model: keras.Model, batches: Batches, count: int = 50) -> None:
    """Replace the running statistics by plain means over `count` batches as predicted on.

    While training they follow weights that move and slices that are varied. Wu and Johnson,
    Rethinking "Batch" in BatchNorm, 2021.
    """
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    usual = [layer.momentum for layer in layers]
    for number in range(min(count, len(batches))):
        for layer in layers:
            layer.momentum = number / (number + 1)
        model(batches[number][0], training=True)
    for layer, momentum in zip(layers, usual, strict=True):
        layer.momentum = momentum


def _check_files(recipe: Recipe) -> None:
    encoder = recipe.encoder_weights
    for path in (recipe.start, Path(encoder) if encoder and encoder != "imagenet" else None):
        if path and not path.is_file():
            raise WeightsMissing(f"There is no weights file “{path}”; check its name and place.")


def _is_finished(done: Sequence[dict[str, str]], recipe: Recipe) -> bool:
    monitor, better = MONITORS[recipe.keep]
    figures = [float(row[monitor]) for row in done]
    since_best = len(figures) - 1 - figures.index(better(figures)) if figures else 0
    return len(done) >= recipe.epochs or since_best >= max(recipe.patience, 1)


def _line(epoch: int, epochs: int, logs: dict[str, float]) -> str:
    figures = ", ".join(f"{name} {value:.4f}" for name, value in logs.items())
    return f"epoch {epoch + 1} of {epochs}: {figures}"


def _history(out: Path) -> list[dict[str, str]]:
    path = out / "history.csv"
    if not path.is_file():
        return []
    with path.open() as lines:
        return list(csv.DictReader(lines))


def _card(
    task: Task,
    preset: Preset,
    recipe: Recipe,
    sides: tuple[Side, Side],
    history: Sequence[dict[str, str]],
) -> dict[str, Any]:
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
            "licences": sorted(
                licence
                for prefix, licence in LICENCES.items()
                if any(case.dataset.startswith(prefix) for side in sides for case in side.cases)
            ),
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
