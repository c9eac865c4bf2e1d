"""How long a report takes after segmentation, part by part.

Run from the repository: ``python -m bench.report``. Draws a phantom of 512 × 512 × 150 voxels
whose labels stand for a segmentation, writes its report by the facts writer in every format,
several times over, and prints the median seconds of each part, on the clock and of the
processor (which a busy machine does not stretch), and the size of each document.
"""

import argparse
from collections.abc import Callable
from functools import partial
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np

from core.cascade.measurement import measure
from core.cascade.segmentation import Segmentation
from core.phantom import make_phantom
from core.quality import check
from core.report.composite import pictures
from core.report.document import (
    Report,
    provenance_of,
    to_docx,
    to_html,
    to_json,
    to_markdown,
    to_pdf,
)
from core.report.facts import collect_facts
from core.report.narrative import write_narrative
from core.report.text import Edition

# Seconds on the clock and of the processor, every time that a part was done.
Times = dict[str, list[tuple[float, float]]]

FORMATS = {
    "PDF": to_pdf,
    "HTML": to_html,
    "Word": to_docx,
    "Markdown": to_markdown,
    "JSON": to_json,
}


def main() -> None:
    """Time every part of a report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--slices", type=int, default=150)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()

    phantom = make_phantom(
        42, shape=(512, 512, arguments.slices), spacing=(0.7, 0.7, 180 / arguments.slices)
    )
    times: Times = {}
    for _ in range(arguments.rounds):
        sizes = _write_once(phantom.volume, phantom.labels, times)
    for part, seen in times.items():
        wall, cpu = (median(one[clock] for one in seen) for clock in (0, 1))
        print(f"{part}: {wall:.2f} s, processor {cpu:.2f} s, first time {seen[0][0]:.2f} s")
    for name, size in sizes.items():
        print(f"{name}: {size / 1e6:.2f} MB")


def _write_once(volume: Any, labels: Any, times: Times) -> dict[str, int]:
    def note(part: str, wall: float, cpu: float) -> None:
        times.setdefault(part, []).append((perf_counter() - wall, process_time() - cpu))

    def timed(part: str, work: Callable[[], Any]) -> Any:
        began = perf_counter(), process_time()
        result = work()
        note(part, *began)
        return result

    segmentation = _segmented(labels)
    findings = measure(volume, labels)
    quality = check(volume)
    began = perf_counter(), process_time()
    facts = timed("facts", lambda: collect_facts(volume, quality, segmentation, findings))
    narrative = timed("narrative", lambda: write_narrative(facts, Edition.CLINICAL))
    drawn = timed("pictures", lambda: pictures(volume, segmentation, findings))
    report = Report(narrative, facts, drawn, provenance_of(segmentation))
    sizes = {}
    for name, write in FORMATS.items():
        sizes[name] = len(timed(name, partial(write, report)))
        if name == "PDF":
            note("report as PDF, all told", *began)
    return sizes


def _segmented(labels: Any) -> Segmentation:
    """Take labels for what certain networks gave."""
    return Segmentation(
        labels=labels,
        liver_probability=np.where(labels > 0, np.uint8(255), np.uint8(0)),
        tumor_probability=np.where(labels == 2, np.uint8(255), np.uint8(0)),
        preset="focus",
        liver_threshold=0.5,
        tumor_threshold=0.5,
        liver_box=None,
        liver_gray=128.0,
        models={"liver": "a" * 64, "tumor": "b" * 64},
        seconds={},
        steps=(),
    )


if __name__ == "__main__":
    main()
