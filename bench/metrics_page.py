"""Time how fast the Metrics page opens with a run of 60,000 slices.

Run from the repository: ``python -m bench.metrics_page``. Draws a run of that size in a temporary
folder, opens the page in Streamlit's own test runner (no browser), and checks that what the page
says is what the files say.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np

from core.evaluation import read_run, write_run
from core.evaluation.score import CaseScore
from core.metrics.calibration import ProbabilityHistogram
from core.metrics.lesions import LesionRecord
from core.metrics.overlap import Overlap
from core.metrics.surface import Comparable, SurfaceScore
from core.models import store
from core.presets import PAPER

CASES, SLICES = 200, 300
APP = Path(__file__).parents[1] / "app.py"
# Two seconds are what a visitor is asked to wait at most.
LIMIT_SECONDS = 2.0


def drawn_score(number: int, target: str, random: np.random.Generator) -> CaseScore:
    """Draw the score of one case of `SLICES` slices."""
    size = 4000 if target == "organ" else 60
    truth = np.maximum(0, random.normal(size, size, SLICES)).astype(int)
    found = np.rint(truth * random.beta(8, 2, SLICES)).astype(int)
    false = random.poisson(size / 50, SLICES) * (random.random(SLICES) < 0.5)
    slices = tuple(
        Overlap(int(tp), int(fp), int(all_ - tp), 512 * 512)
        for tp, fp, all_ in zip(found, false, truth, strict=True)
    )
    histogram = ProbabilityHistogram(random.integers(0, 99, 256), random.integers(0, 99, 256))
    surface = SurfaceScore(Comparable.YES, *random.uniform((1, 0.5, 0.5), (40, 9, 1)).tolist())
    lesions = drawn_lesions(random) if target == "tumor" else ()
    return CaseScore(
        f"volume-{number}", "drawn", f"drawn/{number}", target, slices, surface, lesions,
        histogram, 0.001, 1.0,
    )  # fmt: skip


def drawn_lesions(random: np.random.Generator) -> tuple[LesionRecord, ...]:
    """Draw ten true and ten predicted lesions."""
    records = []
    for number in range(20):
        iou, diameter = float(random.uniform(0, 0.9)), float(random.lognormal(2.7, 0.7))
        records.append(
            LesionRecord(
                number < 10, number % 10 + 1, int(diameter**3) + 1, diameter**3 / 1900, diameter,
                diameter * 1.1, iou, 2 * iou / (1 + iou), iou > 0.1, iou >= 0.5, 0.9, 0.7, 0.9, 0.9,
            )
        )  # fmt: skip
    return tuple(records)


def write_drawn_run(folder: Path, cases: int = CASES) -> None:
    """Write a run of `cases` cases with both targets."""
    random = np.random.default_rng(0)
    scores = [
        drawn_score(number, target, random)
        for number in range(cases)
        for target in ("organ", "tumor")
    ]
    write_run(folder, scores, [], PAPER, {}, "drawn", "test")


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def open_page() -> list[str]:
    """Open the page as a new visitor after everything cached is forgotten; its four headlines."""
    import streamlit as st
    from streamlit.testing.v1 import AppTest

    st.cache_data.clear()
    page = AppTest.from_file(str(APP), default_timeout=120).run()
    began = time.perf_counter()
    page.switch_page("pages/metrics/page.py").run()
    took = time.perf_counter() - began
    assert not page.exception, page.exception
    return [f"{took:.3f}", *(metric.value for metric in page.metric)]


def check_figures(folder: Path, shown: list[str]) -> None:
    """Compare what the page shows with what run.json says."""
    summary = json.loads((folder / "run.json").read_text())["summary"]
    said = [
        f"{summary[target]['per_case'][score]:.3f}"
        for target in ("organ", "tumor")
        for score in ("mean_dice", "mean_iou")
    ]
    assert shown == said, f"the page shows {shown}, the files say {said}"


def main() -> None:
    """Write, read, open, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    with TemporaryDirectory() as place:
        folder = Path(place) / "evaluations" / "sixty-thousand"
        write_drawn_run(folder)
        store.WEIGHTS_DIR = Path(place)
        reading = [seconds(lambda: read_run(folder)) for _ in range(repeats)]
        opened = [open_page() for _ in range(repeats)]
        for _, *shown in opened:
            check_figures(folder, shown)
        size = sum(file.stat().st_size for file in folder.iterdir())
    opening = [float(took) for took, *_ in opened]
    print(f"{CASES} cases, {CASES * SLICES:,} slices of two targets each, {size / 1e6:.1f} MB")
    print(f"read: {median(reading):.3f} s (median of {repeats})")
    print(
        f"page opened, nothing cached: {median(opening):.3f} s (median of {repeats}, "
        f"{min(opening):.3f} to {max(opening):.3f}); limit {LIMIT_SECONDS} s"
    )
    print("headline figures equal those of run.json")


if __name__ == "__main__":
    main()
