"""The About page, with and without what training leaves behind."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.models.store import CARD_NAME

AVERAGES = {
    "scored": 2,
    "left_out_both_empty": 1,
    **{f"mean_{score}": 0.75 for score in ("dice", "iou", "precision", "recall")},
    **{f"global_{score}": None for score in ("dice", "iou", "precision", "recall")},
}
RUN = {
    "cases": ["one", "two", "three"],
    "data": "lits-small",
    "split": "test",
    "preset": "paper",
    "commit": "abc1234",
    "empty_masks": "Both empty: left out.",
    "summary": {
        target: dict.fromkeys(("per_case", "per_slice", "per_slice_with_truth"), AVERAGES)
        for target in ("liver", "tumor")
    },
}


@pytest.fixture
def about(new_visitor: Callable[[], AppTest]) -> Callable[[], AppTest]:
    return lambda: new_visitor().switch_page("pages/about.py").run()


def test_about_shows_a_card_for_each_network(about: Callable[[], AppTest]) -> None:
    page = about()
    assert not page.exception
    labels = [box.label for box in page.expander]
    assert labels == ["paper/liver: U-Net, small", "paper/tumor: U-Net, small"]
    assert "No evaluation run" in page.info[0].value


def test_about_shows_what_an_evaluation_averages_over(
    about: Callable[[], AppTest], weights: Path
) -> None:
    run = weights / "evaluations" / "lits-test" / "run.json"
    run.parent.mkdir(parents=True)
    run.write_text(json.dumps(RUN))
    page = about()
    assert not page.exception
    assert [metric.value for metric in page.metric] == ["0.750", "–"] * 2
    table = page.dataframe[0].value
    assert set(table["Average"]) >= {"mean over cases", "global, all voxels pooled"}
    assert any("Both empty: left out." in caption.value for caption in page.caption)


def test_about_without_trained_networks_says_how_to_train(
    about: Callable[[], AppTest], weights: Path
) -> None:
    for card in weights.rglob(CARD_NAME):
        card.unlink()
    page = about()
    assert not page.exception
    assert any("python -m core train" in info.value for info in page.info)
