"""What one visitor has: their cases, and what was made of each, which goes when the case goes."""

import os
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from weakref import WeakSet

import numpy as np
import pandas as pd
import streamlit as st

from core.cascade.labelled import Made
from core.process.memory import MB, whole_mb
from core.study import Study

# A 512x512x300 scan with its result takes about 400 MB of the host's memory.
MAX_CASES = 3
# For what is made of them.
BUDGET_BYTES = 512 * 2**20
NAME = "memory"
# Of the machine's memory, for the scans of all visitors together; the rest is for work.
SHARE = 0.4
BUDGET = "HEPATOSCOPE_MEMORY_MB"
# For each voxel: densities, labels, two probabilities, and the labels before corrections by hand.
BYTES_A_VOXEL = 6

T = TypeVar("T")


@dataclass(frozen=True)
class Slot(Generic[T]):
    """A place in the memory of whoever visits the page, for values of one kind.

    A value kept with the id of a `case` belongs to that case and goes with it; one without
    belongs to the visit. `of` tells the values of a slot apart.

    Parameters
    ----------
    name : of the slot, its own.
    keep : most values for one case, the newest of them.
    """

    name: str
    keep: int = 1

    def get(self, case: str = "", of: Hashable = None) -> T | None:
        """Give what was kept; None where there is nothing (any more)."""
        return memory().get(self, case, of)

    def all(self, case: str = "") -> dict[Any, T]:
        """List what is kept by what it is of, the oldest first."""
        return memory().all(self, case)

    def put(self, value: T, case: str = "", of: Hashable = None) -> None:
        """Keep a value, unless its case is closed."""
        memory().put(self, value, case, of)

    def pop(self, case: str = "", of: Hashable = None) -> T | None:
        """Give what was kept, and forget it."""
        found = self.get(case, of)
        self.drop(case, of)
        return found

    def drop(self, case: str = "", of: Hashable = None) -> None:
        """Forget what was kept, where there is something."""
        memory().drop(self, case, of)

    def made(self, case: str, of: Hashable, make: Callable[[], T]) -> T:
        """Give what `make` gave for the same case and `of`, or ask it; keeps nothing that raises.

        These values are the first to go where memory runs short: they can be made again.
        """
        found = memory().touch(self, case, of)
        if found is None:
            found = make()
            memory().put(self, found, case, of, again=True)
        return found


@dataclass(frozen=True, eq=False)
class Kept:
    """A value, the bytes that it takes, and whether it can be made again."""

    value: Any
    bytes: int
    again: bool


