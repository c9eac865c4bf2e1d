"""Runs as files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.cascade.networks import Networks
from core.errors import BadDataset
from core.evaluation import evaluate, read_run, summary, write_run
from core.evaluation.score import CaseScore, Failure
from core.evaluation.tables import histogram_of, lesions_of, overlaps_of
from core.metrics.calibration import empty_histogram, overlap_at
from core.metrics.overlap import Overlap
from core.metrics.surface import Comparable, SurfaceScore
from core.presets import PAPER
from tests import scene
from tests.core.evaluation.drawn import blind, labelled, truth


def of_slices(case: str, *slices: Overlap) -> CaseScore:
    surface = SurfaceScore(Comparable.NO_SPACING)
    return CaseScore(case, "d", case, "organ", slices, surface, (), empty_histogram(), None, 1.0)


@pytest.fixture(scope="module")
def scores() -> list[CaseScore]:
    shifted = np.roll(truth(), 2, axis=0)
    cases = [labelled(truth(), "a"), labelled(shifted, "b"), labelled(np.minimum(truth(), 1), "c")]
    return evaluate(cases, PAPER, scene.fake_networks())[0]


@pytest.fixture
def folder(tmp_path: Path, scores: list[CaseScore]) -> Path:
    failures = [Failure("torn", "It is torn.")]
    write_run(
        tmp_path / "run", scores, failures, PAPER, scene.fake_networks().digests, "drawn", "test"
    )
    return tmp_path / "run"


def test_averages_are_over_cases_slices_and_voxels() -> None:
    large = of_slices("a", Overlap(80, 20, 20), Overlap(0, 0, 0))
    small = of_slices("b", Overlap(1, 3, 3), Overlap(0, 2, 0))
    averages = summary([large, small])["organ"]
    assert averages["per_case"]["mean_dice"] == pytest.approx((0.8 + 2 / 10) / 2)
    assert averages["per_case"]["global_dice"] == pytest.approx(162 / (162 + 25 + 23))
    assert averages["per_slice"]["mean_dice"] == pytest.approx((0.8 + 0.25 + 0) / 3)
    assert averages["per_slice"]["left_out_both_empty"] == 1
    assert averages["per_slice_with_truth"]["mean_dice"] == pytest.approx((0.8 + 0.25) / 2)
    low, high = averages["intervals"]["mean_dice"]
    assert (low, high) == (pytest.approx(0.2), pytest.approx(0.8)), "two cases, drawn anew"


def test_tables_lead_back_to_the_means_of_the_run(folder: Path) -> None:
    run = read_run(folder)
    for table, kind in ((run.cases, "per_case"), (run.slices, "per_slice")):
        for (target,), rows in table.groupby(["target"]):
            for score in ("dice", "iou", "precision", "recall", "specificity", "accuracy"):
                mean = run.facts["summary"][target][kind][f"mean_{score}"]
                assert mean == pytest.approx(rows[score].mean(), nan_ok=True)
    voxels = ["true_positive", "false_positive", "false_negative", "voxels"]
    by_slice, by_case = (t.groupby("target")[voxels].sum() for t in (run.slices, run.cases))
    pd.testing.assert_frame_equal(by_slice, by_case)


def test_run_read_back_holds_what_was_scored(folder: Path, scores: list[CaseScore]) -> None:
    run = read_run(folder)
    tumors = [score for score in scores if score.target == "tumor"]
    rows = run.cases[run.cases["target"] == "tumor"]
    assert overlaps_of(rows) == [score.whole for score in tumors]
    lesions = lesions_of(run.lesions[run.lesions["case"] == "a"])
    assert [(each.truth, each.voxels) for each in lesions] == [
        (each.truth, each.voxels) for each in tumors[0].lesions
    ]
    mine = run.thresholds[(run.thresholds["case"] == "b") & (run.thresholds["target"] == "tumor")]
    assert overlap_at(histogram_of(mine), 0.5) == tumors[1].whole


def test_run_says_what_was_compared_with_what(folder: Path, networks: Networks) -> None:
    run = json.loads((folder / "run.json").read_text())
    assert (run["data"], run["split"], run["cases"]) == ("drawn", "test", ["a", "b", "c"])
    assert run["patients"] == ["drawn/a", "drawn/b", "drawn/c"]
    assert run["failed"] == {"torn": "It is torn."}
    assert (run["preset"], run["models"]) == ("paper", networks.digests)
    assert "left out" in run["empty_masks"]
    assert {"commit", "versions", "written", "thresholds", "targets"} <= set(run)


def test_undefined_scores_are_null_and_not_nan(tmp_path: Path, networks: Networks) -> None:
    blindfold = Networks(networks.liver, blind, {})
    scores, _ = evaluate([labelled(np.minimum(truth(), 1))], PAPER, blindfold)
    write_run(tmp_path, scores, [], PAPER, blindfold.digests, "drawn", None)
    text = (tmp_path / "run.json").read_text()
    assert "NaN" not in text
    assert json.loads(text)["summary"]["tumor"]["per_case"]["mean_dice"] is None
    assert read_run(tmp_path).cases["dice"].isna().tolist() == [False, True]


def other_version(folder: Path) -> None:
    facts: dict[str, Any] = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps({**facts, "format_version": 99}))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "holds no run.json": lambda folder: (folder / "run.json").unlink(),
    "run.json” is damaged": lambda folder: (folder / "run.json").write_text("{"),
    "of the kind": other_version,
    "slices.parquet” is missing": lambda folder: (folder / "slices.parquet").unlink(),
    "cases.parquet” is damaged": lambda folder: (folder / "cases.parquet").write_bytes(b"PAR1"),
    "no column truth": lambda folder: pd.DataFrame({"case": ["a"]}).to_parquet(
        folder / "lesions.parquet"
    ),
}


@pytest.mark.parametrize("reason", DAMAGES)
def test_damaged_run_is_refused_in_one_sentence(folder: Path, reason: str) -> None:
    DAMAGES[reason](folder)
    with pytest.raises(BadDataset) as refused:
        read_run(folder)
    wanted = reason if reason != "no column truth" else "lesions.parquet” has no column"
    assert wanted in str(refused.value)
    assert str(refused.value).count(". ") == 0
