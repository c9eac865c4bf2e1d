"""How near the networks come to what this machine multiplies: by batch, streams, and a plain GEMM.

Run from the repository: ``python -m bench.limit``. Prints the median milliseconds a slice of the
liver networks of `paper` (128×128) and `focus` (160×160) in float32, and the rate at which NumPy
multiplies two matrices of 2048×2048 in float32 on the same cores.
"""

import argparse
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np

from core.models.convert import Unet
from core.models.runtime import load_network, network_file
from core.models.store import model_dir
from core.presets import FOCUS, PAPER

SLICES, SIDE = 48, 2048
# Name, what OpenVINO is told, slices at a time, requests at a time (0: one after the other).
WAYS = (
    ("one stream, 16 slices", {"PERFORMANCE_HINT": "LATENCY"}, 16, 0),
    ("one stream, 4 slices", {"PERFORMANCE_HINT": "LATENCY"}, 4, 0),
    ("one stream, 1 slice", {"PERFORMANCE_HINT": "LATENCY"}, 1, 0),
    ("two streams, 8 slices", {"PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": "2"}, 8, 2),
    ("two streams, 1 slice", {"PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": "2"}, 1, 2),
)


def seconds_of(work: Callable[[], object], rounds: int) -> float:
    """Median time of some work, after one try."""
    work()
    times = []
    for _ in range(rounds):
        began = perf_counter()
        work()
        times.append(perf_counter() - began)
    return median(times)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.limit", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    import openvino

    square = np.random.default_rng(0).random((SIDE, SIDE), np.float32)
    rate = 2 * SIDE**3 / seconds_of(lambda: square @ square, rounds) / 1e9
    print(f"GEMM in float32: {rate:.0f} GFLOP/s\n\n| network | way | ms a slice |\n|---|---|---|")
    for preset in (PAPER, FOCUS):
        folder, size = model_dir(preset.name, "liver"), preset.size
        load_network(folder, size)
        images = np.random.default_rng(0).random((SLICES, size, size, 3), np.float32)
        for name, told, batch, requests in WAYS:
            settings = {"INFERENCE_PRECISION_HINT": "f32", **told}
            file = network_file(folder, Unet(size))
            compiled = openvino.Core().compile_model(file, "CPU", settings)
            parts = [images[first : first + batch] for first in range(0, SLICES, batch)]
            if requests:
                queue = openvino.AsyncInferQueue(compiled, requests)

                def work(queue: object = queue, parts: list[np.ndarray] = parts) -> None:
                    for part in parts:
                        queue.start_async({0: part})  # type: ignore[attr-defined]
                    queue.wait_all()  # type: ignore[attr-defined]

            else:
                request = compiled.create_infer_request()

                def work(request: object = request, parts: list[np.ndarray] = parts) -> None:
                    for part in parts:
                        request.infer({0: part})  # type: ignore[attr-defined]

            each = 1000 * seconds_of(work, rounds) / SLICES
            print(f"| {preset.name}, {size}×{size} | {name} | {each:.1f} |")


if __name__ == "__main__":
    main()
