"""How often the check agrees with the verdicts of people, on written sentences."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.report.check.judge import check_sentence
from core.report.check.verdict import Verdict
from core.report.fact import Facts


@dataclass(frozen=True)
class Written:
    """A sentence written about a known case, with the verdict that it deserves."""

    split: str
    kind: str
    case: str
    verdict: Verdict
    text: str


@dataclass(frozen=True)
class Confusion:
    """Sentences counted by the true verdict and the one of the check."""

    counts: Mapping[tuple[Verdict, Verdict], int]

    def precision(self, verdict: Verdict) -> float:
        """Share of the sentences called `verdict` that are; NaN if none was."""
        return self._share(verdict, [self.counts[true, verdict] for true in Verdict])

    def recall(self, verdict: Verdict) -> float:
        """Share of the sentences that are `verdict` and were called it; NaN if none is."""
        return self._share(verdict, [self.counts[verdict, called] for called in Verdict])

    @property
    def total(self) -> int:
        """Number of sentences."""
        return sum(self.counts.values())

    @property
    def right(self) -> int:
        """Number of sentences on which the check agrees."""
        return sum(self.counts[verdict, verdict] for verdict in Verdict)

    def _share(self, verdict: Verdict, among: Sequence[int]) -> float:
        return self.counts[verdict, verdict] / sum(among) if any(among) else float("nan")


def read_sentences(path: Path) -> tuple[Written, ...]:
    """Read a table with the columns split, kind, facts, verdict and sentence."""
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(
            Written(
                row["split"], row["kind"], row["facts"], Verdict(row["verdict"]), row["sentence"]
            )
            for row in csv.DictReader(file)
        )


def confusion(sentences: Sequence[Written], cases: Mapping[str, Facts]) -> Confusion:
    """Check sentences, each against the facts of its case, and count."""
    counts = Counter({(true, called): 0 for true in Verdict for called in Verdict})
    counts.update(
        (one.verdict, check_sentence(one.text, cases[one.case]).verdict) for one in sentences
    )
    return Confusion(counts)
