"""A workspace keeps every correction as it is made, whatever ends the program."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset

from core.cascade.labelled import Brought
from core.editing.edits import Correction, Pen, Stroke, Target
from core.editing.history import History
from core.errors import BadEdits, BadWorkspace
from core.io.patients import patient_of, split_by_patient
from core.presets import BEST, PAPER
from core.study import Study, begun, labelled_by, opened, segmented
from core.volume import Volume, to_ras
from core.workspace import journal
from core.workspace.examples import labelled_cases
from core.workspace.folder import (
    CASE_NAME,
    NAME,
    Workspace,
    claimed,
    confirm,
    entries,
    is_workspace,
    keep,
    let_go,
    open_case,
    workspace_at,
)
from core.workspace.journal import Did, Event
from core.workspace.ranking import Doubt, doubt_of, ranked
from tests import scene
from tests.core.io.scans import ct_series


@pytest.fixture(scope="module")
def study(scan: Volume) -> Study:
    return segmented(opened(scan), PAPER, networks=scene.fake_networks())


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    return workspace_at(tmp_path / "workspace")


def strokes(study: Study, count: int) -> list[Correction]:
    liver = np.argwhere(study.known.segmentation.labels == 1)
    chosen = liver[np.linspace(0, len(liver) - 1, count).astype(int)].astype(float).tolist()
    return [
        Correction(Stroke(Pen(Target.TUMOR), ((x, y, z),), 4.0), "A. Reader") for x, y, z in chosen
    ]


def drawn(place: Workspace, study: Study, count: int) -> History:
    """Keep a case and correct it, each stroke written down by itself."""
    keep(place, study)
    history = begun(study)
    for one in strokes(study, count):
        history = history.made(one)
        journal.append(place.folder(study.id), [Event(Did.MADE, one)])
    return history


def test_what_was_drawn_is_there_again_with_undo_and_redo(place: Workspace, study: Study) -> None:
    history = drawn(place, study, 3).undo()
    journal.append(place.folder(study.id), [Event(Did.UNDONE)])
    again, read = open_case(place, study.id)
    assert np.array_equal(read.labels, history.labels)
    assert (len(read.done), len(read.undone)) == (2, 1)
    assert again.known.segmentation.corrections == history.done
    assert np.array_equal(again.known.segmentation.labels, history.labels)
    assert np.array_equal(again.volume.hu, study.volume.hu)
    assert np.array_equal(read.redo().labels, history.redo().labels)
    assert np.array_equal(read.undo().undo().labels, study.known.segmentation.labels)
    (entry,) = entries(place)
    assert (entry.id, entry.by_hand, entry.done) == (study.id, 2, True)


def test_a_process_that_is_killed_while_it_writes_loses_half_a_line(
    place: Workspace, study: Study
) -> None:
    history = drawn(place, study, 2)
    path = place.folder(study.id) / journal.NAME
    whole = path.read_bytes()
    for cut in (1, 30):
        path.write_bytes(whole[:-cut])
        _, read = open_case(place, study.id)
        assert read.done == history.done[:1]
    # What is written next stands on a line of its own.
    (third,) = strokes(study, 1)
    journal.append(place.folder(study.id), [Event(Did.MADE, third)])
    _, read = open_case(place, study.id)
    assert read.done == (history.done[0], third)


def test_a_case_that_is_taken_in_again_forgets_no_correction(
    place: Workspace, study: Study
) -> None:
    drawn(place, study, 2)
    path = place.folder(study.id) / journal.NAME
    before = path.read_bytes()
    again, _ = open_case(place, study.id)
    keep(place, again)
    _, read = open_case(place, study.id)
    assert len(read.done) == 2
    # Killed between the new case and its new journal: the old one goes on from another case.
    path.write_bytes(before)
    _, read = open_case(place, study.id)
    assert len(read.done) == 2


def test_one_reader_at_a_time(place: Workspace, study: Study) -> None:
    keep(place, study)
    mine = claimed(place, study.id)
    assert mine is not None
    assert claimed(place, study.id) is None
    # Of another process, too; and it ends with the process.
    code = (
        "import sys; from pathlib import Path; from core.workspace.folder import *;"
        "print(claimed(workspace_at(Path(sys.argv[1])), sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(place.root), study.id]
    asked = subprocess.run(command, capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "None"
    del mine
    assert claimed(place, study.id) is not None


def test_cases_teach_once_they_are_corrected_or_confirmed(place: Workspace, study: Study) -> None:
    keep(place, study)
    with pytest.raises(BadWorkspace, match="corrected or confirmed yet"):
        labelled_cases(place.root)
    confirm(place, study.id)
    (case,) = labelled_cases(place.root)
    volume, labels = case.read()
    assert volume.digest == study.id
    assert np.array_equal(labels, study.known.segmentation.labels)
    let_go(place, study.id)
    assert entries(place) == []
    assert not place.folder(study.id).exists()


def test_scans_of_one_patient_stay_on_one_side(place: Workspace, study: Study) -> None:
    other = replace(study.volume, digest="f" * 64)
    for volume, patient in ((study.volume, "DOE-1"), (other, "DOE-1")):
        header = header_of(patient)
        keep(place, replace(study, volume=replace(volume, dicom_headers=(header,))), confirmed=True)
    first, second = labelled_cases(place.root)
    assert patient_of(first) == patient_of(second)
    assert "DOE" not in patient_of(first)
    with pytest.raises(Exception, match="too few"):
        split_by_patient([first, second])


def header_of(patient: str) -> Dataset:
    (header,) = ct_series(np.zeros((1, 8, 8), np.int16), PatientID=patient)
    return header


def test_folder_that_is_none_or_not_ours_is_told(tmp_path: Path, study: Study) -> None:
    assert not is_workspace(tmp_path)
    place = workspace_at(tmp_path)
    assert is_workspace(tmp_path)
    assert workspace_at(tmp_path) == place
    with pytest.raises(BadWorkspace, match="not in the workspace"):
        open_case(place, study.id)
    told = json.loads((tmp_path / NAME).read_text())
    (tmp_path / NAME).write_text(json.dumps({**told, "format_version": 9}))
    with pytest.raises(BadWorkspace, match="version that made it"):
        workspace_at(tmp_path)
    (tmp_path / NAME).write_text("{")
    with pytest.raises(BadWorkspace, match="damaged"):
        workspace_at(tmp_path)
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(BadWorkspace, match="cannot be written"):
        workspace_at(file / "workspace")


def test_full_disk_is_told_and_leaves_what_was_kept(
    place: Workspace, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn(place, study, 1)

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BadWorkspace, match="No space left on device"):
        keep(place, study)
    monkeypatch.undo()
    _, read = open_case(place, study.id)
    assert len(read.done) == 1
    assert not list(place.root.rglob("*.new"))


def test_damaged_case_is_left_out_of_the_list(place: Workspace, study: Study) -> None:
    drawn(place, study, 1)
    with (place.folder(study.id) / journal.NAME).open("a") as file:
        file.write('{"do": "drawn"}\n')
    assert [one.by_hand for one in entries(place)] == [0]
    with pytest.raises(BadEdits, match="damaged"):
        open_case(place, study.id)
    (place.folder(study.id) / CASE_NAME).write_text("[]")
    assert entries(place) == []


def test_doubt_is_what_probabilities_promise(study: Study) -> None:
    found = study.known.segmentation
    sure = np.where(found.labels == 2, np.uint8(255), np.uint8(0))
    known = doubt_of(study.volume, replace(found, tumor_probability=sure))
    assert known == Doubt(1.0, 0.0, ())
    # Half of the tumor is as likely none: of T voxels at p, Dice is 2pT / (pT + T).
    half = np.where(found.labels == 2, np.uint8(128), np.uint8(0))
    doubt = doubt_of(study.volume, replace(found, tumor_probability=half))
    share = 128 / 255
    assert doubt.expected_dice == pytest.approx(2 * share / (share + 1), abs=1e-3)
    tumor_ml = np.count_nonzero(found.labels == 2) * study.volume.voxel_ml
    assert doubt.expected_wrong_ml == pytest.approx((1 - share) * tumor_ml, rel=1e-2)
    most = np.argmax(np.count_nonzero(found.labels == 2, axis=(0, 1)))
    assert doubt.worst == most


def test_most_doubtful_large_case_comes_first() -> None:
    cases = {
        "sure": Doubt(0.99, 1.0, ()),
        "small": Doubt(0.5, 0.2, ()),
        "large": Doubt(0.5, 30.0, ()),
        "own": Doubt(None, 0.0, ()),
    }
    assert ranked((doubt, name) for name, doubt in cases.items())[:2] == ["large", "small"]


def test_a_mask_that_was_brought_has_no_doubt(scan: Volume) -> None:
    labels = to_ras(scene.draw()[1], scene.affine_of())[0]
    own = labelled_by(opened(scan), labels, Brought("ab" * 32, "x"), BEST)
    assert doubt_of(own.volume, own.known.segmentation).worst is None
