"""How much memory is free, and what is told where it is too little."""

from pathlib import Path

import pytest

from core.errors import BadCheckpoint
from core.foundation.checkpoints import memory


def test_free_memory_is_the_least_of_what_machine_and_container_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info, most, used = (tmp_path / name for name in ("meminfo", "max", "current"))
    info.write_text("MemTotal: 8000000 kB\nMemAvailable: 3000000 kB\n")
    monkeypatch.setattr(memory, "MEMINFO", info)
    monkeypatch.setattr(memory, "LIMITS", ((most, used),))
    assert memory.free_mb() == pytest.approx(3072)
    most.write_text("max\n")
    used.write_text("1000000000\n")
    assert memory.free_mb() == pytest.approx(3072)
    most.write_text("2000000000\n")
    assert memory.free_mb() == pytest.approx(1000)
    memory.check_room(900, "a")
    with pytest.raises(BadCheckpoint, match=r"“a” needs about 1\.2 GB"):
        memory.check_room(1200, "a")


def test_machine_that_tells_nothing_refuses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "none")
    monkeypatch.setattr(memory, "LIMITS", ())
    assert memory.free_mb() is None
    memory.check_room(1e9, "a")
