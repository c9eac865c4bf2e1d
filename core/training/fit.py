"""Fit one network: Adam, cosine decay, early stopping, checkpoints, resume, a model card."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from core.io.datasets import LabelledCase
from core.io.patients import split_by_patient
from core.models.losses import bce_dice_loss, dice_coefficient
from core.models.store import WEIGHTS_NAME, save_weights, write_card
from core.models.unet import build_unet
from core.presets import Preset
from core.provenance import commit
from core.training.card import Side, unet_card
from core.training.data import Batches, usable_slices
from core.training.history import (
    HISTORY_NAME,
    Patience,
    StopWhenOver,
    epoch_line,
    read_history,
)
from core.training.judge import averages, patient_dice, slice_scores
from core.training.pack import Task, pack_cases, view_of
from core.training.recipe import MONITORS, Recipe, check_files


def train_unet(
    task: Task,
    cases: Sequence[LabelledCase],
    preset: Preset,
    recipe: Recipe,
    out: Path,
    report: Callable[[str], None] = lambda _: None,
    on_epoch: Callable[[Mapping[str, float]], None] = lambda _: None,
) -> dict[str, Any]:
    """Train the network of `task` into the folder `out` and return its card.

    Parameters
    ----------
    report : is told, line by line, how far it is.
    on_epoch : is told the figures of each epoch.

    Started again on the same folder, an interrupted training goes on after its last
    finished epoch, and a finished one goes on only if the recipe has more epochs.

    Raises WeightsMissing where a file to start from is not there, BadDataset where the
    cases cannot be split by patient.
    """
    check_files(recipe)
    code = commit()
    out.mkdir(parents=True, exist_ok=True)
    keras.utils.set_random_seed(recipe.seed)
    training, validation = sides = _sides(cases, preset, task, recipe, out, report)
    size, _ = view_of(preset, task)
    model = build_unet(size, recipe.encoder_weights)
    if recipe.start:
        model.load_weights(recipe.start)
    if recipe.still:
        for layer in batch_norms(model):
            # Keras lets it keep its statistics then.
            layer.trainable = False
    _fit(model, task, training, validation, recipe, out, report, on_epoch)
    # A network of its own: one with an optimizer refuses weights saved without its state.
    kept = build_unet(size)
    kept.load_weights(out / WEIGHTS_NAME)
    if not recipe.still:
        shown = Batches(training.pack, task, recipe.batch_size, slices=training.slices)
        settle_batch_norm(kept, shown)
    save_weights(kept, out / WEIGHTS_NAME)
    card = unet_card(task, preset, recipe, sides, read_history(out))
    judged = Batches(validation.pack, task, recipe.batch_size, slices=validation.slices)
    card["validation_scores"] = averages(slice_scores(kept, judged))
    card["commit"] = code
    return write_card(out, card)


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
    on_epoch: Callable[[Mapping[str, float]], None],
) -> None:
    done = read_history(out)
    monitor, better = MONITORS[recipe.keep]
    patience = Patience(monitor, better, recipe.epochs, recipe.patience)
    if patience.is_over(done):
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
    # XLA, the default of `compile`, is slower than oneDNN on a CPU.
    optimizer = _optimizer(recipe, recipe.epochs * len(batches))
    model.compile(optimizer, bce_dice_loss, metrics=[dice_coefficient], jit_compile=False)
    judged = Batches(validation.pack, task, recipe.batch_size, slices=validation.slices)
    model.fit(
        batches,
        validation_data=judged,
        epochs=recipe.epochs,
        verbose=0,
        # Batches are shuffled already, in a way that a resumed run repeats.
        shuffle=False,
        callbacks=[
            # Before the mean of the weights takes their place: training goes on from themselves.
            keras.callbacks.BackupAndRestore(str(out / "backup"), delete_checkpoint=False),
            *([keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if recipe.average else []),
            # Before those that look for its figure.
            PatientDice(judged),
            keras.callbacks.ModelCheckpoint(
                str(out / WEIGHTS_NAME),
                monitor=monitor,
                mode=better.__name__,
                save_best_only=recipe.keep != "last",
                save_weights_only=True,
                initial_value_threshold=patience.best(done),
            ),
            keras.callbacks.CSVLogger(str(out / HISTORY_NAME), append=True),
            # After the file it reads.
            StopWhenOver(out, patience),
            keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: on_epoch(dict(logs))),
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: report(epoch_line(epoch, recipe.epochs, logs))
            ),
        ],
    )


def _optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    rising = recipe.warm_up
    rate = keras.optimizers.schedules.CosineDecay(
        0.0 if rising else recipe.learning_rate,
        steps - rising,
        warmup_target=recipe.learning_rate if rising else None,
        warmup_steps=rising,
    )
    averaged = {"use_ema": True, "ema_momentum": recipe.average} if recipe.average else {}
    return keras.optimizers.Adam(rate, global_clipnorm=recipe.clip, **averaged)


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


def batch_norms(model: keras.Model) -> list[keras.layers.BatchNormalization]:
    """List the layers of batch normalization."""
    return [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]


def settle_batch_norm(model: keras.Model, batches: Batches, count: int = 50) -> None:
    """Replace the running statistics by plain means over `count` batches as predicted on.

    While training they follow weights that move and slices that are varied. Wu and Johnson,
    Rethinking "Batch" in BatchNorm, 2021.
    """
    layers = batch_norms(model)
    usual = [layer.momentum for layer in layers]
    for number in range(min(count, len(batches))):
        for layer in layers:
            layer.momentum = number / (number + 1)
        model(batches[number][0], training=True)
    for layer, momentum in zip(layers, usual, strict=True):
        layer.momentum = momentum
