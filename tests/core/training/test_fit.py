"""Training from the first slice to the model card."""

import csv
import gc
import json
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from keras import Input, Model, Sequential, layers

from core.errors import BadDataset, WeightsMissing
from core.models.store import CARD_NAME, WEIGHTS_NAME, read_card
from core.training import fit
from core.training.fit import settle_batch_norm, train_unet
from core.training.recipe import Recipe
from tests.core.training.sample import TINY, cases

pytestmark = pytest.mark.slow


class PowerCut(Exception):
    """The machine goes off."""


def history(folder: Path) -> list[dict[str, str]]:
    with (folder / "history.csv").open() as lines:
        return list(csv.DictReader(lines))


def recipe(epochs: int) -> Recipe:
    return Recipe(
        epochs=epochs,
        batch_size=4,
        learning_rate=1e-4,
        validation_patients=("phantom/volume-1",),
    )


def train(folder: Path, epochs: int, told: list[str]) -> dict[str, Any]:
    return train_unet(
        "tumor", cases("volume-0", "volume-1"), TINY, recipe(epochs), folder, told.append
    )


def small_network(size: int, encoder_weights: str | None = None) -> Model:
    """Stand in for the U-Net, which takes a minute to compile."""
    assert encoder_weights is None
    return Sequential(
        [
            Input((size, size, 3)),
            layers.Conv2D(4, 3, padding="same", activation="relu"),
            layers.BatchNormalization(),
            layers.Conv2D(1, 1, activation="sigmoid"),
        ]
    )


