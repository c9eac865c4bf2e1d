"""The slices that SHAP can compare with: whose they are, and what they show."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.explainers import backgrounds
from core.explainers.backgrounds import FILE, read_background, write_backgrounds
from core.models import store
from core.presets import PAPER, PRESETS


def test_borrowed_network_keeps_the_slices_of_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    borrower = replace(PAPER, name="borrower", liver_from="paper", tumor_neighbours_mm=5.0)
    monkeypatch.setitem(PRESETS, "borrower", borrower)
    monkeypatch.setattr(store, "WEIGHTS_DIR", tmp_path)
    monkeypatch.setattr(backgrounds, "SEEDS", range(9000, 9001))
    for home, network in ("paper", "liver"), ("paper", "tumor"), ("borrower", "tumor"):
        (tmp_path / home / network).mkdir(parents=True)
        (tmp_path / home / network / store.WEIGHTS_NAME).touch()
    write_backgrounds(PAPER)
    assert write_backgrounds(borrower) == (tmp_path / "borrower" / "tumor" / FILE,)
    np.testing.assert_array_equal(
        read_background("borrower", "liver"), read_background("paper", "liver")
    )
    # Of a network that sees neighbours the middle slice is kept.
    assert read_background("borrower", "tumor").shape == (2, PAPER.size, PAPER.size)
