"""Scores against the truth, and the files that carry them."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from core.evaluation import CaseScore, evaluate, score_case, summary, write_run
from core.io.datasets import LabelledCase
from core.metrics.overlap import Overlap
from core.presets import PAPER
from core.segmentation import Networks
from core.volume import Volume, volume_from_array
from tests import scene


def labelled(
    truth: NDArray[np.uint8], name: str = "case", tumors_labelled: bool = True
) -> LabelledCase:
    """The scene with a truth of our choice."""
    return LabelledCase(name, "drawn", None, lambda: (scene.scan(), truth), tumors_labelled)


def truth() -> NDArray[np.uint8]:
    return scene.draw()[1]


def blind(images: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.zeros(images.shape[:3], np.float32)


def half_square() -> tuple[Volume, NDArray[np.uint8], Networks]:
    """Truth: 20 of 40 columns. Prediction: all of them. No resampling, so it is exact."""
    hu = np.full((128, 128, 4), -1000, np.int16)
    hu[40:80, 20:60] = scene.LIVER
    labels = np.zeros(hu.shape, np.uint8)
    labels[40:60, 20:60] = 1
    volume = volume_from_array(hu, np.eye(4), source="square", digest="d")
    return volume, labels, Networks(scene.fake_networks().liver, blind, {})


def test_dice_of_a_known_overlap_is_exact() -> None:
    volume, labels, networks = half_square()
    case = LabelledCase("square", "drawn", None, lambda: (volume, labels))
    organ = score_case(case, PAPER, networks)[0]
    assert organ.whole == Overlap(20 * 40 * 4, 20 * 40 * 4, 0)
    assert organ.whole.dice == pytest.approx(2 / 3)
    assert len(organ.slices) == 4


def test_cascade_is_scored_for_organ_and_tumor(networks: Networks) -> None:
    organ, tumor = score_case(labelled(truth()), PAPER, networks)
    assert (organ.target, tumor.target) == ("organ", "tumor")
    assert organ.whole.dice > 0.98
    assert tumor.whole.dice > 0.95
    assert organ.whole.truth_voxels == np.count_nonzero(truth()), "tumor belongs to the organ"


def test_tumors_that_nobody_marked_are_not_scored(networks: Networks) -> None:
    scores = score_case(labelled(truth(), tumors_labelled=False), PAPER, networks)
    assert [score.target for score in scores] == ["organ"]


def test_empty_truth_scores_zero_and_two_empty_masks_are_left_out(networks: Networks) -> None:
    healthy = np.minimum(truth(), 1)
    blindfold = Networks(networks.liver, blind, {})
    missed = score_case(labelled(truth()), PAPER, blindfold)
    invented = score_case(labelled(healthy), PAPER, networks)
    agreed = score_case(labelled(healthy), PAPER, blindfold)
    averages = summary([*missed, *invented, *agreed])["tumor"]["per_case"]
    assert (averages["mean_dice"], averages["scored"]) == (0, 2)
    assert averages["left_out_both_empty"] == 1


def test_averages_are_over_cases_slices_and_voxels() -> None:
    large = CaseScore("a", "d", "organ", (Overlap(80, 20, 20), Overlap(0, 0, 0)), 1.0)
    small = CaseScore("b", "d", "organ", (Overlap(1, 3, 3), Overlap(0, 2, 0)), 1.0)
    averages = summary([large, small])["organ"]
    assert averages["per_case"]["mean_dice"] == pytest.approx((0.8 + 2 / 10) / 2)
    assert averages["per_case"]["global_dice"] == pytest.approx(162 / (162 + 25 + 23))
    assert averages["per_slice"]["mean_dice"] == pytest.approx((0.8 + 0.25 + 0) / 3)
    assert averages["per_slice"]["left_out_both_empty"] == 1
    assert averages["per_slice_with_truth"]["mean_dice"] == pytest.approx((0.8 + 0.25) / 2)


def test_each_case_is_reported(networks: Networks) -> None:
    told: list[str] = []
    evaluate([labelled(truth(), "a"), labelled(truth(), "b")], PAPER, networks, told.append)
    assert [line.split(":")[0] for line in told] == ["a (1 of 2)", "b (2 of 2)"]


def test_tables_lead_back_to_the_means_of_the_run(tmp_path: Path, networks: Networks) -> None:
    shifted = np.roll(truth(), 2, axis=0)
    cases = [labelled(truth(), "a"), labelled(shifted, "b"), labelled(np.minimum(truth(), 1), "c")]
    scores = evaluate(cases, PAPER, networks)
    write_run(tmp_path, scores, PAPER, networks, "drawn", None)
    run = json.loads((tmp_path / "run.json").read_text())
    by_case = pd.read_csv(tmp_path / "cases.csv").groupby("target")
    by_slice = pd.read_csv(tmp_path / "slices.csv").groupby("target")
    for score in ("dice", "iou", "precision", "recall"):
        for table, kind in ((by_case, "per_case"), (by_slice, "per_slice")):
            for target, mean in table[score].mean().items():
                assert run["summary"][target][kind][f"mean_{score}"] == pytest.approx(
                    mean, abs=1e-5
                )
    voxels = by_slice[["truth_voxels", "predicted_voxels"]].sum()
    assert voxels.equals(by_case[["truth_voxels", "predicted_voxels"]].sum())


def test_run_says_what_was_compared_with_what(tmp_path: Path, networks: Networks) -> None:
    scores = evaluate([labelled(truth(), "a")], PAPER, networks)
    run = write_run(tmp_path, scores, PAPER, networks, "drawn", "test")
    assert json.loads((tmp_path / "run.json").read_text()) == run
    assert (run["data"], run["split"], run["cases"]) == ("drawn", "test", ["a"])
    assert (run["preset"], run["models"]) == ("paper", networks.digests)
    assert "left out" in run["empty_masks"]
    assert {"commit", "versions", "written", "thresholds", "targets"} <= set(run)


def test_undefined_scores_are_null_and_not_nan(tmp_path: Path, networks: Networks) -> None:
    blindfold = Networks(networks.liver, blind, {})
    scores = evaluate([labelled(np.minimum(truth(), 1))], PAPER, blindfold)
    write_run(tmp_path, scores, PAPER, blindfold, "drawn", None)
    text = (tmp_path / "run.json").read_text()
    assert "NaN" not in text
    assert json.loads(text)["summary"]["tumor"]["per_case"]["mean_dice"] is None
    assert pd.read_csv(tmp_path / "cases.csv").dice.isna().tolist() == [False, True]
