"""What a trial says of each method: figures with intervals, and which ones deserve trust."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from core.errors import BadDataset
from core.explainers.registry import methods
from core.metrics.bootstrap import Interval, mean_interval
from core.models.store import WEIGHTS_DIR
from core.provenance import commit, versions

TRIAL, SECTIONS = "trial.json", "sections.parquet"
TRIALS_DIR = WEIGHTS_DIR / "explanations"
FORMAT = 1
# Figures of a section of which means are told, with what they mean.
FIGURES = {
    "insertion_gain": "area gained on random order while pixels come, as share of the whole rise; "
    "above 1 where a few pixels alone raise the answer above that to the whole slice",
    "deletion_gain": "area gained on random order while pixels go, as a share of the whole fall",
    "tumor": "share of |attribution| in the true tumor",
    "tumor_area": "share of the liver's pixels in the slice that are tumor",
    "outside": "share of |attribution| outside the liver region",
    "peak_in_tumor": "share of sections whose highest value lies in the true tumor",
    "completeness_error": "difference between the sum and what it should be, as a share of it; of "
    "sections whose answer is above 0.001",
    "stability": "rank correlation with the map of the slice with noise of 5 HU",
    "random_likeness": "rank correlation of |map| with that of a network of random weights",
    "seconds": "time on two CPU cores, other work beside it",
}
# A map that an ignorant network draws as well says nothing of this one (Adebayo et al., 2018).
MOST_RANDOM, LEAST_STABLE = 0.5, 0.5
RULE = (
    "Trusted where both gains on random order are above 0 with their whole interval, the map of a "
    f"network of random weights has a rank correlation below {MOST_RANDOM:g}, and that of the "
    f"slice with a little noise one of {LEAST_STABLE:g} or more."
)


@dataclass(frozen=True)
class Verdict:
    """One method in a trial.

    Parameters
    ----------
    variant : name of the method, with the background where that is not the plain slice.
    figures : by the names of `FIGURES`.
    reasons : why it is not trusted; empty where it is.
    """

    variant: str
    figures: dict[str, Interval]
    reasons: tuple[str, ...]

    @property
    def trusted(self) -> bool:
        """Whether the rule of the trial speaks for it."""
        return not self.reasons

    @property
    def title(self) -> str:
        """Name to show."""
        name, _, background = self.variant.partition("-")
        title = methods()[name].title
        return f"{title}, against {background}" if background else title


def verdicts(sections: pd.DataFrame) -> list[Verdict]:
    """Judge every variant of a trial by its `sections`; patients are what intervals draw."""
    return [
        _verdict(str(variant), rows) for variant, rows in sections.groupby("variant", sort=False)
    ]


def write_trial(out: Path, rows: Sequence[dict[str, Any]], facts: dict[str, Any]) -> list[Verdict]:
    """Write the rows of a trial, and what they come to, below `out`.

    Parameters
    ----------
    facts : data, split, preset and weights that it was made with.
    """
    sections = pd.DataFrame(rows)
    sections.to_parquet(out / SECTIONS, index=False, compression="zstd")
    found = verdicts(sections)
    one = sections[sections["variant"] == sections["variant"].iloc[0]]
    record = {
        "format": FORMAT,
        **facts,
        "sections": len(one),
        "lesions": len(one.groupby(["case", "lesion"])),
        "patients": sorted(set(one["patient"])),
        "test_patients": sorted(set(one.loc[one["split"] == "test", "patient"])),
        "sections_by_patient": {str(k): int(v) for k, v in one["patient"].value_counts().items()},
        "explained": "mean probability of tumor over the slice, as published",
        "figures": FIGURES,
        "intervals": "95 % bootstrap, patients drawn",
        "rule": RULE,
        "methods": [
            {
                "variant": verdict.variant,
                "title": verdict.title,
                "trusted": verdict.trusted,
                "reasons": list(verdict.reasons),
                "figures": {name: _plain(one) for name, one in verdict.figures.items()},
            }
            for verdict in found
        ],
        "commit": commit(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
    }
    (out / TRIAL).write_text(json.dumps(record, indent=2) + "\n")
    return found


def read_trial(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    """Read what a trial came to, and its sections.

    Raises BadDataset where the folder holds no trial of this version.
    """
    try:
        record: dict[str, Any] = json.loads((folder / TRIAL).read_text())
        sections = pd.read_parquet(folder / SECTIONS)
    except (OSError, ValueError) as error:
        raise BadDataset(
            f"{folder.name} holds no trial of explanations; make one with “python -m core "
            "faithfulness”."
        ) from error
    if record.get("format") != FORMAT:
        raise BadDataset(
            f"The trial in {folder.name} is of format {record.get('format')} and this version "
            f"reads {FORMAT}; make it again with “python -m core faithfulness”."
        )
    return record, sections


def shipped_trials() -> dict[str, Path]:
    """List the trials that come with the app, by name."""
    return {path.parent.name: path.parent for path in sorted(TRIALS_DIR.glob(f"*/{TRIAL}"))}


def _verdict(variant: str, rows: pd.DataFrame) -> Verdict:
    values = rows[[name for name in FIGURES if name in rows]].astype(float)
    # A share of next to nothing says nothing.
    values.loc[values["insertion_gain"].isna(), "completeness_error"] = math.nan
    patients = rows["patient"].tolist()
    figures = {str(name): mean_interval(values[name].tolist(), patients) for name in values}
    return Verdict(variant, figures, tuple(_reasons(figures)))


def _reasons(figures: dict[str, Interval]) -> list[str]:
    reasons = [
        f"{name} over random order is not above 0 for sure"
        for name, key in (("insertion", "insertion_gain"), ("deletion", "deletion_gain"))
        if not figures[key].low > 0
    ]
    # Of a blank map, as an ignorant network may give, there is no rank correlation.
    if figures["random_likeness"].value >= MOST_RANDOM:
        reasons.append("a network that has learned nothing gets much the same map")
    if not figures["stability"].value >= LEAST_STABLE:
        reasons.append("a little noise changes the map")
    return reasons


def _plain(interval: Interval) -> dict[str, float | int | None]:
    """NaN is no JSON."""
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in asdict(interval).items()
    }
