"""How fast SAM answers, and what it takes of memory, in the process that answers visitors.

Run from the repository: ``python -m bench.sam``. Prints seconds: until a first answer of a process
that has just started, of the next slice, of another prompt about it, of masks of everything; and
the most memory of the process.
"""

import argparse
import resource
from statistics import median
from time import perf_counter

import numpy as np

from core.foundation.sam.automatic import Settings
from core.foundation.sam.checkpoint import HUB, SHIPPED, find
from core.foundation.sam.display import gray_slice, pixel_mm
from core.foundation.sam.process import SamProcess
from core.foundation.sam.prompts import Prompt
from core.geometry.windows import LIVER_WINDOW
from core.phantom import make_phantom


def main() -> None:
    """Measure a checkpoint on slices of a phantom."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", default=SHIPPED)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--side", type=int, default=16, help="of the grid of points")
    arguments = parser.parse_args()

    checkpoint = find(arguments.checkpoint) or HUB.must_find(arguments.checkpoint)
    phantom = make_phantom(1, shape=(512, 512, 24))
    pixel, process = pixel_mm(phantom.volume), SamProcess()
    box = Prompt(box=(150.0, 150.0, 300.0, 300.0))
    times: dict[str, list[float]] = {"next slice": [], "another prompt": []}
    for number in range(arguments.rounds + 1):
        gray = gray_slice(phantom.volume, 6 + number, LIVER_WINDOW)
        began = perf_counter()
        _, seen, _ = process.answer(checkpoint, gray, pixel, box)
        took = perf_counter() - began
        if number == 0:
            print(f"first answer, starting the process: {took:.2f} s")
            continue
        times["next slice"].append(took)
        for shift in range(4):
            about = Prompt(inside=((200.0 + shift, 200.0),))
            began = perf_counter()
            process.answer(checkpoint, gray, pixel, about, seen)
            times["another prompt"].append(perf_counter() - began)
    for name, taken in times.items():
        worst = np.max(taken)
        print(f"{name}: median {median(taken):.3f} s, worst {worst:.3f} s, of {len(taken)}")
    _, _, took = process.answer(checkpoint, gray, pixel, Settings(side=arguments.side), seen)
    print(f"masks of everything, {arguments.side}² points: {took:.1f} s")
    process.close()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6
    print(f"most memory of the process: {peak:.0f} MB")


if __name__ == "__main__":
    main()
