"""What a report may say: typed facts of one scan, each with its unit and where it came from."""

from collections.abc import Iterator
from dataclasses import dataclass

Value = float | int | str | bool | None


@dataclass(frozen=True)
class Fact:
    """One thing that is known of a scan.

    Parameters
    ----------
    id : of its `FactKind`, such as ``liver.volume`` or, for one lesion,
        ``lesion.1.longest_diameter``; unique in its `Facts`.
    label : name to show.
    value : None where it was not assessed, or cannot be.
    unit : such as ``mL``, ``mm``, ``HU`` or ``%``; empty for counts and words.
    digits : decimals that a sentence shows.
    interval : range in which the value may truly lie, in its unit, where that is known.
    origin : where the value came from, in a phrase.
    lesion : number of the lesion it is about, 1 for the largest.
    axial_slice : z index in the RAS+ volume where it can be seen.
    """

    id: str
    label: str
    value: Value
    unit: str = ""
    digits: int = 0
    interval: tuple[float, float] | None = None
    origin: str = ""
    lesion: int | None = None
    axial_slice: int | None = None

    @property
    def number(self) -> float | None:
        """The value, if it is a number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            return None
        return float(self.value)

    @property
    def shown(self) -> str:
        """The value as sentences, tables and documents all write it; a dash where unknown."""
        if self.value is None:
            return "–"
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        if isinstance(self.value, str):
            return self.value
        # “z”: what rounds to nothing has no sign.
        number = f"{self.value:z,.{self.digits}f}"
        return f"{number} {self.unit}" if self.unit else number


@dataclass(frozen=True)
class Facts:
    """Everything known of one scan, in the order in which it is told.

    Parameters
    ----------
    entries : with ids that are unique.
    not_assessable : what this kind of scan cannot tell, a sentence each.
    """

    entries: tuple[Fact, ...]
    not_assessable: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Fact]:
        return iter(self.entries)

    def __contains__(self, fact_id: object) -> bool:
        return any(fact.id == fact_id for fact in self.entries)

    def __getitem__(self, fact_id: str) -> Fact:
        """Look a fact up by its id; KeyError where it is not known."""
        for fact in self.entries:
            if fact.id == fact_id:
                return fact
        raise KeyError(fact_id)

    def find(self, fact_id: str) -> Fact | None:
        """Look a fact up; None where it is not known or has no value."""
        known = (fact for fact in self.entries if fact.id == fact_id and fact.value is not None)
        return next(known, None)

    def number(self, fact_id: str) -> float | None:
        """Look a number up; None where it is not known."""
        fact = self.find(fact_id)
        return None if fact is None else fact.number

    @property
    def lesion_numbers(self) -> tuple[int, ...]:
        """Numbers of the lesions told of, in order."""
        return tuple(sorted({fact.lesion for fact in self.entries if fact.lesion is not None}))
