"""How long an explanation takes, and what memory: ``python -m bench.explain [SCAN]``.

Each method explains the slice with most tumor, in the process that the app uses for it. Told are
the first answer, for which TensorFlow is loaded and the gradient traced, and the median of the
later ones; how far the values are from adding up; and the most memory the process ever held.
"""

import argparse
from pathlib import Path
from statistics import median
from time import perf_counter

from core.cascade.segmentation import segment
from core.draw.slices import telling_slice
from core.explainers.explain import explain
from core.explainers.question import Asked, pose
from core.explainers.registry import methods
from core.geometry.slices import Plane
from core.io import read
from core.phantom import make_phantom
from core.presets import BEST, PRESETS, preset_named
from core.process import Worker


def main() -> None:
    """Measure all methods, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scan", type=Path, nargs="?", help="default: a phantom")
    parser.add_argument("--preset", choices=list(PRESETS), default=BEST.name)
    parser.add_argument("--methods", nargs="+", default=list(methods()))
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    volume = read(arguments.scan) if arguments.scan else make_phantom(42).volume
    segmentation = segment(volume, preset_named(arguments.preset))
    z = telling_slice(segmentation.labels, Plane.AXIAL)
    question = pose(volume, segmentation, z, Asked.TUMOR).question
    print(f"{volume.source}, slice {z + 1}, {question.size}x{question.size}, {arguments.preset}")
    print(f"{'method':<12}{'samples':>8}{'first s':>9}{'median s':>10}{'adds up':>9}{'MiB':>7}")
    for name in arguments.methods:
        worker, seconds = Worker("explanation"), []
        for _ in range(arguments.rounds + 1):
            began = perf_counter()
            found = worker.ask(explain, question, name, None, 0)
            seconds.append(perf_counter() - began)
        error = found.completeness_error
        told = "–" if error is None else f"{error:.1%}"
        peak = peak_mib(worker)
        print(
            f"{name:<12}{found.samples:>8}{seconds[0]:>9.1f}{median(seconds[1:]):>10.2f}"
            f"{told:>9}{peak:>7}"
        )
        worker.close()


def peak_mib(worker: Worker) -> int:
    """Most memory that the process of `worker` held, as Linux tells it."""
    status = Path(f"/proc/{worker.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


if __name__ == "__main__":
    main()
