"""In which range the true tumor burden lies, by how far it was off in patients never seen.

Split conformal prediction (Vovk, Gammerman and Shafer, 2005; Lei et al., JASA 2018): the error is
ranked over patients, and of a new patient of the same kind it is below the rank taken with the
confidence told, whatever the networks are like.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.models.store import calibration_of
from core.presets import preset_named

# What 19 patients allow: at nine of ten the range is seven times up and down.
CONFIDENCE = 0.8
# Share of the liver added to either burden, so that a missed lesion is no infinite error.
LEAST = 0.001


@dataclass(frozen=True)
class BurdenRange:
    """Where the true burden, in percent of the liver, lies with some confidence."""

    low: float
    high: float
    confidence: float
    patients: int


def burden_error(called: float, true: float) -> float:
    """How far a burden is off: the logarithm of the ratio of two shares of the liver, 0..1."""
    return abs(math.log((called + LEAST) / (true + LEAST)))


def conformal_bound(errors: Mapping[str, Sequence[float]], confidence: float) -> float:
    """Error that a new patient's stays below with `confidence`; infinite with too few patients.

    Parameters
    ----------
    errors : of the scans of each patient, of whom the worst counts.
    """
    ranked = sorted(max(each) for each in errors.values())
    rank = math.ceil((len(ranked) + 1) * confidence)
    return ranked[rank - 1] if rank <= len(ranked) else math.inf


def burden_range(percent: float | None, preset: str) -> BurdenRange | None:
    """Range for a burden so called; None without a liver, or where nobody measured the error."""
    if percent is None or preset_named(preset).lesion_chance is None:
        return None
    known = calibration_of(preset)["burden"]
    off, share = math.exp(known["bound"]), percent / 100
    low = max(0.0, (share + LEAST) / off - LEAST)
    high = min(1.0, (share + LEAST) * off - LEAST)
    return BurdenRange(100 * low, 100 * high, known["confidence"], known["patients"])
