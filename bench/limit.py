"""How near the networks come to what this machine can do: a roofline, and ways to ask.

Run from the repository: ``python -m bench.limit``. Tells the rate at which oneDNN, by OpenVINO,
multiplies matrices of 2048×2048 in float32, and in bfloat16 where the processor has it; how fast
memory is read and written; and of each network its arithmetic (two operations a product), the bytes
that its convolutions read and write, and its rate, as a share of the lower of the two roofs
(Williams et al., Roofline, CACM 2009). Then the time a slice by batch and streams.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from core.cascade.answers import BATCH
from core.models.convert import Unet
from core.models.runtime import load_network, network_file
from core.models.store import model_dir
from core.presets import ENSEMBLE, FOCUS, PAPER

SLICES, SIDE = 48, 2048
COPIED = 2**28
FLOAT = 4
# Name, folder of the network, and side of its input.
NETWORKS = (
    ("`paper` liver, also the finder", ("paper", "liver"), PAPER.size),
    ("`focus` liver", ("focus", "liver"), FOCUS.size),
    ("`focus` tumor", ("focus", "tumor"), FOCUS.tumor_size),
    ("`ensemble` tumor, one of five", ("ensemble", "tumor-1"), ENSEMBLE.tumor_size),
)
# Name, what OpenVINO is told, slices at a time, requests at a time (0: one after the other).
WAYS = (
    ("one stream, 16 slices", {"PERFORMANCE_HINT": "LATENCY"}, 16, 0),
    ("one stream, 8 slices", {"PERFORMANCE_HINT": "LATENCY"}, 8, 0),
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


def gemm_rate(precision: str, rounds: int) -> float | None:
    """Rate of a matrix product in GFLOP/s; None where the processor lacks the precision."""
    import openvino
    from openvino import opset13 as ops

    core = openvino.Core()
    if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        return None
    given = ops.parameter([SIDE, SIDE], np.float32)
    other = np.random.default_rng(0).random((SIDE, SIDE), np.float32)
    model = openvino.Model([ops.matmul(given, ops.constant(other), False, False)], [given])
    settings = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
    request = core.compile_model(model, "CPU", settings).create_infer_request()
    return 2 * SIDE**3 / seconds_of(lambda: request.infer({0: other}), rounds) / 1e9


def memory_rate(rounds: int) -> float:
    """Rate in GB/s at which memory is read and written, both counted."""
    source = np.zeros(COPIED, np.uint8)
    target = np.empty_like(source)
    return 2 * COPIED / seconds_of(lambda: np.copyto(target, source), rounds) / 1e9


@dataclass(frozen=True)
class Measured:
    """A network: operations and bytes a slice (10⁹), and milliseconds."""

    name: str
    gflop: float
    gbyte: float
    ms: float

    @property
    def rate(self) -> float:
        """GFLOP/s."""
        return 1000 * self.gflop / self.ms

    def roof(self, gemm: float, memory: float) -> float:
        """GFLOP/s that arithmetic and memory allow."""
        return min(gemm, memory * self.gflop / self.gbyte)


def work_of(model: Any) -> tuple[float, float]:
    """Operations, and bytes that the layers read and write, of a model of fixed shape."""
    operations, moved = 0.0, 0.0
    for layer in model.get_ops():
        kind = layer.get_type_name()
        if kind in ("Constant", "Parameter", "Result"):
            continue
        inputs = [int(np.prod(one.get_shape())) for one in layer.inputs()]
        outputs = int(np.prod(layer.output(0).get_shape()))
        if kind in ("Convolution", "GroupConvolution"):
            # A kernel ends in its own pixels and the channels that it sums over.
            kernel = list(layer.input(1).get_shape())
            seen = kernel[1:] if kind == "Convolution" else kernel[2:]
            operations += 2.0 * outputs * float(np.prod(seen))
            moved += FLOAT * (sum(inputs) + outputs)
    return operations, moved


def networks(rounds: int) -> list[Measured]:
    """Measure all networks, `BATCH` slices at a time."""
    import openvino

    found = []
    for name, home, size in NETWORKS:
        folder = model_dir(*home)
        ask = load_network(folder, size)
        images = np.random.default_rng(0).random((BATCH, size, size, 3), np.float32)
        seconds = seconds_of(partial(ask, images), 3 * rounds)
        model = openvino.Core().read_model(network_file(folder, Unet(size)))
        model.reshape([BATCH, size, size, 3])
        operations, moved = work_of(model)
        each = (1 / BATCH / 1e9) * operations, (1 / BATCH / 1e9) * moved
        found.append(Measured(name, *each, 1000 * seconds / BATCH))
    return found


def _queued(queue: Any, parts: list[np.ndarray]) -> None:
    for part in parts:
        queue.start_async({0: part})
    queue.wait_all()


def _in_turn(request: Any, parts: list[np.ndarray]) -> None:
    for part in parts:
        request.infer({0: part})


def ways(rounds: int) -> None:
    """Print the time a slice by batch and streams."""
    import openvino

    print("\n| network | way | ms a slice |\n|---|---|---|")
    for preset in (PAPER, FOCUS):
        size = preset.size
        file = network_file(model_dir(preset.name, "liver"), Unet(size))
        images = np.random.default_rng(0).random((SLICES, size, size, 3), np.float32)
        for name, told, batch, requests in WAYS:
            settings = {"INFERENCE_PRECISION_HINT": "f32", **told}
            compiled = openvino.Core().compile_model(file, "CPU", settings)
            parts = [images[first : first + batch] for first in range(0, SLICES, batch)]
            if requests:
                work = partial(_queued, openvino.AsyncInferQueue(compiled, requests), parts)
            else:
                work = partial(_in_turn, compiled.create_infer_request(), parts)
            each = 1000 * seconds_of(work, rounds) / SLICES
            print(f"| {preset.name}, {size}×{size} | {name} | {each:.1f} |")


def main() -> None:
    """Measure, and print tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.limit", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    gemm, halves = gemm_rate("f32", rounds), gemm_rate("bf16", rounds)
    memory = memory_rate(rounds)
    assert gemm is not None
    told = "not on this processor" if halves is None else f"{halves:.0f} GFLOP/s"
    print(f"GEMM in float32: {gemm:.0f} GFLOP/s; in bfloat16: {told}; memory: {memory:.1f} GB/s\n")
    heads = ("network", "GFLOP a slice", "FLOP a byte", "ms a slice", "GFLOP/s", "of its roof")
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for one in networks(rounds):
        share = one.rate / one.roof(gemm, memory)
        cells = (f"{one.gflop:.2f}", f"{one.gflop / one.gbyte:.0f}", f"{one.ms:.1f}")
        print("| " + " | ".join((one.name, *cells, f"{one.rate:.0f}", f"{share:.0%}")) + " |")
    ways(rounds)


if __name__ == "__main__":
    main()
