"""The convolutional autoencoder of 32×32 patches."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras import Model

SIDE = 32
ENCODER, DECODER = "encoder", "decoder"
# Filters of the convolutions, each of which halves the patch.
FILTERS = (32, 64, 128)
# What the decoder starts from: 8×8 pixels, brought to 32×32 by two upsampling convolutions.
SPATIAL = (8, 8, 64)


def build_autoencoder(bottleneck: int, pooled: bool = True) -> "Model":
    """Build the network that brings [N, 32, 32, 1] in 0..1 through `bottleneck` numbers and back.

    Its layers `ENCODER` ([N, 32, 32, 1] to [N, bottleneck]) and `DECODER` are models of their own.

    Parameters
    ----------
    bottleneck : length of a patch's code.
    pooled : average each feature over the patch before the bottleneck, so that the code says
        what is there and not where; without it the code is of the whole feature map.
    """
    import keras
    from keras import layers

    patch = keras.Input((SIDE, SIDE, 1))
    features = patch
    for filters in FILTERS:
        features = layers.Conv2D(filters, 3, strides=2, padding="same", activation="relu")(features)
    summed = layers.GlobalAveragePooling2D() if pooled else layers.Flatten()
    code = layers.Dense(bottleneck)(summed(features))
    encoder = keras.Model(patch, code, name=ENCODER)

    given = keras.Input((bottleneck,))
    spread = layers.Dense(SPATIAL[0] * SPATIAL[1] * SPATIAL[2], activation="relu")(given)
    picture = layers.Reshape(SPATIAL)(spread)
    for filters in (64, 32):
        picture = layers.Conv2DTranspose(filters, 3, strides=2, padding="same", activation="relu")(
            picture
        )
    drawn = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(picture)
    decoder = keras.Model(given, drawn, name=DECODER)
    return keras.Model(patch, decoder(encoder(patch)))
