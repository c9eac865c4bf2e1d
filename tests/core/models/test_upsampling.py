"""Convolved before it is upsampled, a decoder answers what it answered."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.ndimage import correlate

from core.models.unet import SLIM_DECODER, WIDE_DECODER, build_unet
from core.models.upsampling import PLACES, convolved_first, kernel_at

values = st.floats(-4, 4, width=32)


@given(arrays(np.float32, (3, 3), elements=values), arrays(np.float32, (4, 5), elements=values))
def test_kernels_of_the_places_answer_what_the_whole_one_does(
    kernel: NDArray[np.float32], coarse: NDArray[np.float32]
) -> None:
    repeated = coarse.repeat(2, axis=0).repeat(2, axis=1)
    whole = correlate(repeated, kernel, mode="constant")
    padded = np.pad(coarse, 1)
    for row, column in PLACES:
        small = kernel_at(kernel[..., None, None], row, column)[..., 0, 0]
        windows = np.lib.stride_tricks.sliding_window_view(padded, (2, 2))
        answer = np.einsum("ijkl,kl->ij", windows, small)
        seen = answer[row : row + coarse.shape[0], column : column + coarse.shape[1]]
        np.testing.assert_allclose(seen, whole[row::2, column::2], atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("filters", [WIDE_DECODER, SLIM_DECODER], ids=["wide", "slim"])
def test_rebuilt_network_answers_alike_and_upsamples_nothing(filters: tuple[int, ...]) -> None:
    unet = build_unet(64, decoder_filters=filters)
    rebuilt = convolved_first(unet)
    images = np.random.default_rng(0).random((2, 64, 64, 3), np.float32)
    exact = np.asarray(unet(images, training=False))
    assert exact.std() > 1e-3, "a flat answer would prove nothing"
    np.testing.assert_allclose(np.asarray(rebuilt(images, training=False)), exact, atol=1e-5)
    kinds = [type(layer).__name__ for layer in rebuilt.layers]
    assert kinds.count("Split") == len(filters)
    assert "UpSampling2D" not in kinds
