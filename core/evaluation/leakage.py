"""What a split by slices hides: the same network judged by held-out slices and by new patients.

Two networks are trained alike. One is validated on slices drawn from all patients, so that
it has seen the neighbours of each; the other on patients it never met. Both are then run on
test patients that neither has seen.
"""

from collections.abc import Iterator, Mapping
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
# Ways to average the Dice, with the place of each in a card's and in a run's summary.
_PLACES = {
    "global": ("per_patient", "per_case", "global_dice"),
    "per_slice_with_truth": ("per_slice_with_truth", "per_slice_with_truth", "mean_dice"),
    # A run counts by case: here a patient has one.
    "per_patient": ("per_patient", "per_case", "mean_dice"),
}
AVERAGES = tuple(_PLACES)

Dices = Mapping[str, float | None]


@dataclass(frozen=True)
class Side:
    """One side of a split.

    Parameters
    ----------
    patients : their names.
    slices, slices_with_tumor : how many it has.
    """

    patients: frozenset[str]
    slices: int
    slices_with_tumor: int


@dataclass(frozen=True)
class Promise:
    """What validation promised of one network, and what unseen patients gave.

    Parameters
    ----------
    network : ``liver`` or ``tumor``.
    split : ``slice`` (at random, leaking) or ``patient``.
    promised, given : Dice by AVERAGES; None where it was not measured.
    training, validation : what it learned from and was validated on.
    test_patients : whom the run on unseen patients has; empty without a run.
    """

    network: str
    split: Split
    promised: Dices
    given: Dices
    training: Side
    validation: Side
    test_patients: frozenset[str]

    @property
    def shared_patients(self) -> int:
        """How many validation patients also trained the network: the leak."""
        return len(self.validation.patients & self.training.patients)

    @property
    def known_test_patients(self) -> frozenset[str]:
        """Test patients that are none, since the network met them in training or validation."""
        return self.test_patients & (self.training.patients | self.validation.patients)


def leakage(weights: Path | None = None) -> list[Promise]:
    """Read what of the comparison is there, by network and split; nothing of it may be.

    Raises BadDataset where a run is damaged.
    """
    return list(_promises(weights or store.WEIGHTS_DIR))


def _promises(weights: Path) -> Iterator[Promise]:
    runs = {
        split: _run(weights / "evaluations" / f"leakage-{split}-lits-a-test") for split in SPLITS
    }
    for network, target in TARGETS.items():
        for split in SPLITS:
            folder = weights / "leakage" / split / network
            if (folder / CARD_NAME).is_file():
                yield _promise(network, split, read_card(folder), runs[split], target)


def _run(folder: Path) -> Run | None:
    return read_run(folder) if folder.is_dir() else None


def _promise(
    network: str, split: Split, card: dict[str, Any], run: Run | None, target: str
) -> Promise:
    promised = card.get("validation_scores", {})
    given = {} if run is None else run.facts["summary"].get(target, {})
    return Promise(
        network,
        split,
        {name: promised.get(place, {}).get(dice) for name, (place, _, dice) in _PLACES.items()},
        {name: given.get(place, {}).get(dice) for name, (_, place, dice) in _PLACES.items()},
        _side(card["data"]["training"]),
        _side(card["data"]["validation"]),
        frozenset() if run is None else frozenset(run.facts["patients"]),
    )


def _side(data: dict[str, Any]) -> Side:
    return Side(frozenset(data["patients"]), data["slices"], data["slices_with_tumor"])
