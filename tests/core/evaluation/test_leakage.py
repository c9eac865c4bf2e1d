"""What a split by slices promised, and what new patients gave."""

from pathlib import Path

import pytest

from core.evaluation import evaluate, write_run
from core.evaluation.leakage import leakage
from core.evaluation.run import read_run
from core.presets import PAPER
from core.segmentation import Networks
from tests.core.evaluation.drawn import labelled, truth
from tests.core.evaluation.leaked import leaky_weights


@pytest.fixture
def run(tmp_path: Path, networks: Networks) -> Path:
    scores, _ = evaluate([labelled(truth())], PAPER, networks)
    write_run(tmp_path / "run", scores, [], PAPER, networks.digests, "drawn", None)
    return tmp_path / "run"


def test_gap_is_what_was_promised_beyond_what_was_given(tmp_path: Path, run: Path) -> None:
    given = read_run(run).facts["summary"]["organ"]["per_case"]["mean_dice"]
    weights = leaky_weights(tmp_path / "weights", run)
    by_slice, by_patient = leakage("per_patient", weights)
    assert (by_slice.split, by_patient.split) == ("slice", "patient")
    assert by_slice.gap == pytest.approx(0.95 - given)
    assert by_patient.gap == pytest.approx(0.85 - given)
    assert by_slice.test_cases == 1


def test_patients_on_both_sides_are_counted(tmp_path: Path) -> None:
    by_slice, by_patient = leakage("per_slice", leaky_weights(tmp_path, None))
    assert (by_slice.shared_patients, by_slice.validation_patients) == (2, 2)
    assert (by_patient.shared_patients, by_patient.validation_patients) == (0, 1)


def test_without_a_run_nothing_is_given(tmp_path: Path) -> None:
    found = leakage("per_slice", leaky_weights(tmp_path, None, ("liver", "tumor")))
    assert [each.network for each in found] == ["liver", "liver", "tumor", "tumor"]
    assert {each.given for each in found} == {each.gap for each in found} == {None}


def test_nothing_is_there_before_the_trainings(tmp_path: Path) -> None:
    assert leakage("per_slice", tmp_path) == []
