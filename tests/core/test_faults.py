"""Trouble of the machine: told in a sentence, and nothing else is lost for it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from core.cascade.networks import Networks
from core.cohort.one_by_one import segment_inputs
from core.errors import HepatoScopeError
from core.io.apart import read_apart
from core.presets import PAPER
from core.report.command import _put
from tests import scene

ROOT = Path(__file__).parents[2]
NO_ROOT = pytest.mark.skipif(os.geteuid() == 0, reason="who may do all cannot be refused")


def scan_at(path: Path) -> Path:
    return scene.save_nifti(path, scene.draw()[0], scene.affine_of())


def cohort(inputs: list[Path], out: Path, networks: Networks) -> tuple[int, list[str]]:
    told: list[str] = []
    return segment_inputs(inputs, out, PAPER, networks, told.append), told


def test_a_bad_scan_a_missing_and_an_unreadable_one_stop_nobody(
    tmp_path: Path, networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = tmp_path / "bad.nii.gz", scan_at(tmp_path / "good.nii.gz")
    bad.write_bytes(b"no scan")
    closed = scan_at(tmp_path / "closed.nii.gz")

    def refused(path: Path, *_: object) -> dict[str, str]:
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return {"source_files_sha256": path.name}

    monkeypatch.setattr("core.cohort.one_by_one._identity", refused)
    inputs = [bad, tmp_path / "missing.nii.gz", closed, good]
    failures, told = cohort(inputs, tmp_path / "out", networks)
    assert failures == 3
    assert "closed.nii.gz: The scan, or the place of its result, cannot be opened" in "".join(told)
    assert (tmp_path / "out" / "good" / "findings.json").is_file()


def test_result_that_finds_no_place_is_told_and_the_next_scan_has_its_turn(
    tmp_path: Path, networks: Networks
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "first").write_text("a file in the place of a folder")
    inputs = [scan_at(tmp_path / "first.nii.gz"), scan_at(tmp_path / "second.nii.gz")]
    failures, told = cohort(inputs, out, networks)
    assert failures == 1
    assert any("cannot be written to" in line or "cannot be opened" in line for line in told)
    assert (out / "second" / "findings.json").is_file()


@pytest.mark.parametrize("content", ["", "{", "[]", "[" * 20_000, '{"source_sha256": 3}'])
def test_damaged_findings_are_made_anew(tmp_path: Path, networks: Networks, content: str) -> None:
    (tmp_path / "out" / "ct").mkdir(parents=True)
    findings = tmp_path / "out" / "ct" / "findings.json"
    findings.write_text(content)
    failures, told = cohort([scan_at(tmp_path / "ct.nii.gz")], tmp_path / "out", networks)
    assert failures == 0
    assert any("made anew" in line for line in told)
    assert len(findings.read_text()) > 1000


def test_report_that_finds_no_place_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HepatoScopeError, match="cannot be written to"):
        _put(tmp_path / "file" / "report.pdf", b"report")


@NO_ROOT
def test_scan_that_may_not_be_read_is_one_sentence(tmp_path: Path) -> None:
    path = scan_at(tmp_path / "ct.nii.gz")
    path.chmod(0)
    with pytest.raises(HepatoScopeError, match="cannot be opened"):
        read_apart(path)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_command_that_is_told_to_end_leaves_nothing_half_written(tmp_path: Path) -> None:
    large = np.zeros((512, 512, 200), np.int16)
    large[::2] = np.random.default_rng(0).integers(-1000, 1000, (256, 512, 200), np.int16)
    path = scene.save_nifti(tmp_path / "ct.nii.gz", large, np.diag([0.7, 0.7, 2.0, 1]))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    command = subprocess.Popen(
        [sys.executable, "-m", "core", "segment", str(path), "--out", str(tmp_path / "out")],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 60
    while not list(temporary.glob("hepatoscope-*")) and time.monotonic() < end:
        time.sleep(0.05)
    command.send_signal(signal.SIGTERM)
    _, said = command.communicate(timeout=60)
    assert command.returncode == 128 + signal.SIGTERM
    assert "Traceback" not in said
    assert not list(temporary.glob("hepatoscope-*"))
    assert not list((tmp_path / "out").glob("**/*"))
