"""A report: what every document is made of."""

from dataclasses import dataclass
from datetime import UTC, datetime

from core.cascade.labelled import Labelled
from core.provenance import VERSION, commit
from core.report.composite import Picture
from core.report.fact import Facts
from core.report.text import Narrative

NOTICE = "Research use only. Not for diagnosis."


@dataclass(frozen=True)
class Provenance:
    """Which software wrote a report, and when.

    Parameters
    ----------
    version, commit : of HepatoScope.
    preset : how the scan was segmented.
    weights : the networks' parts with the SHA-256 of their weights.
    written : in UTC.
    """

    version: str
    commit: str
    preset: str
    weights: tuple[tuple[str, str], ...]
    written: datetime

    @property
    def by(self) -> str:
        """By which preset, or what else."""
        return f"preset {self.preset}" if self.weights else self.preset

    @property
    def time(self) -> str:
        """When it was written, to the minute."""
        return f"{self.written.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

    @property
    def software(self) -> str:
        """The software, its version and commit."""
        return f"HepatoScope {self.version} (commit {self.commit})"


def provenance_of(segmentation: Labelled, written: datetime | None = None) -> Provenance:
    """Say what made `segmentation`; `written`, aware of its time zone, is now by default."""
    return Provenance(
        VERSION,
        commit(),
        segmentation.maker,
        tuple(segmentation.models.items()),
        written or datetime.now(UTC),
    )


@dataclass(frozen=True)
class SignOff:
    """Who took responsibility for the text, and when."""

    name: str
    time: datetime

    @property
    def line(self) -> str:
        """Both in a phrase."""
        return f"{self.name}, {self.time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True)
class Report:
    """The text of a report, the facts under it, its pictures, and where they came from.

    Parameters
    ----------
    sign_off : if somebody signed.
    patient : a line that the user typed in. It is never taken from the scan: without it,
        no document but those for DICOM tells who was scanned.
    """

    narrative: Narrative
    facts: Facts
    pictures: tuple[Picture, ...]
    provenance: Provenance
    sign_off: SignOff | None = None
    patient: str | None = None
