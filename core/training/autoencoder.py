"""Fit the autoencoder of patches: squared error, Adam, early stopping, resume, a model card."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np

from core.atlas.encoders import network_patch
from core.atlas.parts import gather
from core.atlas.patches import MIN_LIVER, PATCH, SLICE_SIDE, Patches, kinds
from core.io.datasets import LabelledCase
from core.io.patients import patient_of, split_by_patient
from core.models.autoencoder import build_autoencoder
from core.models.store import WEIGHTS_NAME, save_weights, write_card
from core.provenance import commit, versions
from core.training.history import (
    HISTORY_NAME,
    Patience,
    StopWhenOver,
    epoch_line,
    read_history,
)
from core.training.licences import licences_of


@dataclass(frozen=True)
class PatchRecipe:
    """How an autoencoder is trained; all of it stands in the model card.

    Parameters
    ----------
    bottleneck, pooled : of `build_autoencoder`.
    patience : epochs without a better validation loss before stopping.
    validation_fraction, validation_patients : of `split_by_patient`.
    """

    bottleneck: int = 64
    pooled: bool = True
    epochs: int = 60
    batch_size: int = 128
    learning_rate: float = 1e-3
    patience: int = 10
    seed: int = 0
    validation_fraction: float = 0.15
    validation_patients: tuple[str, ...] = ()


class PatchBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of patches, each its own target, in an order drawn anew each epoch.

    Parameters
    ----------
    turned : show every patch in one of its eight orientations by chance: a liver's inside has
        no upright, and there are few patients.
    """

    def __init__(
        self, patches: Patches, recipe: PatchRecipe, *, turned: bool, first_epoch: int = 0
    ) -> None:
        super().__init__()
        self._images, self._size, self._seed = patches.images, recipe.batch_size, recipe.seed
        self._turned, self._epoch = turned, first_epoch
        self._order = self._draw()

    def _draw(self) -> Any:
        return np.random.default_rng((self._seed, self._epoch)).permutation(len(self._images))

    def on_epoch_end(self) -> None:
        """Draw the next epoch."""
        self._epoch += 1
        self._order = self._draw()

    def __len__(self) -> int:
        return int(np.ceil(len(self._images) / self._size))

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        # In the order of the file, which is memory-mapped.
        chosen = np.sort(self._order[number * self._size : (number + 1) * self._size])
        images = np.array(self._images[chosen])
        if self._turned:
            rng = np.random.default_rng((self._seed, self._epoch, number))
            for image, turns, mirrored in zip(
                images, rng.integers(0, 4, len(images)), rng.random(len(images)) < 0.5, strict=True
            ):
                turned = np.rot90(image, turns)
                image[...] = turned.T.copy() if mirrored else turned.copy()
        seen = network_patch(images)
        return seen, seen


def train_autoencoder(
    cases: Sequence[LabelledCase],
    recipe: PatchRecipe,
    out: Path,
    report: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Train an autoencoder on the patches of `cases` into the folder `out`; return its card.

    Started again on the same folder, it goes on after the last finished epoch.

    Raises BadDataset where the cases cannot be split by patient or show no tumor.
    """
    code = commit()
    out.mkdir(parents=True, exist_ok=True)
    sides = split_by_patient(
        cases,
        fraction=recipe.validation_fraction,
        seed=recipe.seed,
        validation_patients=recipe.validation_patients,
    )
    training, validation = (gather(side, out / "packs", report) for side in sides)
    _fit(training, validation, recipe, out, report)
    kept = build_autoencoder(recipe.bottleneck, recipe.pooled)
    kept.load_weights(out / WEIGHTS_NAME)
    save_weights(kept, out / WEIGHTS_NAME)
    card = {
        "model": f"Autoencoder of {PATCH}×{PATCH} patches, {recipe.bottleneck} numbers a patch",
        "intended_use": "Research and teaching. Not for diagnosis.",
        "architecture": {"bottleneck": recipe.bottleneck, "pooled": recipe.pooled},
        "patches": {"side": PATCH, "slice_side": SLICE_SIDE, "min_liver": MIN_LIVER},
        "recipe": asdict(recipe),
        "data": {
            "training": _data(sides[0], training),
            "validation": _data(sides[1], validation),
            "licences": licences_of(case.dataset for case in cases),
        },
        "kept_epoch": _kept(out),
        "epochs_run": len(read_history(out)),
        "commit": code,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
    }
    return write_card(out, card)


def _fit(
    training: Patches,
    validation: Patches,
    recipe: PatchRecipe,
    out: Path,
    report: Callable[[str], None],
) -> None:
    done = read_history(out)
    patience = Patience("val_loss", min, recipe.epochs, recipe.patience)
    if patience.is_over(done):
        return
    keras.utils.set_random_seed(recipe.seed)
    model = build_autoencoder(recipe.bottleneck, recipe.pooled)
    model.compile(keras.optimizers.Adam(recipe.learning_rate), "mse", jit_compile=False)
    model.fit(
        PatchBatches(training, recipe, turned=True, first_epoch=len(done)),
        validation_data=PatchBatches(validation, recipe, turned=False),
        epochs=recipe.epochs,
        verbose=0,
        # Batches are shuffled already, in a way that a resumed run repeats.
        shuffle=False,
        callbacks=[
            keras.callbacks.BackupAndRestore(str(out / "backup"), delete_checkpoint=False),
            keras.callbacks.ModelCheckpoint(
                str(out / WEIGHTS_NAME),
                monitor="val_loss",
                save_best_only=True,
                save_weights_only=True,
                initial_value_threshold=patience.best(done),
            ),
            keras.callbacks.CSVLogger(str(out / HISTORY_NAME), append=True),
            # After the file it reads.
            StopWhenOver(out, patience),
            keras.callbacks.LambdaCallback(
                on_epoch_end=lambda epoch, logs: report(epoch_line(epoch, recipe.epochs, logs))
            ),
        ],
    )


def _kept(out: Path) -> dict[str, float]:
    best = min(read_history(out), key=lambda row: float(row["val_loss"]))
    return {name: float(value) for name, value in best.items()}


def _data(cases: Sequence[LabelledCase], patches: Patches) -> dict[str, Any]:
    return {
        "cases": [f"{case.dataset}/{case.name}" for case in cases],
        "patients": sorted({patient_of(case) for case in cases}),
        # Those of cases without tumor give no patch.
        "patients_with_patches": sorted(set(patches.table["patient"])),
        "patches": len(patches),
        "patches_with_tumor": int(np.nansum(kinds(patches.table))),
    }
