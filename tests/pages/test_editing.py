"""What the Segment page makes of what a browser says was drawn."""

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.common.workspace import HISTORIES
from pages.segment.editing import TAKEN
from tests.pages.conftest import button, current, labels_of, memory_of
from tests.pages.strokes import in_the_liver, say, stroke


@pytest.fixture
def editing(segmented: AppTest, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    # SAM is not asked here.
    monkeypatch.setattr("pages.segment.editing.warm_shipped", lambda: None)
    return segmented.toggle(key="segment-editing").set_value(True).run()


def lesions(app: AppTest) -> int:
    return len(current(app).findings.lesions)


def test_nothing_can_be_drawn_before_it_is_switched_on(segmented: AppTest) -> None:
    before = lesions(segmented)
    app = say(segmented, stroke(segmented, 1, in_the_liver(segmented)))
    assert lesions(app) == before


def test_strokes_are_made_once_each_however_often_they_are_told(editing: AppTest) -> None:
    before, at = lesions(editing), in_the_liver(editing)
    first = stroke(editing, 1, at)
    app = say(editing, first)
    assert lesions(app) == before + 1
    assert not app.exception
    app = say(app, first, {**first, "serial": 2, "do": "undo"})
    assert lesions(app) == before
    assert memory_of(app).get(TAKEN) == 2
    app = say(app, first, {"serial": 3, "of": current(app).id, "do": "redo"})
    assert lesions(app) == before + 1
    (history,) = memory_of(app).all(HISTORIES, current(app).id).values()
    assert len(history.done) == 1


def test_what_was_drawn_on_another_case_is_dropped(editing: AppTest) -> None:
    before = lesions(editing)
    app = say(editing, stroke(editing, 1, in_the_liver(editing), of="f" * 64))
    assert lesions(app) == before


@pytest.mark.parametrize(
    "told",
    [
        "edits",
        [3, None, "x"],
        [{"serial": "1"}],
        [{"serial": float("nan")}],
        [{"serial": float("inf"), "do": "undo"}],
    ],
)
def test_whatever_else_the_browser_says_changes_nothing(editing: AppTest, told: Any) -> None:
    before = lesions(editing)
    editing.session_state["segment-viewer.component"] = {"edits": told}
    app = editing.run()
    assert not app.exception
    assert not app.error
    assert lesions(app) == before


def test_edit_that_cannot_be_made_is_one_sentence(editing: AppTest) -> None:
    before, at = lesions(editing), in_the_liver(editing)
    lesion = {"at": list(at), "act": "delete"}
    wrong = stroke(editing, 1, at, kind="lesion", what=lesion)
    app = say(editing, wrong, stroke(editing, 2, at))
    assert lesions(app) == before + 1, "what comes after it is made"
    assert "no lesion at that place" in app.error[0].value


def test_name_stands_in_the_record_and_all_can_be_taken_back(editing: AppTest) -> None:
    app = editing.text_input(key="reader-name").set_value("A. Reader").run()
    before = lesions(app)
    app = say(app, stroke(app, 1, in_the_liver(app)))
    texts = "\n".join(part.value for part in (*app.caption, *app.warning))
    assert "corrected by hand by A. Reader (one edit)" in texts
    assert {"Corrections (JSON)", "Labels as found (NIfTI)"} <= {
        found.proto.label for found in app.get("download_button")
    }
    app = button(app, "Take all corrections back").click().run()
    assert lesions(app) == before
    assert "Take all corrections back" not in labels_of(app)
