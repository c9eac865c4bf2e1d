"""How networks were trained: the figures of every epoch, in the order of the phases."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from core.errors import BadDataset
from core.models import store
from core.models.store import CARD_NAME, read_card

LAST_PHASE = "history.csv"
# Of the networks of folds, which validate by scoring whole patients afterwards.
LOSSES = "losses.csv"
NEEDED = ("epoch", "loss", "val_loss")


@dataclass(frozen=True, eq=False)
class History:
    """The training of one network.

    Parameters
    ----------
    epochs : a row an epoch, phases one after the other: ``number`` from 1 over all phases,
        ``phase`` from 1, and the columns of the files, such as ``loss``, ``val_loss``,
        ``dice_coefficient``, ``val_dice_coefficient``, ``val_patient_dice`` (newer trainings).
    kept : number of the epoch whose weights are kept; None where the card does not say.
    card : the model card; empty while the training goes on.
    step : what a row stands for.
    """

    epochs: pd.DataFrame
    kept: int | None
    card: dict[str, Any]
    step: str = "Epoch"

    @property
    def phase_starts(self) -> list[int]:
        """Number of the first epoch of every phase."""
        starts: list[int] = self.epochs.groupby("phase")["number"].min().tolist()
        return starts


def histories(weights: Path | None = None) -> dict[str, Path]:
    """Find the folders of trained networks that have a history, by name.

    They are ``<preset>/<network>`` and ``leakage/<split>/<network>``, the latter at the end.
    """
    place = weights or store.WEIGHTS_DIR
    found = [
        path.parent
        for depth in ("*/*", "leakage/*/*")
        for name in (LAST_PHASE, LOSSES)
        for path in sorted(place.glob(f"{depth}/{name}"))
    ]
    return {folder.relative_to(place).as_posix(): folder for folder in found}


def read_history(folder: Path) -> History:
    """Read the history of the network in `folder`: history-1.csv, history-2.csv …, history.csv.

    Of a network of folds the file is losses.csv, and the phases are its cycles.

    Raises BadDataset where a file is damaged or has not the columns of a training.
    """
    if (folder / LOSSES).is_file():
        return _read_losses(folder)
    numbered = sorted(folder.glob("history-*.csv"), key=_phase_number)
    phases = [_table(path, NEEDED) for path in [*numbered, folder / LAST_PHASE]]
    epochs = pd.concat(
        [table.assign(phase=number) for number, table in enumerate(phases, 1)], ignore_index=True
    )
    epochs["number"] = range(1, len(epochs) + 1)
    card = _card(folder)
    return History(epochs, _kept(phases, card), card)


def _read_losses(folder: Path) -> History:
    table = _table(folder / LOSSES, ("cycle", "slices", "loss"))
    epochs = table.rename(columns={"cycle": "phase"}).assign(number=range(1, len(table) + 1))
    step = f"Step of {int(table['slices'].min()):,} slices" if len(table) else "Step"
    return History(epochs, None, _card(folder), step)


def _card(folder: Path) -> dict[str, Any]:
    return read_card(folder) if (folder / CARD_NAME).is_file() else {}


def _phase_number(path: Path) -> int:
    digits = path.stem.removeprefix("history-")
    if not digits.isdecimal():
        raise BadDataset(f"{path.parent.name}/{path.name} is no phase; name it history-1.csv.")
    return int(digits)


def _table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    name = f"{path.parent.name}/{path.name}"
    try:
        table = pd.read_csv(path)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise BadDataset(f"{name} is damaged; copy it again.") from error
    if missing := [column for column in columns if column not in table]:
        raise BadDataset(f"{name} has no column {', '.join(missing)}; copy it again.")
    return table


def _kept(phases: Sequence[pd.DataFrame], card: dict[str, Any]) -> int | None:
    """Find the kept epoch, which the card counts within the last phase."""
    epoch = card.get("kept_epoch", {}).get("epoch")
    last = phases[-1]["epoch"].tolist()
    if epoch not in last:
        return None
    return sum(map(len, phases[:-1])) + last.index(epoch) + 1
