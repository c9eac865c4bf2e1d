"""Convert a trained network to OpenVINO: ``python -m core.models.convert FOLDER PART TARGET``.

PART is the size of a U-Net's input in pixels, that size and `-features` for a U-Net that tells
the maps of its layers too, or `encoder` or `decoder` of an autoencoder.

A program of its own, because Streamlit resets Keras after every run of a page: a network
half built in the server's process would be swept away, and TensorFlow's memory would stay.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core.models.autoencoder import DECODER, ENCODER
from core.models.features import LAYERS
from core.models.store import load_autoencoder, load_unet

if TYPE_CHECKING:
    from keras import Model


def convert(folder: Path, part: str, target: Path) -> None:
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


def network(folder: Path, part: str) -> "Model":
    """Rebuild the network of `folder`, or the `part` of it that is meant."""
    if part in (ENCODER, DECODER):
        return load_autoencoder(folder).get_layer(part)
    size, _, features = part.partition("-")
    unet = load_unet(folder, int(size))
    return feature_model(unet) if features else unet


def feature_model(unet: "Model") -> "Model":
    """Let `unet` answer with the maps of `core.models.features.LAYERS` by their names."""
    import keras

    maps = {layer.name: unet.get_layer(layer.name).output for layer in LAYERS}
    return keras.Model(unet.input, maps)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
