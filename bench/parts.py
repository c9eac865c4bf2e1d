"""Figures for ``python -m bench``, as JSON on the last line: of the machine, of parts of the work.

``python -m bench.parts limits`` and ``python -m bench.parts parts SCAN``; each list holds a name, a
number and its unit.
"""

import argparse
import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
from isal import igzip

from bench.limit import gemm_rate, memory_rate, networks, seconds_of
from core.cascade.looks import look_from_afar
from core.cascade.postprocessing import liver_region
from core.geometry.components import find_components
from core.io.apart import read_apart
from core.io.export import labels_to_nifti
from core.phantom import make_phantom
from core.presets import FOCUS
from core.volume import Volume

ROUNDS = 3
Figure = tuple[str, float, str]


def limits() -> Iterator[Figure]:
    """Rates of the machine, and of the networks on it."""
    memory = memory_rate(ROUNDS)
    gemm = gemm_rate("f32", ROUNDS) or 0.0
    yield "GEMM, float32", gemm, "GFLOP/s"
    if (halves := gemm_rate("bf16", ROUNDS)) is not None:
        yield "GEMM, bfloat16", halves, "GFLOP/s"
    yield "memory, read and written", memory, "GB/s"
    for one in networks(ROUNDS):
        yield f"{one.name}: arithmetic", one.gflop, "GFLOP a slice"
        yield f"{one.name}: rate", one.rate, "GFLOP/s"
        yield f"{one.name}: share of its roof", one.rate / one.roof(gemm, memory), ""


def parts(path: Path) -> Iterator[Figure]:
    """Seconds of the parts of the work on a scan of gzipped NIfTI, apart from the networks."""
    packed = path.read_bytes()
    yield "gzip, zlib", _seconds(lambda: gzip.decompress(packed)), "s"
    yield "gzip, ISA-L", _seconds(lambda: igzip.decompress(packed)), "s"
    began = perf_counter()
    volume = read_apart(path)
    yield "reading, in its own process", perf_counter() - began, "s"
    look = look_from_afar(volume, FOCUS)
    everything = slice(0, volume.shape[2])
    squares = look.show(volume, everything).astype(np.float32)
    yield "window and square, all slices", _seconds(lambda: look.show(volume, everything)), "s"
    yield "back to the scan's grid, all slices", _seconds(lambda: look.fit.restore(squares)), "s"
    liver, labels = _organ(volume)
    work = _seconds(lambda: liver_region(liver, 0.5, volume.voxel_ml))
    yield "cleaning the liver", work, "s"
    yield "parting lesions", _seconds(lambda: find_components(labels == 2)), "s"
    yield "writing labels", _seconds(lambda: labels_to_nifti(volume, labels)), "s"


def _organ(volume: Volume) -> tuple[np.ndarray, np.ndarray]:
    """Draw a probability of liver, and labels, on the grid of a scan."""
    _, _, count = volume.shape
    phantom = make_phantom(3, shape=volume.shape, spacing=(0.75, 0.75, 300 / count))
    return np.where(phantom.labels > 0, np.uint8(255), np.uint8(0)), phantom.labels


def _seconds(work: Callable[[], object]) -> float:
    return seconds_of(work, ROUNDS)


def main() -> None:
    """Measure, and tell."""
    parser = argparse.ArgumentParser(prog="python -m bench.parts", description=__doc__)
    parser.add_argument("what", choices=["limits", "parts"])
    parser.add_argument("scan", type=Path, nargs="?")
    given = parser.parse_args()
    print(json.dumps(list(limits() if given.what == "limits" else parts(given.scan))))


if __name__ == "__main__":
    main()
