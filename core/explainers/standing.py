"""What the trial that comes with the app says of one map: trusted, not trusted, or not tried."""

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from core.explainers.backgrounds import Background
from core.explainers.question import Asked
from core.explainers.registry import methods
from core.explainers.trial import Variant
from core.explainers.verdicts import FORMAT, TRIAL, shipped_trials


@dataclass(frozen=True)
class Standing:
    """How far a map can be trusted.

    Parameters
    ----------
    trusted : None where the method was not tried as it is used here.
    reasons : why it is not trusted.
    trial : name of the trial; None where there is none.
    preset : whose networks were tried.
    doubts : how the case differs from the trial, in sentences.
    """

    trusted: bool | None
    reasons: tuple[str, ...] = ()
    trial: str | None = None
    preset: str | None = None
    doubts: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The verdict in two or three words."""
        return {True: "trusted", False: "not trusted", None: "not tried"}[self.trusted]

    @property
    def sentence(self) -> str:
        """The verdict with its reasons, and how the case differs from the trial."""
        said = f"{self.words} in the app's trial"
        if self.reasons:
            said += f": {'; '.join(self.reasons)}"
        return " ".join((f"{said}.", *self.doubts))

    @property
    def note(self) -> str:
        """The verdict for a narrow place."""
        by = f" by the trial of {self.preset}" if self.preset else ""
        return self.words if self.trusted is None else f"{self.words}{by}"

    def record(self) -> dict[str, Any]:
        """Give the verdict for a file."""
        return asdict(self)


def standing(method: str, background: Background, asked: Asked, preset: str) -> Standing:
    """Look up what the trial says of a map; one of networks of `preset` comes before others."""
    trials = _trials()
    if not trials:
        return Standing(None)
    name = next(
        (name for name, one in trials.items() if one["preset"] == preset), next(iter(trials))
    )
    tried = trials[name]
    compares = methods()[method].compares
    variant = Variant(method, background if compares else Background.PLAIN).name
    found = next((one for one in tried["methods"] if one["variant"] == variant), None)
    if found is None:
        return Standing(None, (), name, tried["preset"])
    doubts = []
    if tried["preset"] != preset:
        doubts.append(f"The trial asked networks of {tried['preset']}, not of {preset}.")
    if asked is not Asked.TUMOR:
        doubts.append("It asked the tumor network alone.")
    return Standing(found["trusted"], tuple(found["reasons"]), name, tried["preset"], tuple(doubts))


def _trials() -> dict[str, dict[str, Any]]:
    """Read the shipped trials of this version by name."""
    read = {name: _read(folder / TRIAL) for name, folder in shipped_trials().items()}
    return {name: one for name, one in read.items() if one.get("format") == FORMAT}


@cache
def _read(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(path.read_text())
    return record
