"""Explaining and judging explanations from the command line."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.cli import main
from core.explainers import explain as explaining
from core.explainers import trial
from core.explainers.network import KerasNetwork
from core.explainers.question import Question
from core.explainers.trial import ROWS, variants
from core.explainers.verdicts import read_trial
from core.presets import BEST
from tests import scene
from tests.core.explainers.conftest import brightness_model

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shipped_weights")]


@pytest.fixture(autouse=True)
def _seeing_by_brightness(monkeypatch: pytest.MonkeyPatch) -> None:
    network = KerasNetwork(brightness_model(BEST.tumor_size))

    def asked(question: Question) -> KerasNetwork:
        network.aim(question)
        return network

    monkeypatch.setattr(
        "core.cascade.segmentation.load_networks", lambda preset: scene.fake_networks()
    )
    monkeypatch.setattr(trial, "load_networks", lambda preset: scene.fake_networks())
    for module in (explaining, trial):
        monkeypatch.setattr(module, "asked", asked)
    monkeypatch.setattr(trial, "random_network", lambda folder, size, seed: network)
    monkeypatch.setattr(trial, "MOST_A_CASE", 1)


def test_slice_is_explained_as_a_picture(
    lits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "maps" / "shap.png"
    assert main(["explain", str(lits / "volume-0.nii.gz"), "--out", str(out)]) == 0
    with Image.open(out) as picture:
        colors = np.asarray(picture.convert("RGB")).reshape(-1, 3).astype(int)
    assert ((colors[:, 0] > 150) & (colors[:, 2] < 90)).any()
    told = capsys.readouterr().err
    assert "adds up within" in told


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--slice", "99"], "slices 1 to 26, and 99 is none of them"),
        (["--slice", "1"], "Slice 1 shows no liver"),
        (["--method", "guess"], "no method “guess”"),
    ],
)
def test_what_cannot_be_explained_gets_one_sentence(
    lits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: Any, sentence: str
) -> None:
    scan, out = str(lits / "volume-0.nii.gz"), str(tmp_path / "x.png")
    assert main(["explain", scan, "--out", out, *options]) == 1
    assert sentence in capsys.readouterr().err


def test_trial_goes_on_where_it_stopped(lits: Path, tmp_path: Path) -> None:
    folder = lits.rename(lits.with_name("drawn"))
    command = ["faithfulness", "--data", str(folder), "--out", str(tmp_path / "trial")]
    assert main(command) == 0
    rows = (tmp_path / "trial" / ROWS).read_text().splitlines()
    # One section of each of two cases by every method.
    assert len(rows) == 2 * len(variants())
    (tmp_path / "trial" / ROWS).write_text("\n".join(rows[:-1]) + "\n")
    assert main(command) == 0
    assert len((tmp_path / "trial" / ROWS).read_text().splitlines()) == len(rows)
    record, sections = read_trial(tmp_path / "trial")
    assert record["sections"] == 2
    assert sections.groupby("variant")["insertion_gain"].mean()["integrated"] > 0.3


def test_patients_that_were_trained_on_are_left_out(
    lits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # By their names these are volumes 0 and 2 of LiTS.
    assert main(["faithfulness", "--data", str(lits), "--out", str(tmp_path / "trial")]) == 1
    assert "trained on every patient" in capsys.readouterr().err
