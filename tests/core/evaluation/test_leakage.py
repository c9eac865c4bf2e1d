"""What a split by slices promised, and what new patients gave."""

from pathlib import Path

import pytest

from core.cascade.networks import Networks
from core.evaluation import evaluate, write_run
from core.evaluation.leakage import AVERAGES, leakage
from core.evaluation.run import read_run
from core.presets import PAPER
from tests.core.evaluation.drawn import labelled, truth
from tests.core.evaluation.leaked import leaky_weights


@pytest.fixture
def run(tmp_path: Path, networks: Networks) -> Path:
    scores, _ = evaluate([labelled(truth())], PAPER, networks)
    write_run(tmp_path / "run", scores, [], PAPER, networks.digests, "drawn", None)
    return tmp_path / "run"


def test_promise_of_the_card_stands_beside_what_the_run_gave(tmp_path: Path, run: Path) -> None:
    given = read_run(run).facts["summary"]["organ"]["per_case"]
    by_slice, by_patient = leakage(leaky_weights(tmp_path / "weights", run))
    assert (by_slice.split, by_patient.split) == ("slice", "patient")
    assert (by_slice.promised["per_patient"], by_slice.promised["global"]) == (0.95, 0.97)
    assert by_patient.promised["per_patient"] == 0.85
    assert by_slice.given["per_patient"] == given["mean_dice"]
    assert by_patient.given["global"] == given["global_dice"]
    assert by_slice.test_patients == {"drawn/case"}


def test_slices_are_compared_with_slices(tmp_path: Path, run: Path) -> None:
    given = read_run(run).facts["summary"]["tumor"]["per_slice_with_truth"]["mean_dice"]
    found = leakage(leaky_weights(tmp_path / "weights", run, ("tumor",)))
    assert [each.given["per_slice_with_truth"] for each in found] == [given, given]


def test_patients_on_both_sides_are_counted(tmp_path: Path) -> None:
    by_slice, by_patient = leakage(leaky_weights(tmp_path, None))
    assert (by_slice.shared_patients, by_patient.shared_patients) == (2, 0)
    assert by_slice.training.slices_with_tumor == 16
    assert by_patient.validation.slices_with_tumor == 10


def test_test_patient_met_in_training_is_known(tmp_path: Path, run: Path) -> None:
    weights = leaky_weights(tmp_path / "weights", run)
    path = weights / "leakage" / "patient" / "liver" / "card.json"
    path.write_text(path.read_text().replace('["c"]', '["c", "drawn/case"]'))
    by_slice, by_patient = leakage(weights)
    assert not by_slice.known_test_patients
    assert by_patient.known_test_patients == {"drawn/case"}


def test_without_a_run_nothing_is_given(tmp_path: Path) -> None:
    found = leakage(leaky_weights(tmp_path, None, ("liver", "tumor")))
    assert [each.network for each in found] == ["liver", "liver", "tumor", "tumor"]
    for average in AVERAGES:
        assert {each.given[average] for each in found} == {None}
    assert not found[0].test_patients


def test_nothing_is_there_before_the_trainings(tmp_path: Path) -> None:
    assert leakage(tmp_path) == []