@pytest.fixture(scope="module", autouse=True)
def _small_network() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit, "build_unet", small_network)
        yield


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training of two epochs that was cut off after the first."""
    folder = tmp_path_factory.mktemp("run")

    def cut(line: str) -> None:
        if line.startswith("epoch 1"):
            raise PowerCut

    with warnings.catch_warnings():
        # A power cut closes no files either.
        warnings.simplefilter("ignore", ResourceWarning)
        with pytest.raises(PowerCut):
            train_unet("tumor", cases("volume-0", "volume-1"), TINY, recipe(2), folder, cut)
        gc.collect()
    return folder


@pytest.fixture(scope="module")
def resumed(interrupted: Path) -> tuple[Path, list[str]]:
    """The same training started again, and what it told."""
    assert len(history(interrupted)) == 1
    assert not (interrupted / CARD_NAME).exists()
    told: list[str] = []
    train(interrupted, 2, told)
    return interrupted, told


def test_training_goes_on_after_its_last_epoch(resumed: tuple[Path, list[str]]) -> None:
    folder, told = resumed
    assert [row["epoch"] for row in history(folder)] == ["0", "1"]
    assert [line.split(":")[0] for line in told] == ["epoch 2 of 2"], "nothing is packed again"


def test_finished_training_started_again_trains_no_more(resumed: tuple[Path, list[str]]) -> None:
    folder, _ = resumed
    before = (folder / "history.csv").read_bytes()
    told: list[str] = []
    card = train(folder, 2, told)
    assert told == []
    assert (folder / "history.csv").read_bytes() == before
    assert card["epochs_run"] == 2


def test_card_says_all_there_is_to_know(resumed: tuple[Path, list[str]]) -> None:
    folder, _ = resumed
    card = read_card(folder)
    rows = history(folder)
    assert card["task"] == "tumor"
    assert card["preset"]["size"] == 32
    assert card["recipe"]["encoder_weights"] == "none (random values)"
    assert card["recipe"]["augmentation"]["brightness"] > 0
    assert card["data"]["training"] == {
        "cases": ["phantom/volume-0"],
        "patients": ["phantom/volume-0"],
        "slices": 3,
        "slices_with_tumor": 2,
    }
    assert card["data"]["validation"]["patients"] == ["phantom/volume-1"]
    assert card["data"]["licences"] == ["HepatoScope phantoms, Apache-2.0"]
    assert card["epochs_run"] == 2
    assert card["kept_epoch"]["val_loss"] == min(float(row["val_loss"]) for row in rows)
    assert card["validation_scores"]["per_patient"]["scored"] == 1
    assert {"commit", "written", "versions", "intended_use"} <= set(card)
    assert json.loads((folder / CARD_NAME).read_text()) == card


def test_best_network_is_kept_in_its_shipped_form(resumed: tuple[Path, list[str]]) -> None:
    folder, _ = resumed
    small_network(32).load_weights(folder / WEIGHTS_NAME)
    with h5py.File(folder / WEIGHTS_NAME) as saved:
        assert "optimizer" not in saved


def test_finished_training_goes_on_when_asked_for_more(tmp_path: Path) -> None:
    train(tmp_path, 1, [])
    told: list[str] = []
    assert train(tmp_path, 3, told)["epochs_run"] == 3
    assert [line.split(":")[0] for line in told] == ["epoch 2 of 3", "epoch 3 of 3"]


def test_finished_training_may_go_on_without_getting_better(tmp_path: Path) -> None:
    card = train(tmp_path, 1, [])
    perfect = (tmp_path / "history.csv").read_text()
    for name in ("val_loss", "loss"):
        perfect = perfect.replace(str(card["kept_epoch"][name]), "0.0")
    (tmp_path / "history.csv").write_text(perfect)
    assert train(tmp_path, 2, [])["kept_epoch"]["epoch"] == 0


def test_interruption_gives_no_further_patience(tmp_path: Path) -> None:
    best = train(tmp_path, 2, [])["kept_epoch"]["val_loss"]
    rows = history(tmp_path)
    rows[0]["val_loss"], rows[1]["val_loss"] = "0.0", str(best)
    with (tmp_path / "history.csv").open("w") as lines:
        table = csv.DictWriter(lines, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    asked = replace(recipe(9), patience=2)
    card = train_unet("tumor", cases("volume-0", "volume-1"), TINY, asked, tmp_path)
    assert card["epochs_run"] == 3, "one epoch without a better one had passed before"


def test_training_that_no_longer_improves_is_finished(tmp_path: Path) -> None:
    (tmp_path / "history.csv").write_text("epoch,val_loss\n0,0.7\n1,0.9\n2,0.8\n")
    small_network(32).save_weights(tmp_path / WEIGHTS_NAME)
    told: list[str] = []
    card = train_unet(
        "liver",
        cases("volume-0", "volume-1"),
        TINY,
        replace(recipe(9), patience=2),
        tmp_path,
        told.append,
    )
    assert not [line for line in told if line.startswith("epoch")]
    assert card["kept_epoch"] == {"epoch": 0, "val_loss": 0.7}


def test_training_can_start_from_other_weights(tmp_path: Path) -> None:
    network = small_network(32)
    network.save_weights(tmp_path / "other.weights.h5")
    frozen = replace(recipe(1), start=tmp_path / "other.weights.h5", learning_rate=0)
    train_unet("liver", cases("volume-0", "volume-1"), TINY, frozen, tmp_path / "run")
    trained = small_network(32)
    trained.load_weights(tmp_path / "run" / WEIGHTS_NAME)
    kernels = [model.layers[0].get_weights()[0] for model in (network, trained)]
    np.testing.assert_allclose(kernels[1], kernels[0], atol=1e-3)


def test_training_without_a_patient_to_hold_out_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match="too few"):
        train_unet("liver", cases("volume-0"), TINY, Recipe(), tmp_path)


@pytest.mark.parametrize(
    "wrong", [Recipe(start=Path("gone.weights.h5")), Recipe(encoder_weights="gone.h5")]
)
def test_missing_file_to_start_from_is_named(tmp_path: Path, wrong: Recipe) -> None:
    with pytest.raises(WeightsMissing, match="gone"):
        train_unet("liver", cases("volume-0", "volume-1"), TINY, wrong, tmp_path)


def test_settled_batch_norm_holds_the_mean_of_what_is_predicted_on() -> None:
    layer = layers.BatchNormalization()
    model = Sequential([Input((2, 2, 1)), layer])
    batches = [(np.full((1, 2, 2, 1), value, np.float32), None) for value in (1, 2, 6)]
    settle_batch_norm(model, batches)
    assert float(layer.moving_mean[0]) == pytest.approx(3)
    assert layer.momentum == 0.99, "as it was"


def test_last_epoch_is_kept_where_asked(tmp_path: Path) -> None:
    asked = replace(recipe(2), keep="last")
    card = train_unet("tumor", cases("volume-0", "volume-1"), TINY, asked, tmp_path)
    assert card["kept_epoch"]["epoch"] == 1
    assert card["recipe"]["keep"] == "last"


def test_slices_may_be_split_without_regard_to_patients(tmp_path: Path) -> None:
    leaky = replace(recipe(1), validation_patients=(), validation_fraction=0.5, split="slice")
    card = train_unet("liver", cases("volume-0", "volume-1"), TINY, leaky, tmp_path)
    training, validation = card["data"]["training"], card["data"]["validation"]
    assert (
        training["patients"] == validation["patients"] == ["phantom/volume-0", "phantom/volume-1"]
    )
    assert (training["slices"], validation["slices"]) == (4, 4)
    assert card["recipe"]["split"] == "slice"


@pytest.mark.parametrize(("keep", "epoch"), [("loss", 0), ("dice", 1)])
def test_kept_epoch_is_the_best_by_what_was_asked(tmp_path: Path, keep: Any, epoch: int) -> None:
    (tmp_path / "history.csv").write_text(
        "epoch,val_loss,val_patient_dice\n0,0.7,0.2\n1,0.9,0.6\n2,0.8,0.4\n"
    )
    small_network(32).save_weights(tmp_path / WEIGHTS_NAME)
    asked = replace(recipe(3), keep=keep)
    card = train_unet("liver", cases("volume-0", "volume-1"), TINY, asked, tmp_path)
    assert card["kept_epoch"]["epoch"] == epoch
