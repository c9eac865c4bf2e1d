"""Facts with a unit: how volumes and lengths are shown, with the range of their measurement."""

from core.cascade.findings import DECIMALS
from core.report.fact import Fact
from core.report.measured import Measured

Interval = tuple[float, float]


def volume_fact(
    fact_id: str, label: str, ml: float, origin: str, measured: Measured | None = None
) -> Fact:
    """Make a fact of a volume in mL."""
    interval = None if measured is None else rounded(measured, "ml")
    return Fact(fact_id, label, ml, "mL", volume_digits(ml), interval, origin)


def length_fact(fact_id: str, label: str, mm: float, origin: str, measured: Measured) -> Fact:
    """Make a fact of a length in mm."""
    return Fact(fact_id, label, mm, "mm", 1, rounded(measured, "mm"), origin)


def volume_digits(volume_ml: float) -> int:
    """Decimals to show of a volume, so that small ones do not vanish."""
    if not volume_ml or volume_ml >= 100:
        return 0
    if volume_ml >= 1:
        return 1
    return 2 if volume_ml >= 0.1 else 3


def percent_digits(percent: float) -> int:
    """Decimals to show of a share, so that small ones do not vanish."""
    return 2 if 0 < percent < 0.1 else 1


def rounded(measured: Measured, unit: str) -> Interval:
    """Range of a measurement, rounded as findings.json rounds that unit."""
    return round(measured.low, DECIMALS[unit]), round(measured.high, DECIMALS[unit])
