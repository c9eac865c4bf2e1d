"""Compare what the cascade finds with the truth, case by case, in files that travel."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from core.io.datasets import LabelledCase
from core.labels import organ_mask, tumor_mask
from core.metrics.aggregate import summarize, with_truth
from core.metrics.overlap import Overlap, overlap_by_slice, pooled
from core.presets import Preset
from core.provenance import commit, versions
from core.segmentation import Networks, segment

TARGETS = {"organ": organ_mask, "tumor": tumor_mask}
EMPTY_MASK_RULE = (
    "Truth and prediction both empty: not defined, left out of means and counted. "
    "One of them empty: 0."
)
COLUMNS = ("truth_voxels", "predicted_voxels", "dice", "iou", "precision", "recall")


@dataclass(frozen=True)
class CaseScore:
    """Overlaps of one case for one target (``organ`` or ``tumor``), slice by slice."""

    case: str
    dataset: str
    target: str
    slices: tuple[Overlap, ...]
    seconds: float

    @property
    def whole(self) -> Overlap:
        """The overlap of the whole case."""
        return pooled(self.slices)


def score_case(case: LabelledCase, preset: Preset, networks: Networks) -> list[CaseScore]:
    """Segment one case and score organ and, where the truth marks them, tumors."""
    volume, truth = case.read()
    began = perf_counter()
    found = segment(volume, preset, networks=networks).labels
    seconds = perf_counter() - began
    return [
        CaseScore(
            case.name, case.dataset, target, overlap_by_slice(mask(truth), mask(found)), seconds
        )
        for target, mask in TARGETS.items()
        if target == "organ" or case.tumors_labelled
    ]


def evaluate(
    cases: Sequence[LabelledCase],
    preset: Preset,
    networks: Networks,
    report: Callable[[str], None] = lambda _: None,
) -> list[CaseScore]:
    """Score all `cases`, one after the other."""
    scores: list[CaseScore] = []
    for number, case in enumerate(cases, 1):
        scored = score_case(case, preset, networks)
        figures = ", ".join(f"{score.target} Dice {score.whole.dice:.3f}" for score in scored)
        report(f"{case.name} ({number} of {len(cases)}): {figures}")
        scores += scored
    return scores


def summary(scores: Iterable[CaseScore]) -> dict[str, Any]:
    """Averages by target: over cases, over slices, over slices that truly show the target."""
    scores = list(scores)
    result = {}
    for target in TARGETS:
        mine = [score for score in scores if score.target == target]
        if mine:
            slices = [part for score in mine for part in score.slices]
            result[target] = {
                "per_case": summarize(score.whole for score in mine).to_dict(),
                "per_slice": summarize(slices).to_dict(),
                "per_slice_with_truth": summarize(with_truth(slices)).to_dict(),
            }
    return result


def write_run(
    folder: Path,
    scores: Sequence[CaseScore],
    preset: Preset,
    networks: Networks,
    data: str,
    split: str | None,
) -> dict[str, Any]:
    """Write run.json, cases.csv and slices.csv below `folder`; returns what run.json says."""
    run = {
        "data": data,
        "split": split,
        "cases": sorted({score.case for score in scores}),
        "preset": preset.name,
        "thresholds": {"liver": preset.liver_threshold, "tumor": preset.tumor_threshold},
        "models": networks.digests,
        "empty_masks": EMPTY_MASK_RULE,
        "targets": {"organ": "labels 1 and 2", "tumor": "label 2"},
        "summary": summary(scores),
        "commit": commit(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps(run, indent=2) + "\n")
    _write_table(folder / "cases.csv", ("seconds",), _case_rows(scores))
    _write_table(folder / "slices.csv", ("slice",), _slice_rows(scores))
    return run


def _case_rows(scores: Iterable[CaseScore]) -> Iterator[tuple[Any, ...]]:
    for score in scores:
        yield score.dataset, score.case, score.target, round(score.seconds, 2), *_row(score.whole)


def _slice_rows(scores: Iterable[CaseScore]) -> Iterator[tuple[Any, ...]]:
    for score in scores:
        for index, part in enumerate(score.slices):
            if part.defined:
                yield score.dataset, score.case, score.target, index, *_row(part)


def _row(part: Overlap) -> list[float]:
    return [round(getattr(part, column), 5) for column in COLUMNS]


def _write_table(path: Path, extra: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
    with path.open("w", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(("dataset", "case", "target", *extra, *COLUMNS))
        table.writerows(rows)
