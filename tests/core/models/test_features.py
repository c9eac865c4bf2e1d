"""What the layers of a U-Net answer, as Keras has it and as the page shows it."""

from pathlib import Path

import numpy as np
import pytest

from core.models import runtime
from core.models.convert import convert_all, feature_model
from core.models.features import LAYERS, most_active, normalized
from core.models.runtime import load_features
from core.models.store import load_unet
from tests.core.models.test_runtime import SIZE, slices


@pytest.mark.slow
def test_maps_are_those_of_keras_and_of_the_sizes_said(
    untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Here TensorFlow is loaded anyway: a process of its own would load it once more.
    monkeypatch.setattr(runtime, "_export", convert_all)
    images = slices(2)
    maps = load_features(untrained, SIZE)(images)
    exact = feature_model(load_unet(untrained, SIZE))(images, training=False)
    assert set(maps) == {layer.name for layer in LAYERS}
    for layer in LAYERS:
        side = SIZE // layer.stride
        assert maps[layer.name].shape == (2, side, side, layer.channels), layer.title
        np.testing.assert_allclose(maps[layer.name], exact[layer.name], atol=2e-2, rtol=1e-3)


def test_skips_join_maps_of_one_resolution() -> None:
    by_name = {layer.name: layer for layer in LAYERS}
    joined = [(layer, by_name[layer.skip]) for layer in LAYERS if layer.skip]
    assert len(joined) == 4
    assert all(encoder.stride == decoder.stride for encoder, decoder in joined)


def test_channel_that_answers_alike_everywhere_is_named_last() -> None:
    maps = np.zeros((4, 4, 3), np.float32)
    maps[..., 0] = 90
    maps[:2, :, 1], maps[:, :2, 2] = 1, 3
    assert most_active(maps) == [2, 1, 0]
    assert most_active(maps, 1) == [2]


@pytest.mark.parametrize(
    ("given", "spread"), [([[-2, 0], [2, 1]], [[0, 128], [255, 191]]), ([[7, 7]], [[0, 0]])]
)
def test_map_is_spread_over_the_gray_scale(given: list, spread: list) -> None:
    assert normalized(np.array(given, np.float32)).tolist() == spread
