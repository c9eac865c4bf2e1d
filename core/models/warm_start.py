"""A warm start for the encoder: EfficientNet-Lite0, learned on ImageNet, openly licensed."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import WeightsMissing

if TYPE_CHECKING:
    from keras import Model
    from keras.layers import Layer

# Lite0 learned on (grey - 127) / 128 with greys of 0..255; our networks see 0..1.
LITE_SCALE, LITE_SHIFT = 255 / 128, 127 / 128
# A gate's bias that lets 98 % through: Lite0 has no squeeze-and-excitation gates.
OPEN_GATE = 4.0

State = Mapping[str, NDArray[np.float32]]


def read_state(path: Path) -> State:
    """Read the tensors of a PyTorch file, without running what else it may hold.

    Raises WeightsMissing where PyTorch, which only this needs, is not installed.
    """
    try:
        import torch
    except ImportError as missing:
        raise WeightsMissing(
            f"“{path.name}” is a PyTorch file and PyTorch is not installed; install it with "
            "“pip install -r requirements-vision-language.txt”."
        ) from missing
    tensors = torch.load(path, weights_only=True, map_location="cpu")
    return {name: tensor.numpy() for name, tensor in tensors.items()}


def load_lite0(model: "Model", state: State) -> None:
    """Put the kernels of EfficientNet-Lite0 into the EfficientNetB0 encoder of `model`.

    Both have the same blocks of the same widths. Lite0 leaves out the squeeze-and-excitation
    gates, which start open here, and bends with ReLU6 where B0 bends with swish.

    Parameters
    ----------
    model : the U-Net of `core.models.unet`.
    state : tensors by name, as the PyTorch ports of EfficientNet name them.

    References
    ----------
    Tan and Le, EfficientNet, ICML 2019; Liu, Higher accuracy on vision models with
    EfficientNet-Lite, TensorFlow blog, 2020.
    """
    _convolution(model.get_layer("stem_conv"), state["_conv_stem.weight"] * LITE_SCALE)
    _normalisation(model.get_layer("stem_bn"), state, "_bn0")
    # The shift of the greys moves every mean by what the kernel makes of a constant.
    gamma, beta, mean, variance = model.get_layer("stem_bn").get_weights()
    mean += LITE_SHIFT * state["_conv_stem.weight"].sum((1, 2, 3))
    model.get_layer("stem_bn").set_weights([gamma, beta, mean, variance])

    names = [layer.name for layer in model.layers if layer.name.endswith("_dwconv")]
    for number, name in enumerate(names):
        block, source = name.removesuffix("dwconv"), f"_blocks.{number}."
        if f"{source}_expand_conv.weight" in state:
            _convolution(
                model.get_layer(f"{block}expand_conv"), state[f"{source}_expand_conv.weight"]
            )
            _normalisation(model.get_layer(f"{block}expand_bn"), state, f"{source}_bn0")
        depthwise = state[f"{source}_depthwise_conv.weight"].transpose(1, 0, 2, 3)
        _convolution(model.get_layer(name), depthwise)
        _normalisation(model.get_layer(f"{block}bn"), state, f"{source}_bn1")
        _open_gate(model.get_layer(f"{block}se_expand"))
        _convolution(
            model.get_layer(f"{block}project_conv"), state[f"{source}_project_conv.weight"]
        )
        _normalisation(model.get_layer(f"{block}project_bn"), state, f"{source}_bn2")
    _convolution(model.get_layer("top_conv"), state["_conv_head.weight"])
    _normalisation(model.get_layer("top_bn"), state, "_bn1")


def _convolution(layer: "Layer", kernel: NDArray[np.float32]) -> None:
    """PyTorch keeps kernels as [out, in, rows, columns], Keras as [rows, columns, in, out]."""
    layer.set_weights([kernel.transpose(2, 3, 1, 0)])


def _normalisation(layer: "Layer", state: State, name: str) -> None:
    parts = ("weight", "bias", "running_mean", "running_var")
    layer.set_weights([state[f"{name}.{part}"] for part in parts])


def _open_gate(layer: "Layer") -> None:
    kernel, bias = layer.get_weights()
    layer.set_weights([np.zeros_like(kernel), np.full_like(bias, OPEN_GATE)])
