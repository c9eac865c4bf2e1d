import json
from pathlib import Path

import numpy as np
import pytest

from core.atlas.encoders import load_autoencoder as load_halves
from core.atlas.encoders import network_patch, reconstruction_error
from core.errors import BadDataset, WeightsMissing
from core.models.store import WEIGHTS_NAME, load_autoencoder, read_card, write_card
from core.training.autoencoder import PatchRecipe, train_autoencoder
from core.training.history import read_history
from tests.core.training import sample

pytestmark = pytest.mark.slow
SMALL = PatchRecipe(bottleneck=4, epochs=2, batch_size=8, validation_patients=("phantom/c",))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("autoencoder")
    train_autoencoder(sample.cases("a", "b", "c"), SMALL, out)
    return out


def test_card_says_what_was_trained_on_whom(folder: Path) -> None:
    card = read_card(folder)
    assert card["architecture"] == {"bottleneck": 4, "pooled": True}
    assert card["data"]["training"]["patients"] == ["phantom/a", "phantom/b"]
    assert card["data"]["validation"]["patients"] == ["phantom/c"]
    assert card["epochs_run"] == len(read_history(folder)) == 2
    assert card["data"]["licences"] == ["HepatoScope phantoms, Apache-2.0"]


def test_training_goes_on_after_its_last_epoch(folder: Path, tmp_path: Path) -> None:
    one = PatchRecipe(**{**vars(SMALL), "epochs": 1})
    train_autoencoder(sample.cases("a", "b", "c"), one, tmp_path)
    train_autoencoder(sample.cases("a", "b", "c"), SMALL, tmp_path)
    resumed, whole = read_history(tmp_path), read_history(folder)
    assert [row["epoch"] for row in resumed] == ["0", "1"]
    assert float(resumed[0]["loss"]) == pytest.approx(float(whole[0]["loss"]), rel=1e-4)


def test_fast_halves_are_the_network_itself(folder: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, 32, 32), np.uint8)
    whole = load_autoencoder(folder)
    halves = load_halves(folder)
    drawn = halves.decode(halves.encode(images))
    theirs = whole.predict(network_patch(images), verbose=0)[..., 0] * 255
    assert halves.encode(images).shape == (5, 4)
    np.testing.assert_allclose(drawn, theirs, atol=0.05)
    error = np.square((images - theirs) / 255).mean(axis=(1, 2))
    np.testing.assert_allclose(reconstruction_error(images, drawn), error, rtol=1e-3)
    assert halves.encode(images[:0]).shape == (0, 4)


def test_weights_that_are_not_those_of_the_card_are_told_in_one_sentence(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / WEIGHTS_NAME).write_bytes((folder / WEIGHTS_NAME).read_bytes())
    card = (folder / "card.json").read_text().replace('"bottleneck": 4', '"bottleneck": 6')
    # A digest of its own: networks converted before are kept by their weights.
    with (tmp_path / WEIGHTS_NAME).open("ab") as weights:
        weights.write(b" ")
    write_card(tmp_path, json.loads(card))
    with pytest.raises(WeightsMissing, match="do not make the network of its card"):
        load_halves(tmp_path)


def test_missing_weights_say_how_to_train(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="train autoencoder"):
        load_halves(tmp_path)


def test_cases_without_tumor_are_nothing_to_learn_from(tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match="No slice of these cases shows a tumor"):
        train_autoencoder(sample.cases("a", "b", "c", tumor_slices=0), SMALL, tmp_path)
