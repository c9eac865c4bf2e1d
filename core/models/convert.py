"""Convert one trained network to OpenVINO: ``python -m core.models.convert FOLDER SIZE TARGET``.

A program of its own, because Streamlit resets Keras after every run of a page: a network
half built in the server's process would be swept away, and TensorFlow's memory would stay.
"""

import sys
from pathlib import Path

from core.models.store import load_unet


def convert(folder: Path, size: int, target: Path) -> None:
    """Write the network of `folder` for inputs of `size` pixels to `target` (.xml, with .bin)."""
    import openvino
    import tensorflow as tf

    keras_model = load_unet(folder, size)
    call = tf.function(
        lambda images: keras_model(images, training=False),
        input_signature=[tf.TensorSpec([None, size, size, 3], tf.float32)],
    )
    model = openvino.convert_model(call.get_concrete_function())
    openvino.save_model(model, target, compress_to_fp16=False)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
