"""Nothing is told to anybody outside: a library's own reports are off before it is imported."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import scene
from tests.outside import ROOT, forbidden

OPENVINO = """
import sys
import core
import openvino
import openvino.tools.ovc
print(sys.modules["openvino_telemetry"], "openvino.tools.ovc.telemetry_stub" in sys.modules)
"""


@pytest.fixture
def asked(tmp_path: Path) -> tuple[dict[str, str], Path]:
    """An environment in which asking anybody outside fails, and the file that tells who tried."""
    return forbidden(tmp_path)


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600,
    )  # fmt: skip


def test_openvino_reports_nothing_home(asked: tuple[dict[str, str], Path]) -> None:
    environment, told = asked
    found = run(["-c", OPENVINO], environment)
    assert found.stdout.split() == ["None", "True"], found.stderr
    assert not told.exists(), told.read_text()


def test_guard_sees_who_asks(asked: tuple[dict[str, str], Path]) -> None:
    environment, told = asked
    run(["-c", "import urllib.request as u; u.urlopen('http://example.org')"], environment)
    assert "looked up example.org" in told.read_text()


@pytest.mark.slow
def test_no_command_asks_anybody_outside(
    asked: tuple[dict[str, str], Path], tmp_path: Path
) -> None:
    """A scan is read, networks are asked, a report is set: children and all."""
    environment, told = asked
    scan = scene.save_nifti(tmp_path / "ct.nii.gz", scene.draw()[0], scene.affine_of())
    out = str(tmp_path / "out")
    made = run(["-m", "core", "segment", str(scan), "--out", out, "--preset", "paper"], environment)
    assert made.returncode == 0, made.stderr
    report = ["-m", "core", "report", f"{out}/ct", "--scan", str(scan), "--out", f"{out}/r.pdf"]
    made = run(report, environment)
    assert made.returncode == 0, made.stderr
    assert not told.exists(), told.read_text()
