"""Figures under every averaging and rule, taken from the tables."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.evaluation import Run, read_run
from core.evaluation.averages import (
    MASK_SCORES,
    EmptyRule,
    Unit,
    all_averages,
    average,
    averages,
    lesion_averages,
    score_values,
    surface_averages,
)
from core.evaluation.tables import COUNTS, SCORES
from core.metrics.overlap import Overlap
from tests.pages.runs import make_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("run"), cases=("a", "b", "c"))


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    return read_run(folder)


counts = st.integers(0, 5)


@settings(max_examples=50)
@given(counts, counts, counts, counts, st.sampled_from(SCORES))
def test_scores_of_a_table_are_those_of_its_overlaps(
    tp: int, fp: int, fn: int, tn: int, score: str
) -> None:
    row = Overlap(tp, fp, fn, tp + fp + fn + tn)
    table = pd.DataFrame([[tp, fp, fn, row.voxels]], columns=list(COUNTS))
    assert np.isclose(score_values(table, score)[0], getattr(row, score), equal_nan=True)


@pytest.mark.parametrize("score", MASK_SCORES)
@pytest.mark.parametrize("target", ["organ", "tumor"])
@pytest.mark.parametrize(
    ("unit", "rule", "place", "prefix"),
    [
        (Unit.CASE, EmptyRule.LEFT_OUT, "per_case", "mean"),
        (Unit.SLICE, EmptyRule.LEFT_OUT, "per_slice", "mean"),
        (Unit.SLICE, EmptyRule.WITH_TRUTH, "per_slice_with_truth", "mean"),
        (Unit.GLOBAL, EmptyRule.LEFT_OUT, "per_case", "global"),
        (Unit.GLOBAL, EmptyRule.WITH_TRUTH, "per_slice_with_truth", "global"),
    ],
)
def test_averages_are_those_that_the_run_was_written_with(
    run: Run, folder: Path, unit: Unit, rule: EmptyRule, place: str, prefix: str, target: str,
    score: str,
) -> None:  # fmt: skip
    written = json.loads((folder / "run.json").read_text())["summary"][target][place]
    found = average(run, target, score, unit, rule)
    assert found.value == pytest.approx(written[f"{prefix}_{score}"])


def test_interval_of_the_headline_is_the_one_in_the_file(run: Run) -> None:
    found = average(run, "tumor", "dice", Unit.CASE, EmptyRule.LEFT_OUT)
    assert [found.low, found.high] == run.facts["summary"]["tumor"]["intervals"]["mean_dice"]


def test_two_empty_masks_count_as_the_rule_says(run: Run) -> None:
    left_out, as_one, as_zero = (
        average(run, "tumor", "dice", Unit.SLICE, rule)
        for rule in (EmptyRule.LEFT_OUT, EmptyRule.ONE, EmptyRule.ZERO)
    )
    slices = run.slices[run.slices["target"] == "tumor"]
    empty = int(
        (slices[["true_positive", "false_positive", "false_negative"]].sum(axis=1) == 0).sum()
    )
    assert left_out.left_out == empty > 0
    scored = len(slices) - empty
    total = left_out.value * scored
    assert as_one.value == pytest.approx((total + empty) / len(slices))
    assert as_zero.value == pytest.approx(total / len(slices))
    assert as_one.left_out == as_zero.left_out == 0


def test_case_without_tumor_is_left_out_of_cases_with_truth(run: Run) -> None:
    found = average(run, "tumor", "dice", Unit.CASE, EmptyRule.WITH_TRUTH)
    assert found.cases == 2


def test_every_target_and_score_has_its_average(run: Run) -> None:
    found = averages(run, Unit.CASE, EmptyRule.LEFT_OUT)
    assert [(one.target, one.score) for one in found] == [
        (target, score) for target in ("organ", "tumor") for score in SCORES
    ]
    assert len(all_averages(run, "iou")) == 8


def test_lesions_and_surfaces_are_those_of_the_file(run: Run) -> None:
    recall, precision, f1 = lesion_averages(run, "matched")
    written = run.facts["summary"]["tumor"]["lesions"]["matched"]
    assert [recall.value, precision.value, f1.value] == [
        written["recall"],
        written["precision"],
        written["f1"],
    ]
    assert 0 <= f1.low <= f1.value <= f1.high <= 1
    assert f1.cases == 3, "the healthy case is a patient too"
    surfaces = {(one.target, one.score): one.value for one in surface_averages(run)}
    assert surfaces["organ", "hd95_mm"] == run.facts["summary"]["organ"]["surface"]["hd95_mm"]
