"""Networks on disk."""

import hashlib
import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from keras import Input, Model, Sequential, layers
from numpy.typing import NDArray

from core.errors import WeightsMissing
from core.models import store
from core.models.store import (
    CARD_NAME,
    DIGEST,
    WEIGHTS_NAME,
    check_task,
    first_preset,
    model_dir,
    read_card,
    save_weights,
    trained_presets,
    trusted_digest,
    weights_digest,
    write_card,
)
from core.presets import BEST, PAPER


def small_network() -> Model:
    return Sequential(
        [
            Input((16, 16, 3)),
            layers.Conv2D(64, 3, padding="same"),
            layers.BatchNormalization(),
            layers.Conv2D(128, 3, padding="same", activation="relu"),
            layers.Conv2D(1, 1, activation="sigmoid"),
        ]
    )


def images(count: int = 4) -> NDArray[np.float32]:
    return np.random.default_rng(1).random((count, 16, 16, 3), np.float32)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Model, Path]:
    """A network after some steps of training, and where it was saved."""
    path = tmp_path_factory.mktemp("trained") / WEIGHTS_NAME
    model = small_network()
    model.compile("adam", "binary_crossentropy", jit_compile=False)
    for _ in range(3):
        model.train_on_batch(images(), np.ones((4, 16, 16, 1)))
    save_weights(model, path)
    return model, path


def test_network_comes_back_as_it_was_saved(trained: tuple[Model, Path]) -> None:
    model, path = trained
    again = small_network()
    again.load_weights(path)
    before, after = (np.asarray(network(images(), training=False)) for network in (model, again))
    assert before.std() > 0
    np.testing.assert_allclose(after, before, atol=1e-3)


def test_kernels_take_half_the_room_and_vectors_stay_exact(trained: tuple[Model, Path]) -> None:
    model, path = trained
    kinds: dict[int, set[str]] = {}
    with h5py.File(path) as saved:
        saved.visititems(
            lambda _, item: (
                kinds.setdefault(item.ndim, set()).add(str(item.dtype))
                if isinstance(item, h5py.Dataset)
                else None
            )
        )
    assert kinds[4] == {"float16"}
    assert kinds[1] == {"float32"}
    assert path.stat().st_size < 0.6 * 4 * model.count_params()


def test_tiny_variance_survives_saving(tmp_path: Path) -> None:
    model = small_network()
    scale, shift, mean, variance = model.layers[1].get_weights()
    model.layers[1].set_weights([scale, shift, mean, np.full_like(variance, 1e-9)])
    save_weights(model, tmp_path / WEIGHTS_NAME)
    again = small_network()
    again.load_weights(tmp_path / WEIGHTS_NAME)
    np.testing.assert_array_equal(again.layers[1].get_weights()[3], np.float32(1e-9))


def test_what_only_training_needs_is_not_shipped(trained: tuple[Model, Path]) -> None:
    names: list[str] = []
    with h5py.File(trained[1]) as saved:
        saved.visit(names.append)
    assert names
    assert not [name for name in names if "optimizer" in name]


def test_saving_leaves_nothing_else_behind(trained: tuple[Model, Path]) -> None:
    assert [path.name for path in trained[1].parent.iterdir()] == [WEIGHTS_NAME]


def test_digest_is_the_sha256_of_the_weights(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS_NAME).write_bytes(b"weights")
    assert weights_digest(tmp_path) == hashlib.sha256(b"weights").hexdigest()


def test_missing_network_says_how_to_train_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "WEIGHTS_DIR", tmp_path)
    with pytest.raises(WeightsMissing, match=r"python -m core train tumor --preset paper"):
        model_dir("paper", "tumor")
    # What one network for each fold of patients was trained with is not a command of ours.
    with pytest.raises(WeightsMissing, match="fetch the folder “weights” anew"):
        model_dir("ensemble", "tumor-3")


def test_network_is_found_where_it_was_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "WEIGHTS_DIR", tmp_path)
    folder = tmp_path / "paper" / "liver"
    folder.mkdir(parents=True)
    (folder / WEIGHTS_NAME).touch()
    (folder / CARD_NAME).write_text(json.dumps({"task": "liver"}))
    assert read_card(model_dir("paper", "liver")) == {"task": "liver"}


def test_weights_that_are_not_those_of_their_card_are_refused(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS_NAME).write_bytes(b"kernel")
    card = write_card(tmp_path, {"task": "liver"})
    assert read_card(tmp_path) == card
    assert trusted_digest(tmp_path) == card[DIGEST] == hashlib.sha256(b"kernel").hexdigest()
    (tmp_path / WEIGHTS_NAME).write_bytes(b"-kernel")
    with pytest.raises(WeightsMissing, match=r"are not those of its card\.json"):
        trusted_digest(tmp_path)


def test_tumor_network_in_the_livers_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / WEIGHTS_NAME).write_bytes(b"kernel")
    write_card(tmp_path, {"task": "tumor"})
    check_task(tmp_path, "tumor")
    with pytest.raises(WeightsMissing, match="trained to find “tumor”, not liver"):
        check_task(tmp_path, "liver")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"[" * 20_000])
def test_damaged_card_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CARD_NAME).write_bytes(content)
    with pytest.raises(WeightsMissing, match="is missing or damaged"):
        read_card(tmp_path)


def test_every_shipped_card_names_the_weights_beside_it() -> None:
    cards = sorted(store.WEIGHTS_DIR.rglob(CARD_NAME))
    with_weights = [card.parent for card in cards if (card.parent / WEIGHTS_NAME).is_file()]
    assert len(with_weights) >= 10
    for folder in with_weights:
        assert read_card(folder)[DIGEST] == trusted_digest(folder)


def test_preset_is_offered_once_all_its_networks_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "WEIGHTS_DIR", tmp_path)
    offered = []
    for network in ("focus/liver", "focus/tumor", "paper/liver", "paper/tumor"):
        (tmp_path / network).mkdir(parents=True)
        (tmp_path / network / WEIGHTS_NAME).touch()
        offered.append([preset.name for preset in trained_presets()])
    assert offered == [[], [], ["focus"], ["paper", "focus"]], "paper's liver finds for focus"


def test_visitor_starts_with_the_best_preset_that_was_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "WEIGHTS_DIR", tmp_path)
    started = [first_preset()]
    for preset in (PAPER, BEST):
        for home, network in preset.homes.values():
            (tmp_path / home / network).mkdir(parents=True, exist_ok=True)
            (tmp_path / home / network / WEIGHTS_NAME).touch()
        started.append(first_preset())
    assert started == [BEST, PAPER, BEST]


@pytest.mark.parametrize("network", ["liver", "tumor"])
def test_shipped_network_is_small_and_has_a_complete_card(
    shipped_weights: Path, network: str
) -> None:
    folder = shipped_weights / network
    assert (folder / WEIGHTS_NAME).stat().st_size < 25e6
    card = read_card(folder)
    assert card["task"] == network
    assert {"data", "preset", "recipe", "kept_epoch", "commit", "intended_use"} <= set(card)
    assert card["data"]["training"]["cases"], "a card that names no case shows no absence of leaks"
    held_out = {f"volume-{number}" for number in (23, 30, 35, 47, 48)}
    seen = {*card["data"]["training"]["patients"], *card["data"]["validation"]["patients"]}
    assert not held_out & seen
