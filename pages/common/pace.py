"""How long work takes on this machine, learnt from what it took before."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter

import streamlit as st

# Kinds of work that are remembered; there are fewer.
MOST = 64
# Of a stage that tells nothing of its progress: it is never shown as done before it is.
NEARLY = 0.95


@dataclass
class Clock:
    """When the stages of one piece of work began and ended, and how much of each is done.

    Parameters
    ----------
    stages : in order.
    size : of the work, in any unit: twice as much takes about twice as long.
    kind : what else tells work of the same stages apart, such as the networks asked.
    """

    stages: tuple[str, ...]
    size: float = 1.0
    kind: str = ""
    fractions: dict[str, float] = field(default_factory=dict)
    began: dict[str, float] = field(default_factory=dict)
    ended: dict[str, float] = field(default_factory=dict)

    def tell(self, stage: str, fraction: float) -> None:
        """Note how much of a stage is done; a stage begins with the first word of it."""
        now = perf_counter()
        for earlier in self.stages[: self.stages.index(stage)] if stage in self.stages else ():
            if earlier in self.began:
                self.ended.setdefault(earlier, now)
        self.began.setdefault(stage, now)
        self.fractions[stage] = fraction
        if fraction >= 1:
            self.ended[stage] = now

    @property
    def took(self) -> dict[str, float]:
        """Seconds by stage, of those that have ended."""
        return {stage: self.ended[stage] - self.began[stage] for stage in self.ended}


class Paces:
    """Seconds by stage for work of size 1, of the latest work of each kind."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, tuple[str, ...]], dict[str, float]] = {}
        self._lock = threading.Lock()

    def learn(self, clock: Clock) -> None:
        """Remember how long work took that came to its end."""
        with self._lock:
            self._known.pop((clock.kind, clock.stages), None)
            self._known[clock.kind, clock.stages] = {
                stage: seconds / clock.size for stage, seconds in clock.took.items()
            }
            while len(self._known) > MOST:
                self._known.pop(next(iter(self._known)))

    def expected(self, clock: Clock) -> dict[str, float] | None:
        """Seconds that each stage will take; None where such work was never done here."""
        with self._lock:
            known = self._known.get((clock.kind, clock.stages))
        return None if known is None else {name: clock.size * one for name, one in known.items()}


@st.cache_resource
def paces() -> Paces:
    """Give what the work of all visitors has taught of this machine."""
    return Paces()


def progress_of(
    clock: Clock, expected: Mapping[str, float] | None, now: float
) -> tuple[float, float | None]:
    """Tell the share of the work that is done, and how many seconds are left, where that is known.

    Without experience stages count alike. With it each counts as long as it takes, and a stage
    that tells nothing of itself goes on with the time that it took before.
    """
    if expected is None:
        return min(1.0, sum(clock.fractions.values()) / len(clock.stages)), None
    total = sum(expected.get(stage, 0.0) for stage in clock.stages) or 1.0
    left = 0.0
    for stage in clock.stages:
        seconds = expected.get(stage, 0.0)
        left += seconds * (1 - _done(clock, stage, seconds, now))
    return min(1.0, 1 - left / total), left


def _done(clock: Clock, stage: str, seconds: float, now: float) -> float:
    if stage in clock.ended:
        return 1.0
    if stage not in clock.began:
        return 0.0
    told = clock.fractions.get(stage, 0.0)
    by_time = (now - clock.began[stage]) / seconds if seconds else 0.0
    return max(told, min(NEARLY, by_time)) if told == 0 else told


def in_words(seconds: float | None) -> str:
    """Say how long it will take."""
    if seconds is None:
        return ""
    if seconds < 2:
        return "nearly done"
    if seconds < 90:
        return f"about {round(seconds)} s left"
    return f"about {round(seconds / 60)} min left"
