"""The networks of a preset: one or several for a part, and whose they are."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.cascade import networks as room
from core.cascade.networks import Networks, load_networks, mean_answer, networks_that_made
from core.errors import HepatoScopeError
from core.models import store
from core.presets import FOCUS, PAPER, PRESETS

SEVERAL = replace(
    FOCUS, name="several", finder="pair", tumor_networks=("tumor-1", "tumor-2", "tumor-3")
)


@pytest.fixture
def _weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = replace(PAPER, name="pair", liver_networks=("liver-1", "liver-2"))
    monkeypatch.setitem(PRESETS, "pair", pair)
    for home, name in SEVERAL.homes.values():
        folder = tmp_path / home / name
        folder.mkdir(parents=True)
        (folder / store.WEIGHTS_NAME).write_text(f"{home}/{name}")
    monkeypatch.setattr(store, "WEIGHTS_DIR", tmp_path)
    monkeypatch.setattr(room, "prepare", lambda wanted: None)
    monkeypatch.setattr(room, "load_network", answering)


def answering(folder: Path, size: int) -> object:
    """A network that answers with the number behind its name, in tenths, or with 0.5."""
    number = folder.name.split("-")[-1]
    value = int(number) / 10 if number.isdigit() else 0.5
    return lambda images: np.full(images.shape[:3], value, np.float32)


def images() -> NDArray[np.float32]:
    return np.zeros((2, 4, 4, 3), np.float32)


def test_homes_name_every_network_once() -> None:
    assert PAPER.homes == {"liver": ("paper", "liver"), "tumor": ("paper", "tumor")}
    assert FOCUS.homes["finder"] == ("paper", "liver")


@pytest.mark.usefixtures("_weights")
def test_several_networks_are_loaded_for_one_part() -> None:
    assert list(SEVERAL.homes) == [
        "finder-1", "finder-2", "liver", "tumor-1", "tumor-2", "tumor-3",
    ]  # fmt: skip
    loaded = load_networks(SEVERAL)
    assert list(loaded.digests) == list(SEVERAL.homes)
    assert isinstance(loaded.tumor, tuple)
    assert loaded.finder is not None
    assert mean_answer(loaded.tumor, images()) == pytest.approx(0.2)
    assert mean_answer(loaded.finder, images()) == pytest.approx(0.15)
    assert mean_answer(loaded.liver, images()) == pytest.approx(0.5)


def test_mean_of_several_is_that_of_all_slices_at_once() -> None:
    bright = np.random.default_rng(0).random((11, 4, 4, 3), np.float32)
    pair = (lambda shown: shown[..., 0], lambda shown: shown[..., 1])
    found = mean_answer(pair, bright)
    np.testing.assert_allclose(found, bright[..., :2].mean(axis=-1), rtol=1e-6)


@pytest.mark.usefixtures("_weights")
def test_result_of_other_weights_is_not_asked_again(networks: Networks) -> None:
    made = load_networks(SEVERAL).digests
    assert networks_that_made(SEVERAL, made, "go on").digests == made
    with pytest.raises(HepatoScopeError, match="segment it again, then go on"):
        networks_that_made(SEVERAL, made, "go on", networks)
