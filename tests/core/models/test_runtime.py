"""The fast path predicts what Keras predicts."""

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import openvino
import pytest
from numpy.typing import NDArray
from openvino import opset13 as ops

from core.errors import WeightsMissing
from core.models import runtime
from core.models.convert import FORM, Unet
from core.models.runtime import load_network, prepare
from core.models.store import WEIGHTS_NAME, load_unet, weights_digest
from core.presets import PAPER

pytestmark = pytest.mark.slow
SIZE = 32


def slices(count: int, size: int = SIZE, seed: int = 0) -> NDArray[np.float32]:
    """Soft blobs of grey, as unlike each other as slices are."""
    from scipy.ndimage import gaussian_filter

    rough = np.random.default_rng(seed).normal(size=(count, size, size))
    blobs = gaussian_filter(rough, (0, size / 12, size / 12))
    gray = np.clip(0.5 + blobs / (3 * blobs.std()), 0, 1)
    return np.repeat(gray[..., None], 3, axis=-1).astype(np.float32)


def worst_difference(folder: Path, size: int) -> float:
    images = slices(4, size)
    exact = np.asarray(load_unet(folder, size)(images, training=False))[..., 0]
    assert exact.std() > 1e-2, "a flat answer would prove nothing"
    return float(np.abs(load_network(folder, size)(images) - exact).max())


def test_untrained_network_predicts_as_keras_does(untrained: Path) -> None:
    assert worst_difference(untrained, SIZE) < 1e-3


@pytest.mark.parametrize("name", ["liver", "tumor"])
def test_shipped_network_predicts_as_keras_does(shipped_weights: Path, name: str) -> None:
    assert worst_difference(shipped_weights / name, PAPER.size) < 1e-3


@pytest.mark.parametrize("count", [1, 3, 16])
def test_slices_are_predicted_alike_in_any_company(untrained: Path, count: int) -> None:
    network = load_network(untrained, SIZE)
    images = slices(count)
    together = network(images)
    assert together.shape == (count, SIZE, SIZE)
    assert together.dtype == np.float32
    alone = np.concatenate([network(images[index : index + 1]) for index in range(count)])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_earlier_result_is_not_overwritten_by_the_next(untrained: Path) -> None:
    network = load_network(untrained, SIZE)
    first = network(slices(2, seed=1))
    kept = first.copy()
    network(slices(2, seed=2))
    np.testing.assert_array_equal(first, kept)


def test_threads_do_not_disturb_each_other(untrained: Path) -> None:
    network = load_network(untrained, SIZE)
    stacks = [slices(2, seed=seed) for seed in range(8)]
    alone = [network(stack) for stack in stacks]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(network, stacks))
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_serving_process_never_imports_tensorflow(untrained: Path) -> None:
    program = (
        "import sys, pathlib, numpy as np\n"
        "from core.models.runtime import load_network\n"
        f"network = load_network(pathlib.Path({str(untrained)!r}), {SIZE})\n"
        f"assert network(np.zeros((1, {SIZE}, {SIZE}, 3), np.float32)).shape == (1, 32, 32)\n"
        "print([name for name in ('tensorflow', 'keras') if name in sys.modules])\n"
    )
    asked = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (asked.stdout.strip(), asked.returncode) == ("[]", 0), asked.stderr


def brightness(asked: Sequence[tuple[Path, Unet, Path]]) -> None:
    """Stand in for a conversion: brightness times the number in the weights file."""
    for folder, part, target in asked:
        _brightness(folder, part, target)


def _brightness(folder: Path, part: Unet, target: Path) -> None:
    images = ops.parameter([-1, part.size, part.size, 3], np.float32)
    gray = ops.reduce_mean(images, np.array([3]), keep_dims=True)
    factor = np.float32(float((folder / WEIGHTS_NAME).read_text()))
    model = openvino.Model([ops.multiply(gray, ops.constant(factor))], [images])
    openvino.save_model(model, target, compress_to_fp16=False)


