"""The U-Net with an EfficientNetB0 encoder, twice the heart of the cascade."""

import io
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from core.models.warm_start import load_lite0, read_state

if TYPE_CHECKING:
    from keras import Model

# The library's 0.99 leaves the running statistics hundreds of steps behind a network that
# starts from random values: masked slices that score 0.37 with the statistics of their own
# batch then score 0.00 in prediction.
BATCH_NORM_MOMENTUM = 0.9


# As published, and of half the arithmetic: the decoder's maps from coarse to fine.
WIDE_DECODER = (256, 128, 64, 32, 16)
SLIM_DECODER = (128, 64, 32, 24, 16)


def build_unet(
    size: int,
    encoder_weights: str | None = None,
    decoder_filters: tuple[int, ...] = WIDE_DECODER,
) -> "Model":
    """Build the network: [N, size, size, 3] in 0..1 to a probability [N, size, size, 1].

    Parameters
    ----------
    size : side of the input, a multiple of 32.
    encoder_weights : ``"imagenet"`` (fetched by the library), a local weights file of the
        encoder, a PyTorch file (``.pth``) of EfficientNet-Lite0, or None to start from random
        values.
    decoder_filters : maps of each of the decoder's five stages, from coarse to fine.

    References
    ----------
    Ronneberger et al., U-Net, MICCAI 2015; Tan and Le, EfficientNet, ICML 2019.
    """
    import keras

    # It greets on standard output, which belongs to results.
    with redirect_stdout(io.StringIO()):
        import segmentation_models

    lite = bool(encoder_weights) and Path(encoder_weights or "").suffix == ".pth"
    model = segmentation_models.Unet(
        "efficientnetb0",
        input_shape=(size, size, 3),
        classes=1,
        activation="sigmoid",
        encoder_weights=None if lite else encoder_weights,
        decoder_filters=decoder_filters,
    )
    if lite:
        load_lite0(model, read_state(Path(str(encoder_weights))))
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = BATCH_NORM_MOMENTUM
    return model
