"""Reading what nobody vouches for: a limit, a crash or an unknown error is one sentence."""

import os
import signal
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest

from core.errors import UnreadableScan, UnsupportedScan
from core.io import read
from core.io.apart import SCAN, Bounds, apart, read_apart
from tests.core.io.scans import save_nifti, some_hu

LITTLE = Bounds(memory_mb=600, file_mb=2, seconds=20)


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def fail() -> None:
    raise KeyError("no such thing")


def flood() -> int:
    return len(bytearray(900_000_000))


def spill() -> None:
    Path(tempfile.gettempdir(), "large").write_bytes(bytes(3_000_000))


def linger(folder: Path) -> None:
    (folder / "mine").write_text(tempfile.mkdtemp())
    time.sleep(60)


def test_scan_read_apart_is_the_scan(tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "ct.nii.gz", some_hu())
    here, there = read(path), read_apart(path)
    assert np.array_equal(here.hu, there.hu)
    assert (here.digest, here.source, here.notes) == (there.digest, there.source, there.notes)


def test_what_the_reader_says_crosses_as_it_is(tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "flat.nii.gz", some_hu()[..., 0])
    with pytest.raises(UnsupportedScan, match="The image is flat"):
        read_apart(path)


@pytest.mark.parametrize("trouble", [die, flood, fail])
def test_crash_flood_and_unknown_error_are_one_sentence(trouble: object) -> None:
    with pytest.raises(UnreadableScan, match=r"^“ct\.nii” .*(export it again).*\.$"):
        apart(trouble, name="ct.nii", bounds=LITTLE)  # type: ignore[arg-type]


def test_file_beyond_the_limit_is_refused_and_nothing_stays() -> None:
    with pytest.raises(UnreadableScan):
        apart(spill, name="ct.zip", bounds=LITTLE)
    assert not list(Path(tempfile.gettempdir()).glob(f"hepatoscope-{os.getpid()}-*/large"))


def test_what_was_stopped_leaves_no_temporary_folder(tmp_path: Path) -> None:
    with pytest.raises(UnreadableScan, match="more memory or time"):
        apart(linger, tmp_path, name="ct.zip", bounds=Bounds(SCAN.memory_mb, SCAN.file_mb, 4))
    made = Path((tmp_path / "mine").read_text())
    assert not made.exists()
    assert made.parent.name.startswith(f"hepatoscope-{os.getpid()}-")