def test_network_trained_anew_in_the_same_folder_is_loaded_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "_export", brightness)
    for answer in (0.25, 0.75):
        (tmp_path / WEIGHTS_NAME).write_text(str(answer))
        network = load_network(tmp_path, SIZE)
        assert network(np.ones((1, SIZE, SIZE, 3), np.float32)).mean() == pytest.approx(answer)


def test_network_is_converted_once_and_kept_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEPATOSCOPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(runtime, "_export", brightness)
    (tmp_path / WEIGHTS_NAME).write_text("0.125")
    load_network(tmp_path, SIZE)
    name = f"{weights_digest(tmp_path)[:16]}-{SIZE}-{FORM}"
    kept = {path.name for path in runtime.cache_dir().iterdir()}
    assert kept == {f"{name}.xml", f"{name}.bin", f"{name}.sha256"}


def test_converted_network_that_was_changed_is_converted_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flipped signs in the cache would bear the name of the weights."""
    monkeypatch.setenv("HEPATOSCOPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(runtime, "_export", brightness)
    (tmp_path / WEIGHTS_NAME).write_text("0.125")
    images = np.ones((1, SIZE, SIZE, 3), np.float32)
    assert load_network(tmp_path, SIZE)(images).mean() == pytest.approx(0.125)
    (numbers,) = runtime.cache_dir().glob("*.bin")
    right, wrong = np.float32(0.125).tobytes(), np.float32(-0.125).tobytes()
    assert right in numbers.read_bytes()
    numbers.write_bytes(numbers.read_bytes().replace(right, wrong))
    runtime.forget()
    assert load_network(tmp_path, SIZE)(images).mean() == pytest.approx(0.125)


@pytest.mark.parametrize("error", [PermissionError(13, "denied"), OSError(28, "full")])
def test_cache_that_takes_nothing_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    shared = tmp_path / "cache"
    monkeypatch.setenv("HEPATOSCOPE_CACHE", str(shared))
    monkeypatch.setattr(runtime, "_export", brightness)
    into = runtime._convert_into

    def refused(place: Path, missing: Sequence[tuple[Path, Unet, str]]) -> None:
        if place == shared:
            raise error
        into(place, missing)

    monkeypatch.setattr(runtime, "_convert_into", refused)
    (tmp_path / WEIGHTS_NAME).write_text(f"0.5{error.errno}")
    network = load_network(tmp_path, SIZE)
    answer = network(np.ones((1, SIZE, SIZE, 3), np.float32)).mean()
    assert answer == pytest.approx(float(f"0.5{error.errno}"))
    assert not shared.exists()


def test_full_disk_is_not_called_wrong_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise RuntimeError("OSError: [Errno 28] No space left on device: 'x.bin'")

    monkeypatch.setattr(runtime, "run", full)
    with pytest.raises(OSError, match="no room for converted networks"):
        runtime._export([(tmp_path, Unet(SIZE), tmp_path / "x.xml")])


def test_networks_are_converted_together_and_none_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEPATOSCOPE_CACHE", str(tmp_path / "cache"))
    asked: list[list[str]] = []

    def export(wanted: Sequence[tuple[Path, Unet, Path]]) -> None:
        asked.append([folder.name for folder, _, _ in wanted])
        brightness(wanted)

    monkeypatch.setattr(runtime, "_export", export)
    folders = [tmp_path / name for name in ("first", "second", "third")]
    for number, folder in enumerate(folders):
        folder.mkdir()
        (folder / WEIGHTS_NAME).write_text(str(number / 8))
    prepare([(folders[1], Unet(SIZE))])
    prepare([(folder, Unet(SIZE)) for folder in folders])
    assert asked == [["second"], ["first", "third"]]
    images = np.ones((1, SIZE, SIZE, 3), np.float32)
    answers = [load_network(folder, SIZE)(images).mean() for folder in folders]
    assert answers == [0, 0.125, 0.25]
    assert len(asked) == 2


def test_network_that_cannot_be_converted_is_named(untrained: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    (wrong / WEIGHTS_NAME).write_bytes(b"no weights")
    with pytest.raises(WeightsMissing, match="weights in “wrong” do not make"):
        prepare([(untrained, Unet(SIZE + 32)), (wrong, Unet(SIZE))])
