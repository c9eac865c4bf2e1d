"""The trust card of a preset: what its shipped runs say, and how little few cases prove."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.models import store
from tests.pages.runs import make_run


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where shipped runs lie."""
    monkeypatch.setattr(store, "WEIGHTS_DIR", tmp_path)
    st.cache_data.clear()
    return tmp_path / "evaluations"


def drawn() -> AppTest:
    def script() -> None:
        from pages.about.trust_card import trust_view

        trust_view("paper")

    return AppTest.from_function(script, default_timeout=60).run()


def test_preset_without_a_run_says_that_it_is_not_known(place: Path) -> None:
    card = drawn()
    assert not card.exception
    assert "not known" in card.info[0].value
    assert not card.dataframe


def test_every_target_of_every_run_has_its_figures(place: Path) -> None:
    make_run(place / "paper-drawn", cases=("a", "b", "c"))
    make_run(place / "other-drawn")
    card = drawn()
    assert not card.exception
    table = card.dataframe[0].value
    assert set(table["Run"]) == {"paper-drawn"}
    assert table["What"].tolist() == ["Liver", "Tumors"]
    assert table["Cases"].tolist() == [3, 3]
    assert table["AURC"].between(0, 1).all()
    assert len(card.get("plotly_chart")) == 2
    assert any("3 cases are few" in caption.value for caption in card.caption)


def test_damaged_run_is_named_and_the_others_stay(place: Path) -> None:
    make_run(place / "paper-drawn")
    broken = make_run(place / "paper-torn")
    (broken / "cases.parquet").write_bytes(b"torn")
    card = drawn()
    assert not card.exception
    assert "paper-torn/cases.parquet” is damaged" in card.error[0].value.replace("\\", "")
    assert set(card.dataframe[0].value["Run"]) == {"paper-drawn"}
