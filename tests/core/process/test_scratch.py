"""Temporary folders: gone with their block, and cleared where a crash left them."""

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from core.errors import NoRoom
from core.process.scratch import clear_left, lasting_scratch, scratch


def test_folder_goes_with_its_block() -> None:
    with scratch() as folder:
        (folder / "ct").write_bytes(b"HU")
    assert not folder.exists()


def test_what_a_dead_process_left_is_cleared_and_a_living_ones_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    left = tmp_path / f"hepatoscope-{int(dead.stdout)}-x"
    living = tmp_path / f"hepatoscope-{os.getppid()}-x"
    foreign = tmp_path / "somebody-else"
    for folder in (left, living, foreign):
        folder.mkdir()
        (folder / "ct").write_bytes(b"HU")
    of_this_number_before, in_use = lasting_scratch(), lasting_scratch()
    os.utime(of_this_number_before, (0, 0))
    assert clear_left() == 2
    assert not left.exists()
    assert not of_this_number_before.exists()
    assert living.exists()
    assert in_use.exists()
    assert foreign.exists()


def test_full_disk_is_told_in_a_sentence() -> None:
    with (
        pytest.raises(NoRoom, match="No space left on device"),
        scratch(),
    ):
        raise OSError(errno.ENOSPC, "full")
    with pytest.raises(OSError, match="odd"), scratch():
        raise OSError(errno.EIO, "odd")
