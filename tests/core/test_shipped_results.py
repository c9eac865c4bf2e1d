"""The figures shipped in weights/evaluations come out again when the code runs again."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.evaluation import evaluate, write_run
from core.io.datasets import find_cases
from core.models.store import WEIGHTS_DIR, model_dir, read_card, weights_digest
from core.phantom import write_phantoms
from core.presets import PAPER
from core.segmentation import load_networks
from core.training.patients import patient_of

RUNS = WEIGHTS_DIR / "evaluations"
PHANTOM_SEED = 0


def shipped(run: str) -> tuple[dict[str, object], pd.DataFrame]:
    folder = RUNS / run
    return json.loads((folder / "run.json").read_text()), pd.read_csv(folder / "cases.csv")


def dice_by_case(table: pd.DataFrame) -> pd.Series:
    return table.set_index(["case", "target"])["dice"].sort_index()


@pytest.mark.parametrize("run", ["paper-lits-a-test", "paper-phantoms"])
def test_shipped_run_was_made_by_the_shipped_weights(run: str) -> None:
    record, _ = shipped(run)
    for name in ("liver", "tumor"):
        assert record["models"][name] == weights_digest(model_dir("paper", name))  # type: ignore[index]


@pytest.mark.skipif("HEPATOSCOPE_DATA" not in os.environ, reason="HEPATOSCOPE_DATA is not set")
def test_held_out_patients_score_what_the_shipped_run_says(tmp_path: Path) -> None:
    cases = find_cases(Path(os.environ["HEPATOSCOPE_DATA"]) / "slices" / "lits-a", "test")
    networks = load_networks(PAPER)
    write_run(tmp_path, evaluate(cases, PAPER, networks), PAPER, networks, "lits-a", "test")
    _, table = shipped("paper-lits-a-test")
    again = dice_by_case(pd.read_csv(tmp_path / "cases.csv"))
    np.testing.assert_allclose(again, dice_by_case(table), atol=0.005)


@pytest.mark.skipif("HEPATOSCOPE_DATA" not in os.environ, reason="HEPATOSCOPE_DATA is not set")
def test_no_test_patient_was_trained_on() -> None:
    cases = find_cases(Path(os.environ["HEPATOSCOPE_DATA"]) / "slices" / "lits-a", "test")
    for name in ("liver", "tumor"):
        data = read_card(model_dir("paper", name))["data"]
        seen = {*data["training"]["patients"], *data["validation"]["patients"]}
        assert not seen & {patient_of(case) for case in cases}


def test_phantoms_score_what_the_shipped_run_says(tmp_path: Path) -> None:
    write_phantoms(tmp_path, 1, seed=PHANTOM_SEED)
    scores = evaluate(find_cases(tmp_path), PAPER, load_networks(PAPER))
    _, table = shipped("paper-phantoms")
    first = dice_by_case(table[table["case"] == "volume-0"])
    for score in scores:
        assert score.whole.dice == pytest.approx(first["volume-0", score.target], abs=0.005)


@pytest.mark.parametrize("run", ["paper-lits-a-test", "paper-phantoms"])
def test_readme_shows_the_figures_of_the_shipped_run(run: str) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    record, _ = shipped(run)
    for target in ("organ", "tumor"):
        per_case = record["summary"][target]["per_case"]  # type: ignore[index]
        row = f"{per_case['mean_dice']:.3f} | {per_case['global_dice']:.3f}"
        assert row in readme, f"{run} {target}: {row}"
