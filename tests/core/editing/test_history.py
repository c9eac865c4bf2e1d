"""Undo to the start, redo to the end, and the same labels from the file of edits."""

import json
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray

from core.cli import main
from core.editing import history as histories
from core.editing.apply import replay
from core.editing.edits import (
    Act,
    Between,
    Correction,
    Edit,
    Fill,
    Lesion,
    Merge,
    Pen,
    Polygon,
    Smooth,
    Split,
    Stroke,
    Target,
    marked,
)
from core.editing.file import FORMAT, edit_from_dict, edit_to_dict, edits_from_json, edits_to_json
from core.editing.growing import Growth, grow
from core.editing.history import History
from core.errors import BadEdits
from core.geometry.slices import Plane
from core.io.export import labels_to_nifti
from core.phantom import Phantom, make_phantom

PEN = Pen(Target.TUMOR)
MADE = {"preset": "paper"}


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return make_phantom(3, shape=(128, 128, 60), spacing=(3, 3, 2))


@pytest.fixture(scope="module")
def lesion(phantom: Phantom) -> tuple[int, int, int]:
    x, y, z = np.argwhere(phantom.labels == 2)[0]
    return int(x), int(y), int(z)


@pytest.fixture(scope="module")
def edits(phantom: Phantom, lesion: tuple[int, int, int]) -> list[Correction]:
    x, y, z = np.argwhere(phantom.labels == 1).mean(axis=0)
    drawn: list[Edit] = [
        Lesion(lesion, Act.DELETE),
        Stroke(PEN, ((x, y, z), (x + 4, y, z)), 6.0),
        Stroke(Pen(Target.ORGAN, erase=True), ((x, y, z + 4),), 3.5, Plane.CORONAL),
        Polygon(PEN, Plane.AXIAL, ((x, y, z), (x + 9, y, z), (x, y + 9, z))),
        marked(PEN, (int(x), int(y), int(z)), np.ones((2, 3, 4), bool), "SAM, a box"),
        Fill(Target.ORGAN),
    ]
    return [
        Correction(edit, "A. Reader", f"2026-11-2{n}T10:00:00Z") for n, edit in enumerate(drawn)
    ]


def made(phantom: Phantom, edits: list[Correction]) -> History:
    history = History.of(phantom.labels, phantom.volume.spacing)
    for edit in edits:
        history = history.made(edit)
    return history


