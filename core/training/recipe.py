"""How a U-Net is trained: all that is chosen beforehand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from core.errors import WeightsMissing
from core.training.data import Augmentation

# By what the epochs are compared, and whether the smallest or the largest is the best.
MONITORS: dict[str, tuple[str, Callable[..., Any]]] = {
    "loss": ("val_loss", min),
    "dice": ("val_patient_dice", max),
    "last": ("val_loss", min),
}


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; all of it stands in the model card.

    Parameters
    ----------
    encoder_weights : ``"imagenet"``, a local file, or None for random values.
    warm_up : steps in which the learning rate rises from 0, before its cosine falls.
    clip : bound of the gradient's norm over all weights; None leaves it as it is.
    average : share of the running mean of the weights that each step keeps (Polyak and Juditsky,
        SIAM J. Control Optim. 1992); that mean is judged and kept. 0 takes the weights themselves.
    slices_per_epoch : draws of one epoch; None takes every usable slice once.
    patience : epochs without a better validation loss before stopping.
    start : weights to start from, or None.
    keep : the epoch whose weights are kept: of the lowest validation ``"loss"``, of the highest
        validation ``"dice"`` (mean over patients), or the ``"last"``. The loss pools batches:
        one patient with large tumors rules it.
    still : batch normalization keeps the statistics that it starts with: those of a few cases are
        not those of patients.
    split : ``"slice"`` draws the validation slices from all patients, as many publications do.
        It leaks: use it only to measure by how much.
    """

    epochs: int = 20
    batch_size: int = 16
    learning_rate: float = 1e-3
    warm_up: int = 0
    clip: float | None = None
    average: float = 0.0
    patience: int = 6
    slices_per_epoch: int | None = None
    encoder_weights: str | None = None
    start: Path | None = None
    keep: Literal["loss", "dice", "last"] = "loss"
    seed: int = 0
    validation_fraction: float = 0.15
    validation_patients: tuple[str, ...] = ()
    still: bool = False
    split: Literal["patient", "slice"] = "patient"
    augmentation: Augmentation = field(default_factory=Augmentation)


def check_files(recipe: Recipe) -> None:
    """Raise WeightsMissing where a file that `recipe` starts from is not there."""
    encoder = recipe.encoder_weights
    for path in (recipe.start, Path(encoder) if encoder and encoder != "imagenet" else None):
        if path and not path.is_file():
            raise WeightsMissing(f"There is no weights file “{path}”; check its name and place.")
