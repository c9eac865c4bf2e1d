"""How much memory is free."""

from pathlib import Path

import pytest

from core.process import memory


def test_free_memory_is_the_least_of_what_machine_and_container_leave(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info, most, used = (tmp_path / name for name in ("meminfo", "memory.max", "memory.current"))
    info.write_text("MemTotal: 8000000 kB\nMemAvailable: 3000000 kB\n")
    monkeypatch.setattr(memory, "MEMINFO", info)
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    assert memory.free_mb() == pytest.approx(3072)
    most.write_text("max\n")
    used.write_text("1000000000\n")
    assert memory.free_mb() == pytest.approx(3072)
    most.write_text("2000000000\n")
    assert memory.free_mb() == pytest.approx(1000)


@pytest.mark.parametrize("stat", ["inactive_file 700000000\n", "total_inactive_file 700000000\n"])
def test_files_that_a_container_has_only_read_count_as_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stat: str
) -> None:
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "none")
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    (tmp_path / "memory.max").write_text("2000000000\n")
    (tmp_path / "memory.current").write_text("1900000000\n")
    (tmp_path / "memory.stat").write_text(f"anon 1200000000\n{stat}active_file 5\n")
    assert memory.free_mb() == pytest.approx(800)


def test_machine_that_tells_nothing_has_no_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "none")
    monkeypatch.setattr(memory, "GROUP", tmp_path)
    assert memory.free_mb() is None
