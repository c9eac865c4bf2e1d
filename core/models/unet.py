"""The U-Net with an EfficientNetB0 encoder, twice the heart of the cascade."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras import Model

# segmentation-models finds tf.keras, and with it Keras 3, only through this variable.
os.environ.setdefault("SM_FRAMEWORK", "tf.keras")


def build_unet(size: int, encoder_weights: str | None = None) -> "Model":
    """Build the network: [N, size, size, 3] in 0..1 to a probability [N, size, size, 1].

    Parameters
    ----------
    size : side of the input, a multiple of 32.
    encoder_weights : ``"imagenet"`` (fetched by the library), a local weights file of
        the encoder, or None to start from random values.

    References
    ----------
    Ronneberger et al., U-Net, MICCAI 2015; Tan and Le, EfficientNet, ICML 2019.
    """
    import segmentation_models

    return segmentation_models.Unet(
        "efficientnetb0",
        input_shape=(size, size, 3),
        classes=1,
        activation="sigmoid",
        encoder_weights=encoder_weights,
    )
