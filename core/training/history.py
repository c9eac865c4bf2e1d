"""What a training has done so far, read from its ``history.csv``, and whether that is enough."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

HISTORY_NAME = "history.csv"

# One epoch: its figures by name.
Epoch = dict[str, str]


@dataclass(frozen=True)
class Patience:
    """When a training ends.

    Parameters
    ----------
    monitor : figure by which the epochs are compared.
    better : `min` or `max`, whichever picks the best of them.
    epochs : at most.
    patience : epochs without a better figure before stopping.
    """

    monitor: str
    better: Callable[..., Any]
    epochs: int
    patience: int

    def best(self, done: Sequence[Epoch]) -> float | None:
        """Best figure so far; None before the first epoch."""
        figure: float | None = self.better((float(row[self.monitor]) for row in done), default=None)
        return figure

    def is_over(self, done: Sequence[Epoch]) -> bool:
        """Whether the epochs `done` are enough."""
        figures = [float(row[self.monitor]) for row in done]
        since_best = len(figures) - 1 - figures.index(self.better(figures)) if figures else 0
        return len(done) >= self.epochs or since_best >= max(self.patience, 1)


def read_history(out: Path) -> list[Epoch]:
    """Read the epochs run so far into the folder `out`."""
    path = out / HISTORY_NAME
    if not path.is_file():
        return []
    with path.open() as lines:
        return list(csv.DictReader(lines))


class StopWhenOver(keras.callbacks.Callback):  # type: ignore[misc]
    """Stops early by the whole history, so that an interruption gives no further patience."""

    def __init__(self, out: Path, patience: Patience) -> None:
        super().__init__()
        self._out, self._patience = out, patience

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Read the history and judge it as a training that is started again does."""
        if self._patience.is_over(read_history(self._out)):
            self.model.stop_training = True


def epoch_line(epoch: int, epochs: int, logs: dict[str, float]) -> str:
    """Tell the figures of an epoch, counted from 0."""
    figures = ", ".join(f"{name} {value:.4f}" for name, value in logs.items())
    return f"epoch {epoch + 1} of {epochs}: {figures}"
