"""Convert a trained network to OpenVINO.

In a process of its own, because Streamlit resets Keras after every run of a page: a network half
built in the server's process would be swept away, and TensorFlow's memory would stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.models.features import LAYERS
from core.models.store import load_autoencoder, load_unet
from core.models.upsampling import convolved_first

if TYPE_CHECKING:
    from keras import Model


@dataclass(frozen=True)
class Unet:
    """A U-Net.

    Parameters
    ----------
    size : side of its input in pixels.
    features : whether it tells the maps of its layers too.
    """

    size: int
    features: bool = False

    def __str__(self) -> str:
        return f"{self.size}-features" if self.features else f"{self.size}"


# How it is converted; networks that were converted otherwise are converted anew.
FORM = 2

# A U-Net, or `ENCODER` or `DECODER` of an autoencoder.
Part = Unet | str


def convert_all(asked: Sequence[tuple[Path, Part, Path]]) -> None:
    """Write one network after the other, each given as its folder, its part and the target."""
    for folder, part, target in asked:
        convert(folder, part, target)


def convert(folder: Path, part: Part, target: Path) -> None:
    """Write the network of `folder` to `target` (.xml, with .bin)."""
    import openvino
    import tensorflow as tf

    keras_model = network(folder, part)
    shape = [None, *keras_model.input_shape[1:]]
    call = tf.function(
        lambda given: keras_model(given, training=False),
        input_signature=[tf.TensorSpec(shape, tf.float32)],
    )
    model = openvino.convert_model(call.get_concrete_function())
    openvino.save_model(model, target, compress_to_fp16=False)


def network(folder: Path, part: Part) -> "Model":
    """Rebuild the network of `folder`, or the `part` of it that is meant."""
    if isinstance(part, str):
        return load_autoencoder(folder).get_layer(part)
    unet = load_unet(folder, part.size)
    return feature_model(unet) if part.features else convolved_first(unet)


def feature_model(unet: "Model") -> "Model":
    """Let `unet` answer with the maps of `core.models.features.LAYERS` by their names."""
    import keras

    maps = {layer.name: unet.get_layer(layer.name).output for layer in LAYERS}
    return keras.Model(unet.input, maps)
