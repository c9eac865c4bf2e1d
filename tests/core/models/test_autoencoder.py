import numpy as np
import pytest

from core.models.autoencoder import DECODER, ENCODER, SIDE, build_autoencoder


@pytest.mark.parametrize("pooled", [True, False])
def test_patch_goes_through_the_bottleneck_and_comes_back_as_gray(pooled: bool) -> None:
    model = build_autoencoder(8, pooled)
    patches = np.random.default_rng(0).random((3, SIDE, SIDE, 1), np.float32)
    codes = model.get_layer(ENCODER)(patches)
    drawn = np.asarray(model.get_layer(DECODER)(codes))
    assert codes.shape == (3, 8)
    assert drawn.shape == patches.shape
    assert 0 <= drawn.min() <= drawn.max() <= 1
    np.testing.assert_allclose(drawn, model(patches), atol=1e-6)


def test_averaged_code_costs_the_encoder_fewer_weights_than_that_of_the_whole_map() -> None:
    averaged, whole = (
        build_autoencoder(16, pooled).get_layer(ENCODER).count_params() for pooled in (True, False)
    )
    # The last map is 4×4 of 128 features: sixteen times as many go into the bottleneck.
    assert whole - averaged == 15 * 128 * 16