@dataclass(eq=False)
class Memory:
    """The memory of one visitor.

    Parameters
    ----------
    cases : by id, the oldest first.
    kept : by slot, case and what it is of, the oldest first.
    session : of Streamlit's, that has it at present.
    """

    cases: dict[str, Study] = field(default_factory=dict)
    kept: dict[tuple[str, str, Hashable], Kept] = field(default_factory=dict)
    session: str = ""

    def __post_init__(self) -> None:
        EVERY.add(self)

    @property
    def bytes(self) -> int:
        """Bytes of its cases and of what was made of them."""
        scans = sum(BYTES_A_VOXEL * case.volume.hu.size for case in list(self.cases.values()))
        return scans + sum(one.bytes for one in list(self.kept.values()))

    def open(self, case: Study) -> None:
        """Keep a case or its newer state; where there are too many, the oldest makes room."""
        self.cases[case.id] = case
        while len(self.cases) > MAX_CASES:
            self.close(next(iter(self.cases)))

    def close(self, case_id: str) -> None:
        """Forget a case, and all that was made of it."""
        self.cases.pop(case_id, None)
        self.kept = {key: one for key, one in self.kept.items() if key[1] != case_id}

    def empty(self) -> None:
        """Forget everything."""
        self.cases.clear()
        self.kept.clear()

    def get(self, slot: Slot[T], case: str = "", of: Hashable = None) -> T | None:
        """Give a value, or None."""
        found = self.kept.get((slot.name, case, of))
        return None if found is None else found.value

    def touch(self, slot: Slot[T], case: str = "", of: Hashable = None) -> T | None:
        """Give a value, which is the newest from now on, or None."""
        key = slot.name, case, of
        if key in self.kept:
            self.kept[key] = self.kept.pop(key)
        return self.get(slot, case, of)

    def all(self, slot: Slot[T], case: str = "") -> dict[Any, T]:
        """List the values of a slot for a case by what they are of."""
        place = slot.name, case
        return {key[2]: one.value for key, one in self.kept.items() if key[:2] == place}

    def put(
        self, slot: Slot[T], value: T, case: str = "", of: Hashable = None, *, again: bool = False
    ) -> None:
        """Keep a value as the newest, and forget what is too much."""
        if case and case not in self.cases:
            return
        self.drop(slot, case, of)
        self.kept[slot.name, case, of] = Kept(value, size_of(value, self.cases.get(case)), again)
        for old in list(self.all(slot, case))[: -slot.keep]:
            self.drop(slot, case, old)
        self._make_room()

    def drop(self, slot: Slot[Any], case: str = "", of: Hashable = None) -> None:
        """Forget a value, where there is one."""
        self.kept.pop((slot.name, case, of), None)

    def _make_room(self) -> None:
        """Forget old values that can be made again, then large ones, never the newest."""
        *others, _ = self.kept
        used = sum(one.bytes for one in self.kept.values())
        for key in sorted(others, key=self._worth):
            if used <= BUDGET_BYTES:
                return
            used -= self.kept.pop(key).bytes

    def _worth(self, key: tuple[str, str, Hashable]) -> tuple[bool, int]:
        # What a visitor wrote or chose is small: it stays.
        one = self.kept[key]
        return (False, 0) if one.again else (True, -one.bytes)


# Of all visitors, as long as anything holds them.
EVERY: "WeakSet[Memory]" = WeakSet()


def has_room(voxels: int) -> bool:
    """Whether the host has room for one more scan, beside those of all visitors."""
    most = budget_bytes()
    used = sum(one.bytes for one in list(EVERY))
    return most is None or used + BYTES_A_VOXEL * voxels <= most


def budget_bytes() -> float | None:
    """Bytes for the scans of all visitors; None where nobody says what the machine has."""
    told = os.environ.get(BUDGET, "")
    if told.isdigit():
        return int(told) * MB
    whole = whole_mb()
    return None if whole is None else SHARE * whole * MB


def memory() -> Memory:
    """Give the memory of the present visitor."""
    found: Memory = st.session_state.setdefault(NAME, Memory())
    return found


def content(case: Study, segmentation: Made) -> tuple[object, ...]:
    """Name a scan and its result: bytes, networks, thresholds and decisions."""
    models = tuple(sorted(segmentation.models.items()))
    return case.id, segmentation.preset, models, segmentation.called


def size_of(value: object, case: Study | None = None) -> int:
    """Count the bytes of the arrays, tables and texts in a value, without those of cases."""
    held = {id(part) for part, _ in _parts(vars(case), set())} if case is not None else set()
    return sum(size for part, size in _parts(value, set()) if id(part) not in held)


def _parts(value: object, seen: set[int]) -> Iterator[tuple[object, int]]:
    """List the arrays, tables and texts in a value, each once, with their bytes."""
    if id(value) in seen or callable(value) or isinstance(value, Study):
        return
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        yield value, value.nbytes
    elif isinstance(value, pd.DataFrame):
        yield value, int(value.memory_usage().sum())
    elif isinstance(value, str | bytes):
        yield value, len(value)
    else:
        for part in _inside(value):
            yield from _parts(part, seen)


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    return list(vars(value).values()) if hasattr(value, "__dict__") else []
