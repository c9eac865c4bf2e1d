"""What a comparison of two studies says."""

from dataclasses import dataclass
from enum import StrEnum

from core.cascade.findings import Lesion
from core.report.measured import Measured


class Status(StrEnum):
    """What became of a lesion."""

    GROWN = "grown"
    SHRUNK = "shrunk"
    STABLE = "no change beyond the measurement's uncertainty"
    RESHAPED = "changed in shape"
    NEW = "new"
    SPLIT = "part of an earlier lesion"
    GONE = "no longer called"
    MERGED = "merged with another lesion"
    UNSEEN = "outside what the other scan shows"


@dataclass(frozen=True)
class Size:
    """Longest axial diameter in mm and volume in mL."""

    diameter: Measured
    volume: Measured


@dataclass(frozen=True)
class LesionChange:
    """One lesion in both studies, or in one.

    Parameters
    ----------
    now, earlier : the lesion in each; None where it is not called.
    size_now, size_earlier : of it.
    """

    status: Status
    now: Lesion | None
    earlier: Lesion | None
    size_now: Size | None
    size_earlier: Size | None


@dataclass(frozen=True)
class DiameterSum:
    """Sum of the longest diameters of the largest lesions of the earlier study, in mm.

    Parameters
    ----------
    why_not : what keeps it from being a RECIST 1.1 sum, a clause; empty if nothing does.
    targets : numbers of the lesions in the earlier study, at most two.
    """

    earlier: Measured
    now: Measured
    targets: tuple[int, ...]
    why_not: str

    @property
    def is_recist(self) -> bool:
        """Whether the rules of RECIST 1.1 hold for it."""
        return not self.why_not


@dataclass(frozen=True)
class Comparison:
    """A study held against an earlier one.

    Parameters
    ----------
    source : of the earlier study.
    days : between the studies by their DICOM dates; None where one has none.
    shift_mm : by how much the earlier liver was moved.
    overlap : Dice of both livers after that.
    settings : preset and thresholds of the earlier segmentation, in words.
    same_settings : whether those of this study, and its networks, are the same.
    liver_now, liver_earlier, tumor_now, tumor_earlier : volumes in mL.
    lesions : those of this study in its order, then those that are only in the earlier one.
    total : None where the earlier study has no lesion that could be followed, or the livers may
        be those of two patients.
    """

    source: str
    days: int | None
    shift_mm: float
    overlap: float
    settings: str
    same_settings: bool
    liver_now: Measured
    liver_earlier: Measured
    tumor_now: Measured
    tumor_earlier: Measured
    lesions: tuple[LesionChange, ...]
    total: DiameterSum | None

    def count(self, status: Status) -> int:
        """How many lesions had that fate; `Status.UNSEEN` counts those of this study."""
        return sum(
            change.status is status and (status is not Status.UNSEEN or change.now is not None)
            for change in self.lesions
        )
