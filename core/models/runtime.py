"""The fast CPU path used to predict: the trained networks in OpenVINO, float32.

`python -m bench.runtime` compares it with Keras. It equals TensorFlow within 1e-3 in
probability, which the faster bfloat16 does not. The converted network is kept in a cache
folder; only the first prediction on a machine needs TensorFlow, in a process of its own.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import WeightsMissing
from core.models.store import weights_digest

ROOT = Path(__file__).parents[2]

Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]
Outputs = Callable[[NDArray[np.float32]], dict[str, NDArray[np.float32]]]


def cache_dir() -> Path:
    """Folder of converted networks: ``HEPATOSCOPE_CACHE`` or the user's own cache."""
    return Path(os.environ.get("HEPATOSCOPE_CACHE", Path.home() / ".cache" / "hepatoscope"))


def load_network(folder: Path, size: int) -> Network:
    """Load the network of `folder` for inputs of `size` pixels.

    The network maps float32 [N, size, size, 3] in 0..1 to probabilities [N, size, size].
    It may be called from several threads.
    """
    predict = load_part(folder, str(size))
    return lambda images: predict(images)[..., 0]


def load_part(folder: Path, part: str) -> Network:
    """Load what `core.models.convert` calls the `part` of a network: float32 in, float32 out.

    Raises WeightsMissing where the files in `folder` do not make that network.
    """
    return _load(folder, part, weights_digest(folder))


def load_outputs(folder: Path, part: str) -> Outputs:
    """Load a `part` that answers with several arrays: float32 in, float32 by name out.

    Raises WeightsMissing where the files in `folder` do not make that network.
    """
    return _load_outputs(folder, part, weights_digest(folder))


def is_converted(folder: Path, part: str) -> bool:
    """Tell whether the `part` of the network in `folder` loads at once on this machine."""
    return _converted(part, weights_digest(folder)).is_file()


# Keyed by the weights too: a network trained anew in the same folder is another network.
@lru_cache(maxsize=8)
def _load(folder: Path, part: str, digest: str) -> Network:
    compiled = _compiled(folder, part, digest)

    def predict(given: NDArray[np.float32]) -> NDArray[np.float32]:
        # A request of its own, because requests are not shared between threads.
        request = compiled.create_infer_request()
        result: NDArray[np.float32] = request.infer({0: given})[compiled.output(0)]
        return result.copy()

    return predict


@lru_cache(maxsize=3)
def _load_outputs(folder: Path, part: str, digest: str) -> Outputs:
    compiled = _compiled(folder, part, digest)

    def predict(given: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        answers = compiled.create_infer_request().infer({0: given})
        return {output.get_any_name(): answers[output].copy() for output in compiled.outputs}

    return predict


def _compiled(folder: Path, part: str, digest: str) -> Any:
    """Compile the converted network for this CPU; converts it first where that was never done."""
    import openvino

    converted = _converted(part, digest)
    if not converted.is_file():
        _convert(folder, part, converted)
    precise = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    return openvino.Core().compile_model(converted, "CPU", precise)


def _converted(part: str, digest: str) -> Path:
    return cache_dir() / f"{digest[:16]}-{part}.xml"


def _convert(folder: Path, part: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and moved, weights first, so that nobody reads half a network.
    with tempfile.TemporaryDirectory(dir=target.parent) as aside:
        _export(folder, part, Path(aside) / target.name)
        for suffix in (".bin", ".xml"):
            (Path(aside) / target.name).with_suffix(suffix).replace(target.with_suffix(suffix))


def _export(folder: Path, part: str, target: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "core.models.convert",
        str(folder.resolve()),
        part,
        str(target.resolve()),
    ]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise WeightsMissing(
            f"The weights in “{folder.name}” do not make the network of its card ({last}); fetch "
            "the folder anew or train the network again."
        )
