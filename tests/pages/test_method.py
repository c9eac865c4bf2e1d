"""Which networks segment, where there are several."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from core.models import store
from pages.common.method import METHOD
from tests.pages.conftest import button, current, finish, labels_of, memory_of


def add_focus(weights: Path) -> None:
    for network in ("liver", "tumor"):
        folder = weights / "focus" / network
        folder.mkdir(parents=True)
        (folder / store.WEIGHTS_NAME).touch()
        card = (weights / "paper" / network / store.CARD_NAME).read_text()
        (folder / store.CARD_NAME).write_text(card)


def test_nothing_is_asked_where_there_is_one_method(opened: AppTest) -> None:
    assert not opened.radio


def test_chosen_networks_segment_and_others_can_follow(opened: AppTest, weights: Path) -> None:
    add_focus(weights)
    asked = opened.run().radio[0].set_value("focus").run()
    done = finish(button(asked, "Segment liver and tumors").click().run())
    assert not done.exception
    assert current(done).segmentation.preset == "focus"
    again = finish(button(done.radio[0].set_value("paper").run(), "Segment again").click().run())
    assert current(again).segmentation.preset == "paper"
    assert memory_of(again).get(METHOD) == "paper"


def test_two_answers_stand_beside_each_other(opened: AppTest, weights: Path) -> None:
    add_focus(weights)
    asked = opened.run().radio[0].set_value("focus").run()
    done = finish(button(asked, "Segment liver and tumors").click().run())
    tab = next(one.label for one in done.tabs if "Other networks" in one.label)
    done.session_state["result-tabs"] = tab
    alone = done.run()
    assert any("Segment this scan with other networks" in info.value for info in alone.info)
    again = finish(button(alone.radio[0].set_value("paper").run(), "Segment again").click().run())
    again.session_state["result-tabs"] = tab
    compared = again.run()
    assert not compared.exception
    rows, agreed = (table.value for table in compared.dataframe[-2:])
    assert list(rows["Networks"]) == ["paper", "focus"]
    assert agreed["Dice"].between(0, 1).all()
    assert len(compared.get("image")) == 1


def test_choice_outlives_the_page(opened: AppTest, weights: Path) -> None:
    add_focus(weights)
    opened.run().radio[0].set_value("paper").run()
    away = opened.switch_page("pages/about/page.py").run()
    assert "Segment liver and tumors" not in labels_of(away)
    back = away.switch_page("pages/segment/page.py").run()
    assert back.radio[0].value == "paper"
