"""What a quality check says."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters, in ascending order."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class QualityFinding:
    """One thing worth knowing about a scan before it is segmented.

    Parameters
    ----------
    code : stable name for programs, such as ``thick-slices``.
    severity : ERROR where the scan cannot be what is meant, WARNING where results suffer.
    reason : a sentence with the measured value.
    advice : a sentence on what to do.
    """

    code: str
    severity: Severity
    reason: str
    advice: str


def info(code: str, reason: str, advice: str) -> QualityFinding:
    """Make a finding that only explains."""
    return QualityFinding(code, Severity.INFO, reason, advice)


def warning(code: str, reason: str, advice: str) -> QualityFinding:
    """Make a finding that asks for a look at the result."""
    return QualityFinding(code, Severity.WARNING, reason, advice)


def error(code: str, reason: str, advice: str) -> QualityFinding:
    """Make a finding that stops the work."""
    return QualityFinding(code, Severity.ERROR, reason, advice)
