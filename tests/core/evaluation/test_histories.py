"""Training histories: phases in their order, and the epoch that was kept."""

import json
from pathlib import Path

import pytest

from core.errors import BadDataset
from core.evaluation.histories import histories, read_history
from core.models.store import CARD_NAME
from tests.core.evaluation.leaked import leaky_weights

OLD = "epoch,loss,val_loss\n0,0.9,0.8\n1,0.7,0.6\n"
NEW = "epoch,loss,val_loss,val_patient_dice\n0,0.5,0.5,0.4\n1,0.4,0.6,0.7\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "paper" / "liver"
    folder.mkdir(parents=True)
    for number in (1, 2, 10):
        (folder / f"history-{number}.csv").write_text(OLD.replace("0.9", f"{number}"))
    (folder / "history.csv").write_text(NEW)
    (folder / CARD_NAME).write_text(json.dumps({"kept_epoch": {"epoch": 1.0}}))
    return folder


def test_phases_follow_each_other_by_number_and_the_last_one_is_last(folder: Path) -> None:
    history = read_history(folder)
    firsts = history.epochs[history.epochs["epoch"] == 0]
    assert firsts["loss"].tolist() == [1, 2, 10, 0.5]
    assert history.epochs["number"].tolist() == list(range(1, 9))
    assert history.phase_starts == [1, 3, 5, 7]


def test_kept_epoch_is_counted_over_all_phases(folder: Path) -> None:
    assert read_history(folder).kept == 8
    (folder / CARD_NAME).unlink()
    assert read_history(folder).kept is None


def test_column_of_newer_trainings_is_empty_in_older_phases(folder: Path) -> None:
    by_patient = read_history(folder).epochs["val_patient_dice"]
    assert by_patient.isna().tolist() == [True] * 6 + [False] * 2


def test_networks_with_a_history_are_found_and_those_of_the_leakage_last(folder: Path) -> None:
    weights = leaky_weights(folder.parents[1], None)
    (folder.parent / "tumor").mkdir()
    found = histories(weights)
    assert list(found) == ["paper/liver", "leakage/patient/liver", "leakage/slice/liver"]
    assert found["paper/liver"] == folder


@pytest.mark.parametrize(
    "content", ["", "epoch,loss\n0,1\n", "epoch,loss,val_loss\n1,2\n3,4,5,6\n"]
)
def test_damaged_history_names_its_file(folder: Path, content: str) -> None:
    (folder / "history-2.csv").write_text(content)
    with pytest.raises(BadDataset, match=r"liver/history-2\.csv"):
        read_history(folder)


def test_networks_of_folds_tell_their_losses_by_cycle(tmp_path: Path) -> None:
    folder = tmp_path / "ensemble" / "tumor-1"
    folder.mkdir(parents=True)
    (folder / "losses.csv").write_text("cycle,slices,loss\n1,6400,1.5\n1,12800,0.9\n2,19200,0.8\n")
    assert histories(tmp_path) == {"ensemble/tumor-1": folder}
    history = read_history(folder)
    assert history.epochs["loss"].tolist() == [1.5, 0.9, 0.8]
    assert history.phase_starts == [1, 3]
    assert history.step == "Step of 6,400 slices"
    assert (history.kept, history.card) == (None, {})
