"""The autoencoder that comes with the app, and what its card says of it."""

from typing import Any

import numpy as np
import pytest

from core.atlas.encoders import AUTOENCODER_DIR, load_autoencoder
from core.atlas.quality import COMPARISON_NAME, read_comparison
from core.io.datasets import find_cases
from core.io.patients import patient_of
from core.models.store import read_card
from core.training.history import read_history

MOST_BYTES = 2_000_000


@pytest.fixture
def card() -> dict[str, Any]:
    return read_card(AUTOENCODER_DIR)


@pytest.fixture
def comparison() -> dict[str, Any]:
    return read_comparison(AUTOENCODER_DIR / COMPARISON_NAME)


@pytest.mark.slow
def test_it_is_small_and_as_the_card_says(card: dict[str, Any]) -> None:
    assert sum(path.stat().st_size for path in AUTOENCODER_DIR.iterdir()) < MOST_BYTES
    even = np.full((2, 32, 32), 128, np.uint8)
    network = load_autoencoder()
    codes = network.encode(even)
    assert codes.shape == (2, card["architecture"]["bottleneck"])
    drawn = network.decode(codes)
    assert drawn.shape == (2, 32, 32)
    assert np.abs(drawn - 128).mean() < 10, "an even patch is easy"


def test_kept_epoch_is_the_best_of_the_history(card: dict[str, Any]) -> None:
    history = read_history(AUTOENCODER_DIR)
    assert len(history) == card["epochs_run"]
    best = min(float(row["val_loss"]) for row in history)
    assert card["kept_epoch"]["val_loss"] == pytest.approx(best)


def test_nobody_stands_on_two_sides(card: dict[str, Any], comparison: dict[str, Any]) -> None:
    patients = {side: set(names) for side, names in comparison["patients"].items()}
    assert set(card["data"]["training"]["patients"]) == patients["training"]
    assert set(card["data"]["validation"]["patients"]) == patients["validation"]
    assert sum(map(len, patients.values())) == len(set().union(*patients.values()))


def test_shipped_is_the_autoencoder_that_the_validation_patients_chose(
    comparison: dict[str, Any],
) -> None:
    area = {
        row["name"]: row["validation"]["probe_auroc"]["value"]
        for row in comparison["rows"]
        if row["name"].startswith("autoencoder")
    }
    shipped = [row["name"] for row in comparison["rows"] if row["shipped"]]
    assert shipped == [max(area, key=area.__getitem__)]


def test_card_tells_the_figures_of_the_comparison(
    card: dict[str, Any], comparison: dict[str, Any]
) -> None:
    told = card["comparison"]
    assert told["choice"] == comparison["choice"]
    assert list(told["probe_auroc"]) == [row["name"] for row in comparison["rows"]]
    for row in comparison["rows"]:
        figures = told["probe_auroc"][row["name"]]
        assert figures["test"] == row["test"]["probe_auroc"]
        assert figures["validation"] == row["validation"]["probe_auroc"]
        assert figures["across"] == row["across"]["pooled"]


def test_no_test_patient_was_trained_on(card: dict[str, Any], real_data: Any) -> None:
    held_out = find_cases(real_data / "slices" / "lits-a", "test")
    seen = {*card["data"]["training"]["patients"], *card["data"]["validation"]["patients"]}
    assert not seen & {patient_of(case) for case in held_out}
