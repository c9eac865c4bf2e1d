"""The known ways to segment."""

from dataclasses import FrozenInstanceError

import pytest

from core.errors import HepatoScopeError
from core.geometry.windows import Window
from core.presets import PAPER, PRESETS, preset_named


def test_paper_preset_is_the_published_setting() -> None:
    assert (PAPER.size, PAPER.window) == (128, Window(-40, 160))
    assert (PAPER.liver_threshold, PAPER.tumor_threshold) == (0.5, 0.5)


def test_presets_are_found_by_the_name_they_carry() -> None:
    assert all(preset_named(name).name == name for name in PRESETS)


def test_unknown_preset_is_answered_with_the_known_ones() -> None:
    with pytest.raises(HepatoScopeError, match=r"no preset “fastest”; choose one of: paper, focus"):
        preset_named("fastest")


def test_nobody_changes_a_preset() -> None:
    with pytest.raises(FrozenInstanceError):
        PAPER.size = 256  # type: ignore[misc]
