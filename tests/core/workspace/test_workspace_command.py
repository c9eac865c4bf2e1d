"""Scans taken into a workspace by a command, and listed by what to look at first."""

from pathlib import Path

import numpy as np
import pytest

from core.cli import main
from core.workspace.folder import confirm, entries, workspace_at
from tests import scene


def test_scans_are_taken_in_once_and_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.replace_networks(monkeypatch)
    scans = tmp_path / "scans"
    scans.mkdir()
    for number in range(2):
        hu = scene.draw()[0] + np.int16(number)
        scene.save_nifti(scans / f"volume-{number}.nii.gz", hu, scene.affine_of())
    root = tmp_path / "workspace"
    bad = tmp_path / "bad.nii"
    bad.write_bytes(b"")
    where = ["--workspace", str(root)]
    assert main(["workspace", "add", str(bad), str(scans), *where]) == 1
    said = capsys.readouterr().err.splitlines()
    assert sum("taken in" in line for line in said) == 2
    assert sum(line.startswith("error: bad.nii") for line in said) == 1
    first, _ = entries(workspace_at(root))
    confirm(workspace_at(root), first.id)
    assert main(["workspace", "add", str(scans), *where]) == 0
    assert capsys.readouterr().err.count("is there already") == 2
    assert main(["workspace", "list", *where]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split("\t")[:2] == ["case", "state"]
    assert [row.split("\t")[1] for row in rows] == ["to look at", "confirmed"]
    assert all(len(row.split("\t")) == len(head.split("\t")) for row in rows)


def test_what_cannot_be_done_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["workspace", "list", "--workspace", str(tmp_path)]) == 1
    assert "is no workspace" in capsys.readouterr().err
    assert main(["workspace", "add", "--workspace", str(tmp_path)]) == 1
    assert "No scan is named" in capsys.readouterr().err
