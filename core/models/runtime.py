"""The fast CPU path used to predict: the trained networks in OpenVINO, float32.

`python -m bench.runtime` compares it with Keras. It equals TensorFlow within 1e-3 in
probability, which the faster bfloat16 does not. The converted network is kept in a cache
folder; only the first prediction on a machine needs TensorFlow, in a process of its own.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import WeightsMissing
from core.models.convert import Part, Unet, convert_all
from core.models.store import weights_digest
from core.process import run

# Loading TensorFlow takes 5 s, converting a network 5 s more, on two cores.
PATIENCE = 900

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
    predict = load_part(folder, Unet(size))
    return lambda images: predict(images)[..., 0]


def load_part(folder: Path, part: Part) -> Network:
    """Load what `core.models.convert` calls the `part` of a network: float32 in, float32 out.

    Raises WeightsMissing where the files in `folder` do not make that network.
    """
    return _load(folder, part, weights_digest(folder))


def load_features(folder: Path, size: int) -> Outputs:
    """Load the U-Net of `folder` so that it tells all of `core.models.features.LAYERS`.

    It maps float32 [N, size, size, 3] in 0..1 to float32 [N, H, W, C] by the layer's name; one
    inference gives all maps. The first call on a machine converts the network, which takes half a
    minute.

    Raises WeightsMissing where the files in `folder` do not make that network.
    """
    return _load_outputs(folder, Unet(size, features=True), weights_digest(folder))


def has_features(folder: Path, size: int) -> bool:
    """Tell whether `load_features` answers at once on this machine."""
    return _converted(Unet(size, features=True), weights_digest(folder)).is_file()


# Keyed by the weights too: a network trained anew in the same folder is another network.
# Room for a preset of ten networks and the one that finds the liver first.
@lru_cache(maxsize=16)
def _load(folder: Path, part: Part, digest: str) -> Network:
    compiled = _compiled(folder, part, digest)

    def predict(given: NDArray[np.float32]) -> NDArray[np.float32]:
        # A request of its own, because requests are not shared between threads.
        request = compiled.create_infer_request()
        result: NDArray[np.float32] = request.infer({0: given})[compiled.output(0)]
        return result.copy()

    return predict


@lru_cache(maxsize=3)
def _load_outputs(folder: Path, part: Part, digest: str) -> Outputs:
    compiled = _compiled(folder, part, digest)

    def predict(given: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        answers = compiled.create_infer_request().infer({0: given})
        return {output.get_any_name(): answers[output].copy() for output in compiled.outputs}

    return predict


def forget() -> None:
    """Let go of the networks that are loaded; the next question loads them again, in a second."""
    _load.cache_clear()
    _load_outputs.cache_clear()


def prepare(wanted: Sequence[tuple[Path, Part]]) -> None:
    """Convert those networks, by folder and part, that this machine never converted.

    All in one process, because TensorFlow takes as long to load as a network to convert.

    Raises WeightsMissing where the files in a folder do not make its network.
    """
    targets = ((folder, part, _converted(part, weights_digest(folder))) for folder, part in wanted)
    missing = [(folder, part, target) for folder, part, target in targets if not target.is_file()]
    if missing:
        _convert(missing)


def _compiled(folder: Path, part: Part, digest: str) -> Any:
    """Compile the converted network for this CPU; converts it first where that was never done."""
    import openvino

    prepare([(folder, part)])
    precise = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    return openvino.Core().compile_model(_converted(part, digest), "CPU", precise)


def _converted(part: Part, digest: str) -> Path:
    return cache_dir() / f"{digest[:16]}-{part}.xml"


def _convert(missing: Sequence[tuple[Path, Part, Path]]) -> None:
    cache_dir().mkdir(parents=True, exist_ok=True)
    # Written aside and moved, weights first, so that nobody reads half a network.
    with tempfile.TemporaryDirectory(dir=cache_dir()) as aside:
        _export([(folder, part, Path(aside) / target.name) for folder, part, target in missing])
        for _, _, target in missing:
            for suffix in (".bin", ".xml"):
                written = (Path(aside) / target.name).with_suffix(suffix)
                written.replace(target.with_suffix(suffix))


def _export(asked: Sequence[tuple[Path, Part, Path]]) -> None:
    try:
        run(convert_all, asked, work="conversion of the networks", seconds=PATIENCE)
    except RuntimeError as error:
        last = str(error).strip().splitlines()[-1]
        # They are written in order: the first that is not there is the one that failed.
        broken = next(folder for folder, _, target in asked if not target.is_file())
        raise WeightsMissing(
            f"The weights in “{broken.name}” do not make the network of its card ({last}); fetch "
            "the folder anew or train the network again."
        ) from error
