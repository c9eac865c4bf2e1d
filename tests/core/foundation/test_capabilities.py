"""A part is on only where it would run now."""

from pathlib import Path

import pytest

from core.errors import BadCheckpoint
from core.foundation import capabilities as parts
from core.foundation.capabilities import capabilities, larger_sam_advice, sam_advice
from core.foundation.hub import HubFacts, downloads_allowed
from core.foundation.sam.checkpoint import download


@pytest.fixture(autouse=True)
def _libraries_and_no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    constants = pytest.importorskip("huggingface_hub.constants")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(parts, "missing_modules", lambda *names: ())
    monkeypatch.delenv("HEPATOSCOPE_DOWNLOADS", raising=False)


def test_without_weights_a_part_is_off_and_says_so() -> None:
    off = {part.name: part for part in capabilities()}
    for name in ("Larger SAMs", "LLaVA"):
        assert not off[name].available
        assert off[name].advice == "Its weights are not on this machine."


def test_weights_that_fit_turn_it_on_and_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_is_here", lambda hub, name: name.endswith("sam-vit-base"))
    monkeypatch.setattr(parts, "free_mb", lambda: 64_000.0)
    assert not larger_sam_advice()
    monkeypatch.setattr(parts, "free_mb", lambda: 500.0)
    assert larger_sam_advice().endswith("GB of memory, and 0.5 GB are free.")


def test_shipped_sam_is_on_unless_memory_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "missing_modules", lambda *names: names)
    monkeypatch.setattr(parts, "free_mb", lambda: 64_000.0)
    assert not sam_advice()
    monkeypatch.setattr(parts, "free_mb", lambda: 300.0)
    assert sam_advice() == "Needs 0.7 GB of memory, and 0.3 GB are free."


def test_missing_libraries_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "missing_modules", lambda *names: names)
    assert larger_sam_advice().startswith("Missing here: torch, transformers.")


def test_host_can_switch_downloads_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert downloads_allowed()
    monkeypatch.setenv("HEPATOSCOPE_DOWNLOADS", "off")
    assert larger_sam_advice().endswith("Downloads are switched off on this host.")
    with pytest.raises(BadCheckpoint, match="HEPATOSCOPE_DOWNLOADS"):
        download(HubFacts("someone/sam", {"config.json": 2}, "mit"))
