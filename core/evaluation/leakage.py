"""What a split by slices hides: the same network judged by held-out slices and by new patients.

Two networks are trained alike. One is validated on slices drawn from all patients, so that
it has seen the neighbours of each; the other on patients it never met. Both are then run on
test patients that neither has seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.evaluation.run import Run, read_run
from core.models import store
from core.models.store import CARD_NAME, read_card

Split = Literal["slice", "patient"]
SPLITS: tuple[Split, ...] = ("slice", "patient")
# A network's target in the runs.
TARGETS = {"liver": "organ", "tumor": "tumor"}
AVERAGES = {
    "per_slice_with_truth": "mean over slices that truly show it",
    "per_slice": "mean over slices",
    "per_patient": "mean over patients",
}


@dataclass(frozen=True)
class Promise:
    """What validation promised of one network, and what unseen patients gave.

    Parameters
    ----------
    network : ``liver`` or ``tumor``.
    split : ``slice`` (at random, leaking) or ``patient``.
    promised, given : mean Dice under one averaging; None where it was not measured.
    validation_slices : how many slices validation judged.
    shared_patients, validation_patients : validation patients who also trained it, and all.
    test_cases : how many cases the run on unseen patients has.
    """

    network: str
    split: Split
    promised: float | None
    given: float | None
    validation_slices: int
    shared_patients: int
    validation_patients: int
    test_cases: int

    @property
    def gap(self) -> float | None:
        """How much more was promised than given."""
        if self.promised is None or self.given is None:
            return None
        return self.promised - self.given


def leakage(average: str, weights: Path | None = None) -> list[Promise]:
    """Read what of the comparison is there, by network and split; nothing of it may be.

    Parameters
    ----------
    average : a key of AVERAGES.

    Raises
    ------
    BadDataset
        Where a run is damaged.
    """
    return list(_promises(average, weights or store.WEIGHTS_DIR))


def _promises(average: str, weights: Path) -> Iterator[Promise]:
    runs = {
        split: _run(weights / "evaluations" / f"leakage-{split}-lits-a-test") for split in SPLITS
    }
    for network, target in TARGETS.items():
        for split in SPLITS:
            folder = weights / "leakage" / split / network
            if (folder / CARD_NAME).is_file():
                yield _promise(network, split, read_card(folder), runs[split], target, average)


def _run(folder: Path) -> Run | None:
    return read_run(folder) if folder.is_dir() else None


def _promise(
    network: str, split: Split, card: dict[str, Any], run: Run | None, target: str, average: str
) -> Promise:
    validation = card["data"]["validation"]
    patients = set(validation["patients"])
    scores = card.get("validation_scores", {}).get(average, {})
    return Promise(
        network,
        split,
        scores.get("mean_dice"),
        None if run is None else _given(run, target, average),
        validation["slices"],
        len(patients & set(card["data"]["training"]["patients"])),
        len(patients),
        0 if run is None else len(run.facts["cases"]),
    )


def _given(run: Run, target: str, average: str) -> float | None:
    # A run counts by case: here a patient has one.
    key = "per_case" if average == "per_patient" else average
    dice: float | None = run.facts["summary"].get(target, {}).get(key, {}).get("mean_dice")
    return dice
