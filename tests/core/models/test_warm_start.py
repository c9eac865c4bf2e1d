"""EfficientNet-Lite0 in the place of the encoder."""

from pathlib import Path

import numpy as np
import pytest
from keras import Model
from scipy.signal import correlate

from core.errors import WeightsMissing
from core.models.unet import build_unet
from core.models.warm_start import State, load_lite0, read_state

SIZE = 32


@pytest.fixture(scope="module")
def model() -> Model:
    return build_unet(SIZE)


def ported_name(layer: str, blocks: list[str]) -> str:
    """Name a layer of the Keras encoder as the PyTorch ports do."""
    stems = {"stem": "_conv_stem", "stem_bn": "_bn0", "top": "_conv_head", "top_bn": "_bn1"}
    if layer.startswith(("stem", "top")):
        return stems[layer.removesuffix("_conv")]
    block, _, part = layer.partition("_")
    parts = {"expand_bn": "_bn0", "bn": "_bn1", "project_bn": "_bn2", "dwconv": "_depthwise_conv"}
    return f"_blocks.{blocks.index(block)}.{parts.get(part, f'_{part}')}"


def random_lite0(model: Model) -> dict[str, np.ndarray]:
    """Tensors of Lite0's names and shapes with random values."""
    rng = np.random.default_rng(0)
    layers = [each for each in model.layers if each.weights and each.name.count("_se_") == 0]
    encoder = [each for each in layers if not each.name.startswith(("decoder", "final"))]
    blocks = [each.name.split("_")[0] for each in encoder if each.name.endswith("dwconv")]
    state = {}
    for layer in encoder:
        name, shape = ported_name(layer.name, blocks), layer.weights[0].shape
        if len(shape) == 1:
            for part in ("weight", "bias", "running_mean", "running_var"):
                state[f"{name}.{part}"] = rng.random(shape, dtype=np.float32)
        else:
            rows, columns, inputs, outputs = shape
            if layer.name.endswith("dwconv"):
                inputs, outputs = outputs, inputs
            state[f"{name}.weight"] = rng.random((outputs, inputs, rows, columns), np.float32)
    return state


@pytest.fixture(scope="module")
def state(model: Model) -> State:
    state = random_lite0(model)
    load_lite0(model, state)
    return state


def test_every_convolution_of_the_encoder_is_replaced(model: Model, state: State) -> None:
    depthwise = model.get_layer("block3b_dwconv").get_weights()[0]
    np.testing.assert_array_equal(
        depthwise[:, :, 7, 0], state["_blocks.4._depthwise_conv.weight"][7, 0]
    )
    project = model.get_layer("block7a_project_conv").get_weights()[0]
    np.testing.assert_array_equal(
        project[0, 0], state["_blocks.15._project_conv.weight"][..., 0, 0].T
    )
    _, beta, mean, _ = model.get_layer("top_bn").get_weights()
    np.testing.assert_array_equal(beta, state["_bn1.bias"])
    np.testing.assert_array_equal(mean, state["_bn1.running_mean"])


def test_gates_that_lite0_lacks_start_open(model: Model, state: State) -> None:
    kernel, bias = model.get_layer("block5c_se_expand").get_weights()
    assert not kernel.any()
    assert (1 / (1 + np.exp(-bias)) > 0.98).all()


def test_stem_answers_to_our_greys_as_lite0_to_its_own(model: Model, state: State) -> None:
    gray = np.random.default_rng(1).random((SIZE, SIZE, 3), dtype=np.float32)
    stem = Model(model.input, model.get_layer("stem_bn").output)
    ours = np.asarray(stem(gray[None]))[0, ..., 5]

    theirs_in = (gray * 255 - 127) / 128
    kernel = state["_conv_stem.weight"][5].transpose(1, 2, 0)
    # Stride 2; the far padding of "same" is left out of the comparison.
    answer = correlate(theirs_in, kernel, mode="valid")[::2, ::2, 0]
    spread = np.sqrt(state["_bn0.running_var"][5] + 1e-3)
    expected = (answer - state["_bn0.running_mean"][5]) / spread
    expected = expected * state["_bn0.weight"][5] + state["_bn0.bias"][5]
    np.testing.assert_allclose(ours[:-1, :-1], expected, atol=1e-3)


def test_missing_pytorch_is_told_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(WeightsMissing, match="requirements-vision-language"):
        read_state(tmp_path / "lite0.pth")
