"""The fast CPU path used to predict: the trained networks in OpenVINO, float32.

`python -m bench.runtime` compares it with Keras. It equals TensorFlow within 1e-3 in
probability, which the faster bfloat16 does not. The converted network is kept in a cache
folder; only the first prediction on a machine needs TensorFlow, in a process of its own.
"""

import atexit
import errno
import os
import tempfile
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import WeightsMissing
from core.io.digest import sha256_of
from core.models.convert import FORM, Part, Unet, convert_all
from core.models.store import trusted_digest, weights_digest
from core.process import run
from core.process.scratch import lasting_scratch, no_room

SEAL = ".sha256"
# What a full disk is called by the libraries that write networks.
FULL = ("No space left", "Disk quota", "File too large", "Read-only file system")
# Loading TensorFlow takes 5 s, converting a network 5 s more, on two cores.
PATIENCE = 900

# Of the arithmetic: `bench.precision` tells what bfloat16 would cost in Dice.
PRECISION = "f32"

# Where several processes work side by side: how many threads each network may take.
THREADS = "HEPATOSCOPE_THREADS"

Network = Callable[[NDArray[np.float32]], NDArray[np.float32]]
Outputs = Callable[[NDArray[np.float32]], dict[str, NDArray[np.float32]]]


def cache_dir() -> Path:
    """Folder of converted networks: ``HEPATOSCOPE_CACHE`` or the user's own cache."""
    return Path(os.environ.get("HEPATOSCOPE_CACHE", Path.home() / ".cache" / "hepatoscope"))


@cache
def _own_cache() -> Path:
    """Make a cache that lasts as long as this process, where the other may not be written to."""
    folder = lasting_scratch()
    atexit.register(rmtree, folder, ignore_errors=True)
    return folder


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
    return _load(folder, part, trusted_digest(folder))


def load_features(folder: Path, size: int) -> Outputs:
    """Load the U-Net of `folder` so that it tells all of `core.models.features.LAYERS`.

    It maps float32 [N, size, size, 3] in 0..1 to float32 [N, H, W, C] by the layer's name; one
    inference gives all maps. The first call on a machine converts the network, which takes half a
    minute.

    Raises WeightsMissing where the files in `folder` do not make that network.
    """
    return _load_outputs(folder, Unet(size, features=True), trusted_digest(folder))


def network_file(folder: Path, part: Part) -> Path:
    """Find the converted network of `folder`; converts it where that was never done."""
    prepare([(folder, part)])
    return _converted(part, trusted_digest(folder))


def has_features(folder: Path, size: int) -> bool:
    """Tell whether `load_features` answers at once on this machine."""
    return _converted(Unet(size, features=True), weights_digest(folder)).is_file()


# Keyed by the weights too: a network trained anew in the same folder is another network.
# Room for a preset of ten networks and the one that finds the liver first.
@lru_cache(maxsize=16)
def _load(folder: Path, part: Part, digest: str) -> Network:
    compiled = _compiled(folder, part)

    def predict(given: NDArray[np.float32]) -> NDArray[np.float32]:
        # A request of its own, because requests are not shared between threads.
        request = compiled.create_infer_request()
        result: NDArray[np.float32] = request.infer({0: given})[compiled.output(0)]
        return result.copy()

    return predict


@lru_cache(maxsize=3)
def _load_outputs(folder: Path, part: Part, digest: str) -> Outputs:
    compiled = _compiled(folder, part)

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
    known = ((folder, part, trusted_digest(folder)) for folder, part in wanted)
    missing = [one for one in known if not is_whole(_converted(one[1], one[2]))]
    if missing:
        _convert(missing)


def _compiled(folder: Path, part: Part) -> Any:
    """Compile the converted network for this CPU; converts it first where that was never done."""
    import openvino

    precise = {"INFERENCE_PRECISION_HINT": PRECISION, "PERFORMANCE_HINT": "LATENCY"}
    if threads := os.environ.get(THREADS):
        # Pinned, the threads of all processes would sit on the same core.
        precise |= {"INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": "NO"}
    return openvino.Core().compile_model(network_file(folder, part), "CPU", precise)


def _converted(part: Part, digest: str) -> Path:
    """Find the converted network, in this process's own cache where it had to be written there."""
    name = _file_name(part, digest)
    shared = cache_dir() / name
    if shared.is_file() or not _own_cache.cache_info().currsize:
        return shared
    own = _own_cache() / name
    return own if own.is_file() else shared


def _file_name(part: Part, digest: str) -> str:
    return f"{digest[:16]}-{part}-{FORM}.xml"


def is_whole(network: Path) -> bool:
    """Whether a converted network (.xml, with .bin) is what was written, by its digest."""
    parts = [network, network.with_suffix(".bin"), network.with_suffix(SEAL)]
    try:
        states = [part.stat() for part in parts]
        return _holds(network, tuple((state.st_mtime_ns, state.st_size) for state in states))
    except OSError:
        return False


@lru_cache(maxsize=64)
def _holds(network: Path, states: tuple[tuple[int, int], ...]) -> bool:
    return network.with_suffix(SEAL).read_text() == _sealed(network)


def _sealed(network: Path) -> str:
    return sha256_of([network, network.with_suffix(".bin")])


def _convert(missing: Sequence[tuple[Path, Part, str]]) -> None:
    try:
        _convert_into(cache_dir(), missing)
    except OSError as error:
        # A cache that is read-only, full or no folder is done without.
        if not isinstance(error, PermissionError | FileExistsError | NotADirectoryError) and (
            no_room(error) is None
        ):
            raise
        _convert_into(_own_cache(), missing)


def _convert_into(place: Path, missing: Sequence[tuple[Path, Part, str]]) -> None:
    place.mkdir(parents=True, exist_ok=True)
    # Written aside and moved, the digest last, so that nobody takes half a network for a whole one.
    with tempfile.TemporaryDirectory(dir=place) as aside:
        written = [
            (folder, part, Path(aside) / _file_name(part, digest))
            for folder, part, digest in missing
        ]
        _export(written)
        for _, _, network in written:
            network.with_suffix(SEAL).write_text(_sealed(network))
            for suffix in (".bin", ".xml", SEAL):
                network.with_suffix(suffix).replace((place / network.name).with_suffix(suffix))


def _export(asked: Sequence[tuple[Path, Part, Path]]) -> None:
    try:
        run(convert_all, asked, work="conversion of the networks", seconds=PATIENCE)
    except RuntimeError as error:
        last = str(error).strip().splitlines()[-1]
        # They are written in order: the first that is not there is the one that failed.
        broken = next(folder for folder, _, target in asked if not target.is_file())
        if any(words in last for words in FULL):
            raise OSError(errno.ENOSPC, "no room for converted networks") from error
        raise WeightsMissing(
            f"The weights in “{broken.name}” do not make the network of its card ({last}); fetch "
            "the folder anew or train the network again."
        ) from error