@pytest.mark.parametrize("room", [histories.MOST_KEPT_BYTES, 0])
def test_undo_leads_to_the_start_and_redo_to_the_end(
    phantom: Phantom, edits: list[Correction], room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether what lay under the edits was kept, or is replayed."""
    monkeypatch.setattr(histories, "MOST_KEPT_BYTES", room)
    end = made(phantom, edits)
    assert len(end.kept) == (len(edits) if room else 1)
    states, history = [end.labels], end
    while history.done:
        history = history.undo()
        states.append(history.labels)
    assert (history.labels == phantom.labels).all()
    assert history.undo() is history
    for labels in states[-2::-1]:
        history = history.redo()
        assert (history.labels == labels).all()
    assert history.done == tuple(edits)
    assert history.redo() is history


def test_new_edit_after_undo_forgets_what_was_undone(
    phantom: Phantom, edits: list[Correction]
) -> None:
    history = made(phantom, edits[:3]).undo().made(edits[3])
    assert history.done == (*edits[:2], edits[3])
    assert not history.undone


def test_edit_that_cannot_be_made_changes_nothing(
    phantom: Phantom, edits: list[Correction]
) -> None:
    history = made(phantom, edits[:2]).undo()
    with pytest.raises(BadEdits):
        history.made(Correction(Lesion((0, 0, 0), Act.DELETE)))
    assert history.undone == (edits[1],)


def test_file_gives_the_same_edits_and_the_same_labels(
    phantom: Phantom, edits: list[Correction]
) -> None:
    end = made(phantom, edits)
    content = edits_to_json(end.done, phantom.labels, phantom.volume.digest, MADE)
    again = edits_from_json(content, phantom.labels)
    assert again == end.done
    replayed = replay(phantom.labels, [one.edit for one in again], phantom.volume.spacing)
    assert (replayed == end.labels).all()
    told = json.loads(content)
    assert told["starts_from"]["preset"] == "paper"
    assert told["edits"][1]["by"] == "A. Reader"


def test_command_makes_the_labels_again(
    phantom: Phantom, edits: list[Correction], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    volume, end = phantom.volume, made(phantom, edits)
    image = nib.Nifti1Image(volume.hu, volume.affine)
    image.header.set_xyzt_units("mm")
    nib.save(image, tmp_path / "ct.nii.gz")
    (tmp_path / "labels.nii.gz").write_bytes(labels_to_nifti(volume, phantom.labels))
    content = edits_to_json(end.done, phantom.labels, volume.digest, MADE)
    (tmp_path / "edits.json").write_bytes(content)
    asked = ["edits", "apply", str(tmp_path / "edits.json"), "--scan", str(tmp_path / "ct.nii.gz")]
    asked += ["--out", str(tmp_path / "out" / "corrected.nii.gz"), "--labels"]
    assert main([*asked, str(tmp_path / "labels.nii.gz")]) == 0
    stored: Any = nib.load(tmp_path / "out" / "corrected.nii.gz")
    assert (np.asanyarray(stored.dataobj) == end.labels).all()
    # Labels that are corrected already are not those it begins with.
    assert main([*asked, str(tmp_path / "out" / "corrected.nii.gz")]) == 1
    assert "begin with other labels" in capsys.readouterr().err
    (tmp_path / "edits.json").unlink()
    assert main([*asked, str(tmp_path / "labels.nii.gz")]) == 1
    assert "no file “edits.json”" in capsys.readouterr().err


def told(**parts: Any) -> dict[str, Any]:
    stroke = {
        "pen": {"target": "tumor", "erase": False, "outside": False},
        "path": [[1, 2, 3]],
        "radius_mm": 4,
        "plane": None,
    }
    return {"kind": "stroke", "what": {**stroke, **parts}}


def test_every_kind_of_edit_is_written_and_read() -> None:
    assert edit_from_dict(told()).edit == Stroke(PEN, ((1.0, 2.0, 3.0),), 4.0)
    others: list[Edit] = [
        Smooth(Target.TUMOR, (1, 2, 3), 2.0),
        Between(Target.ORGAN, Plane.SAGITTAL, 3, 9),
        Split((1, 2, 3), (4, 5, 6)),
        Merge((1, 2, 3), (4, 5, 6)),
        Fill(Target.TUMOR, Plane.AXIAL, 4),
    ]
    for edit in others:
        assert edit_from_dict(json.loads(json.dumps(edit_to_dict(Correction(edit))))).edit == edit


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {**told(), "kind": "burn"},
        {**told(), "kind": ["stroke"]},
        {**told(), "what": []},
        {**told(), "by": 3},
        told(path=[]),
        told(path=[[1, 2]]),
        told(path=[[1, 2, float("nan")]]),
        told(path=[[1, 2, 1e300]]),
        told(path="abc"),
        told(path=[[0, 0, 0]] * 20_001),
        told(radius_mm=-1),
        told(radius_mm=0),
        told(radius_mm=1e4),
        told(radius_mm=True),
        told(radius_mm="4"),
        told(plane="oblique"),
        told(pen={"target": "kidney"}),
        told(pen={"target": "tumor", "erase": 1}),
        told(pen={}),
        told(more=1),
        {"kind": "lesion", "what": {"at": [1.5, 2, 3], "act": "delete"}},
        {"kind": "lesion", "what": {"at": [1, 2, 3]}},
    ],
)
def test_what_is_no_edit_is_refused(wrong: Any) -> None:
    with pytest.raises(BadEdits, match="edit 7 is none"):
        edit_from_dict(wrong, 7)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b"\xff", b'{"format": "hepatoscope-edits-1"}', b"[" * 100_000],
)
def test_file_of_something_else_is_one_sentence(phantom: Phantom, content: bytes) -> None:
    with pytest.raises(BadEdits, match="cannot be read"):
        edits_from_json(content, phantom.labels)


def test_damaged_mask_is_one_sentence(phantom: Phantom) -> None:
    whole = edit_to_dict(Correction(marked(PEN, (1, 1, 1), np.ones((2, 3, 4), bool), "x")))
    for bits in ("", "!", "AAAA", whole["what"]["bits"][:-8]):
        edit = edit_from_dict({**whole, "what": {**whole["what"], "bits": bits}}).edit
        with pytest.raises(BadEdits, match="is damaged"):
            replay(phantom.labels, [edit], phantom.volume.spacing)
    large = edit_from_dict({**whole, "what": {**whole["what"], "size": [90_000] * 3}}).edit
    with pytest.raises(BadEdits, match="outside of the scan"):
        replay(phantom.labels, [large], phantom.volume.spacing)
    assert FORMAT.startswith("hepatoscope-edits")


def test_region_grows_over_what_looks_alike_and_no_further(phantom: Phantom) -> None:
    hu = np.zeros((40, 40, 20), np.int16)
    hu[10:20, 10:20, 5:10] = 100
    hu[21:30, 10:20, 5:10] = 100
    volume = replace_hu(phantom, hu)
    found = grow(volume, None, (12, 12, 7), Growth(80, 120, most_mm=60), PEN)
    assert np.count_nonzero(found.mask) == 500
    assert "80 to 120 HU" in found.how
    chance: NDArray[np.uint8] = np.zeros(hu.shape, np.uint8)
    chance[10:15] = 255
    found = grow(volume, chance, (12, 12, 7), Growth(80, 120, least=0.5, most_mm=60), PEN)
    assert np.count_nonzero(found.mask) == 250
    with pytest.raises(BadEdits, match="0 HU, which is not of the region"):
        grow(volume, None, (1, 1, 1), Growth(80, 120), PEN)


def replace_hu(phantom: Phantom, hu: NDArray[np.int16]) -> Any:
    from dataclasses import replace

    return replace(phantom.volume, hu=hu, affine=np.eye(4))
