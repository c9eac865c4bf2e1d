"""What the shipped trial says of one map."""

from pathlib import Path

import pytest

from core.explainers import standing as standings
from core.explainers.backgrounds import Background
from core.explainers.question import Asked
from core.explainers.standing import standing


def test_method_that_the_trial_does_not_trust_says_why() -> None:
    found = standing("smoothgrad", Background.PLAIN, Asked.TUMOR, "focus")
    assert found.trusted is False
    assert not found.doubts
    assert found.sentence.startswith("not trusted in the app's trial: insertion over random order")
    assert found.note == "not trusted by the trial of focus"


def test_other_networks_than_those_of_the_trial_are_said() -> None:
    found = standing("gradcam", Background.PLAIN, Asked.LIVER, "ensemble")
    assert found.trusted
    assert found.sentence == (
        "trusted in the app's trial. The trial asked networks of focus, not of ensemble. It asked "
        "the tumor network alone."
    )


def test_background_decides_only_where_a_method_compares() -> None:
    assert standing("shap", Background.PHANTOMS, Asked.TUMOR, "focus").trusted is False
    assert standing("gradcam", Background.PHANTOMS, Asked.TUMOR, "focus").trusted
    assert standing("shap", Background.OWN, Asked.TUMOR, "focus").trusted is None


def test_without_a_trial_nothing_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing: dict[str, Path] = {}
    monkeypatch.setattr(standings, "shipped_trials", lambda: nothing)
    found = standing("shap", Background.PLAIN, Asked.TUMOR, "focus")
    assert (found.words, found.record()["trial"]) == ("not tried", None)
