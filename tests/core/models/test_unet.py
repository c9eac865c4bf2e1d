"""The architecture."""

import numpy as np
import pytest
from keras import Model, layers

from core.models.unet import build_unet


@pytest.fixture(scope="module")
def network() -> Model:
    return build_unet(32)


def test_network_is_the_one_of_the_publication(network: Model) -> None:
    assert network.count_params() == 10_115_501, "U-Net with EfficientNetB0 encoder"


def test_network_gives_one_probability_a_pixel(network: Model) -> None:
    images = np.random.default_rng(0).random((2, 32, 32, 3), np.float32)
    prediction = np.asarray(network(images, training=False))
    assert prediction.shape == (2, 32, 32, 1)
    assert prediction.min() >= 0
    assert prediction.max() <= 1


def test_batch_statistics_keep_up_with_a_short_training(network: Model) -> None:
    normalizations = [
        layer for layer in network.layers if isinstance(layer, layers.BatchNormalization)
    ]
    assert len(normalizations) == 59
    assert all(layer.momentum <= 0.9 for layer in normalizations)


def test_size_that_cannot_be_halved_five_times_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        build_unet(40)
