"""What came of teaching a network: before, after, and whether it may be used."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LESSON_NAME = "lesson.json"
# What a Dice may lose by chance.
TOLERANCE = 0.01
HELD, KNOWN, OWN = "corrected cases held out", "phantoms held out", "labelled patients held out"
DRAWING, PACKING, LEARNING, MEASURING = STAGES = (
    "Drawing phantoms to rehearse with",
    "Preparing the slices",
    "Learning",
    "Measuring on what was held out",
)


@dataclass(frozen=True)
class Told:
    """How far teaching is.

    Parameters
    ----------
    share : of the stage that is done, 0..1.
    losses : of the epochs so far: of the slices that it learns from, and of those held out.
    """

    stage: str
    share: float
    text: str
    losses: tuple[tuple[float, float], ...] = ()


Tell = Callable[[Told], None]


@dataclass(frozen=True)
class Plan:
    """How much is learned, and by what it is held in place.

    Parameters
    ----------
    share : of the way from the weights before to those that were learned, where it stops.
    phantoms, held_phantoms : drawn to rehearse with, and to measure on.
    patients, held_patients : of a labelled folder, likewise.
    phantom_shape, phantom_spacing : voxels and their size in mm.
    """

    epochs: int = 4
    slices_per_epoch: int = 160
    batch_size: int = 8
    learning_rate: float = 1e-4
    share: float = 0.25
    phantoms: int = 6
    held_phantoms: int = 3
    patients: int = 8
    held_patients: int = 2
    seed: int = 0
    phantom_shape: tuple[int, int, int] = (256, 256, 60)
    phantom_spacing: tuple[float, float, float] = (1.4, 1.4, 3.0)


@dataclass(frozen=True)
class Came:
    """What a preset came to on some cases.

    Parameters
    ----------
    tumor_dice : mean over those with tumors, None without any.
    true, found, invented : lesions: in truth, touched of these, and called where there is none.
    """

    tumor_dice: float | None
    true: int
    found: int
    invented: int


@dataclass(frozen=True)
class Group:
    """Cases that nothing was learned from, before and after.

    Parameters
    ----------
    known : whether the network knew such cases before.
    """

    name: str
    cases: tuple[str, ...]
    known: bool
    before: Came
    after: Came

    @property
    def worse(self) -> bool:
        """Whether it does worse now: a lower Dice, or a further invented lesion a case."""
        lost = (self.before.tumor_dice or 0.0) - (self.after.tumor_dice or 0.0)
        return lost > TOLERANCE or self.after.invented > self.before.invented + len(self.cases)


@dataclass(frozen=True)
class Lesson:
    """What came of teaching.

    Parameters
    ----------
    preset : name of the new one; it is there only where it is offered.
    learned : names of the corrected cases that it learned from.
    """

    preset: str
    offered: bool
    groups: tuple[Group, ...]
    learned: tuple[str, ...]
    rehearsed: tuple[str, ...]
    plan: Plan
    seconds: float
    commit: str
    written: str

    @property
    def table(self) -> tuple[str, ...]:
        """Write what was measured as a Markdown table, line by line."""
        return (
            "| on | cases | tumor Dice before | after | lesions found before | after | invented "
            "before | after |",
            "|---|---|---|---|---|---|---|---|",
            *(
                f"| {group.name} | {len(group.cases)} | {_dice(group.before)} | "
                f"{_dice(group.after)} | {_found(group.before)} | {_found(group.after)} | "
                f"{group.before.invented} | {group.after.invented} |"
                for group in self.groups
            ),
        )

    @property
    def sentence(self) -> str:
        """Say whether it may be used, and why."""
        worse = [group for group in self.groups if group.worse]
        if worse:
            names = " and on ".join(group.name for group in worse)
            return f"It does worse on {names}, so it is not offered; the networks stay as they are."
        if not any(group.name == HELD for group in self.groups):
            return (
                "It does not do worse on what it knew, and is offered; of one patient alone nobody "
                "could be held out, so whether it does better is not known."
            )
        return "It does not do worse on what was held out, and is offered."


def _dice(came: Came) -> str:
    return "–" if came.tumor_dice is None else f"{came.tumor_dice:.3f}"


def _found(came: Came) -> str:
    return f"{came.found} of {came.true}"


def lessons_in(folder: Path) -> list[Lesson]:
    """Read what came of teaching so far, the newest first; what cannot be read is left out."""
    found = [lesson for path in folder.glob(f"*/{LESSON_NAME}") if (lesson := _read(path))]
    return sorted(found, key=lambda lesson: lesson.written, reverse=True)


def _read(path: Path) -> Lesson | None:
    try:
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        groups = tuple(
            Group(
                one["name"],
                tuple(one["cases"]),
                one["known"],
                Came(**one["before"]),
                Came(**one["after"]),
            )
            for one in told["groups"]
        )
        plan = Plan(**{name: _hashable(value) for name, value in told["plan"].items()})
        rest = {name: _hashable(value) for name, value in told.items()}
        return Lesson(**{**rest, "groups": groups, "plan": plan})
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _hashable(value: Any) -> Any:
    """Give a list of JSON back as the tuple that it was."""
    return tuple(value) if isinstance(value, list) else value
