"""Training of all folds on an accelerator: packed here, tried on the CPU, brought home."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.io.datasets import LabelledCase, find_cases
from core.models.store import WEIGHTS_NAME, load_unet
from core.models.unet import SLIM_DECODER, build_unet
from core.training.folds import pack as packing
from core.training.folds.home import bring_home
from core.training.folds.pack import neighbours, write_pack
from core.training.folds.recipe import DISTANCES_MM, FOLDS, fold_of

ROOT = Path(__file__).parents[4]
NETWORKS = [f"{task}-{number}" for task in ("tumor", "liver") for number in range(1, 6)]


def test_nobody_stands_in_two_folds() -> None:
    patients = [patient for fold in FOLDS for patient in fold]
    assert len(patients) == len(set(patients))
    assert [fold_of(patient) for patient in ("volume-4", "volume-18", "phantoms/volume-1")] == [
        0, 4, -1,
    ]  # fmt: skip


def test_neighbours_are_the_slices_nearest_to_each_distance() -> None:
    beside = neighbours(np.arange(12) * 2.5)
    at_five = DISTANCES_MM.index(5.0)
    assert beside[6, at_five].tolist() == [4, 8]
    assert beside[0, at_five].tolist() == [0, 2]


def test_thick_slices_have_the_next_one_beside_them_and_lone_slices_themselves() -> None:
    assert neighbours(np.arange(4) * 10.0)[1, 0].tolist() == [0, 2]
    assert neighbours(np.arange(4) * 100.0)[1].tolist() == [[1, 1]] * len(DISTANCES_MM)


def tiny_network(out: Path, encoder: Path | None) -> None:
    """Stand for the U-Net: one layer that starts from a file, and one that answers."""
    import keras

    image = keras.Input((None, None, 3))
    maps = keras.layers.Conv2D(4, 3, padding="same", activation="relu", name="stem_conv")(image)
    maps = keras.layers.BatchNormalization(name="stem_bn")(maps)
    answer = keras.layers.Conv2D(1, 1, name="final_conv")(maps)
    (out / "unet.json").write_text(keras.Model(image, answer).to_json())
    np.savez(out / "encoder.npz", **{"stem_bn/gamma": np.full(4, 2.0, np.float32)})


@pytest.fixture
def pack(lits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two small cases, packed with a tiny network; the second is held out of the last fold."""
    monkeypatch.setattr(packing, "write_network", tiny_network)
    write_pack(find_cases(lits), None, tmp_path / "pack")
    return tmp_path / "pack"


def test_pack_holds_every_slice_with_its_case_and_fold(pack: Path, lits: Path) -> None:
    records = np.load(pack / "records.npz")
    cases: list[LabelledCase] = find_cases(lits)
    slices = sum(case.read()[0].shape[2] for case in cases)
    assert len(records["patient"]) == slices == len(np.load(pack / "images.offsets.npy")) - 1
    assert set(records["case"]) == {f"{case.dataset}/{case.name}" for case in cases}
    beside = records["beside"]
    assert (records["case"][beside] == records["case"][:, None, None]).all()


@pytest.mark.slow
def test_every_fold_is_trained_as_on_an_accelerator(pack: Path, tmp_path: Path) -> None:
    out = tmp_path / "back"
    command = [sys.executable, "-m", "core.training.folds.fit", str(pack), str(out)]
    command += ["--steps", "4", "--batch", "2", "--size", "32", "--rounds", "1"]
    environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    ran = subprocess.run(
        [*command, "--policy", "float32"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads((out / "history.json").read_text())
    assert list(told["losses"]) == NETWORKS
    assert all(np.isfinite(losses).all() for losses in told["losses"].values())
    weights = np.load(out / "tumor-1.npz")
    assert weights["stem_bn|gamma"] == pytest.approx(2.0, abs=0.1)
    assert not np.array_equal(
        weights["final_conv|kernel"], np.load(out / "tumor-2.npz")["final_conv|kernel"]
    )


def test_what_comes_back_is_a_network_with_its_card(pack: Path, tmp_path: Path) -> None:
    back, out = tmp_path / "back", tmp_path / "weights"
    back.mkdir()
    model = build_unet(64, decoder_filters=SLIM_DECODER)
    sent = {weight.path.replace("/", "|"): np.asarray(weight) for weight in model.weights}
    np.savez(back / "tumor-2.npz", **sent)
    told = {
        "recipe": {"steps": 8, "batch": 2, "seed": 0},
        "losses": {"tumor-2": [[0.5, 0.4], [0.3, 0.2]]},
        "device": "a test",
    }
    (back / "history.json").write_text(json.dumps(told))
    bring_home(back, pack, out)
    card = json.loads((out / "tumor-2" / "card.json").read_text())
    assert card["recipe"]["slices_drawn"] == 2 * 8 * 2
    assert not set(card["data"]["training"]["patients"]) & set(FOLDS[1])
    assert (out / "tumor-2" / "losses.csv").read_text().splitlines()[1] == "1,8,0.5"
    assert (out / "tumor-2" / WEIGHTS_NAME).stat().st_size < 20 * 2**20
    images = np.random.default_rng(0).random((1, 64, 64, 3), np.float32)
    np.testing.assert_allclose(load_unet(out / "tumor-2", 64)(images), model(images), atol=2e-3)
