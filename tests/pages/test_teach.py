"""The workspace of a host in the pages: kept as drawn, opened again, ranked, taught by."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.editing.history import History
from core.models.store import WORKSPACE_PLACE
from core.training.lesson import STAGES, Came, Group, Lesson, Plan, Told
from core.workspace import journal
from core.workspace.folder import entries, open_case, workspace_at
from pages.common.workspace import HISTORIES
from pages.teach.state import COURSE
from tests.pages.conftest import button, current, finish, labels_of, memory_of
from tests.pages.strokes import in_the_liver, say, stroke

TEACH = "pages/teach/page.py"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(WORKSPACE_PLACE, str(tmp_path / "workspace"))
    monkeypatch.setattr("pages.segment.editing.warm_shipped", lambda: None)
    return tmp_path / "workspace"


@pytest.fixture
def editing(folder: Path, segmented: AppTest) -> AppTest:
    return segmented.toggle(key="segment-editing").set_value(True).run()


def told(app: AppTest) -> str:
    return " ".join(one.value for one in (*app.caption, *app.markdown, *app.info, *app.error))


def kept(app: AppTest, folder: Path) -> History:
    return open_case(workspace_at(folder), current(app).id)[1]


def test_every_stroke_is_on_the_disk_before_the_next(editing: AppTest, folder: Path) -> None:
    assert "every correction is written as it is made" in told(editing)
    at = in_the_liver(editing)
    app = say(editing, stroke(editing, 1, at))
    assert np.array_equal(kept(app, folder).labels, current(app).segmentation.labels)
    app = say(app, stroke(app, 2, at, do="undo"))
    assert kept(app, folder).done == ()
    app = say(app, stroke(app, 3, at, do="redo"))
    assert len(kept(app, folder).done) == 1
    app = button(app, "Take all corrections back").click().run()
    assert kept(app, folder).done == ()
    assert not app.exception


def test_a_threshold_that_moves_is_kept_with_the_next_stroke(
    editing: AppTest, folder: Path
) -> None:
    at = in_the_liver(editing)
    app = say(editing, stroke(editing, 1, at))
    tumor = next(one for one in app.slider if one.label == "Tumor from probability")
    app = tumor.set_value(0.9).run()
    app = say(app, stroke(app, 2, (at[0], at[1], at[2])))
    again, history = open_case(workspace_at(folder), current(app).id)
    assert len(history.done) == 2
    assert again.known.segmentation.tumor_threshold == 0.9
    assert np.array_equal(history.labels, current(app).segmentation.labels)


def test_another_visitor_opens_what_was_kept_and_goes_on(
    editing: AppTest, folder: Path, new_visitor: Callable[[], AppTest]
) -> None:
    app = say(editing, stroke(editing, 1, in_the_liver(editing)))
    case, labels = current(app).id, current(app).segmentation.labels
    # While the first is at it, the second draws for themselves alone.
    second = new_visitor().switch_page(TEACH).run()
    assert "corrected" in second.dataframe[0].value["State"].tolist()
    memory_of(app).close(case)
    second.session_state["teach-cases"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    second = second.run()
    title = second.dataframe[0].value["Case"][0]
    second = button(second, f"Open {title}").click().run()
    assert not second.exception
    assert current(second).id == case
    assert np.array_equal(current(second).segmentation.labels, labels)
    (history,) = memory_of(second).all(HISTORIES, case).values()
    assert len(history.done) == 1
    # A browser follows to the Segment page by itself.
    second = second.switch_page("pages/segment/page.py").run()
    second = second.toggle(key="segment-editing").set_value(True).run()
    what = {"at": np.argwhere(labels == 2)[0].tolist(), "act": "delete"}
    second = say(second, stroke(second, 9, in_the_liver(second), kind="lesion", what=what))
    assert len(kept(second, folder).done) == 2


def test_two_visitors_in_one_case_lose_nothing(
    editing: AppTest, folder: Path, new_visitor: Callable[[], AppTest]
) -> None:
    second = button(new_visitor(), "Open the demo case").click().run()
    second = finish(button(second, "Segment liver and tumors").click().run())
    second = second.toggle(key="segment-editing").set_value(True).run()
    assert "Another reader corrects this case" in told(second)
    second = say(second, stroke(second, 1, in_the_liver(second)))
    assert current(second).segmentation.corrections
    assert kept(editing, folder).done == ()


def test_a_disk_that_is_full_is_told_once_and_no_stroke_is_lost(
    editing: AppTest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(folder: Path, events: object) -> None:
        raise OSError(28, "No space left on device")

    write = journal.append
    monkeypatch.setattr(journal, "append", full)
    at = in_the_liver(editing)
    app = say(editing, stroke(editing, 1, at))
    assert "No space left on device" in app.error[0].value
    assert len(current(app).segmentation.corrections) == 1
    app = say(app, stroke(app, 2, at, do="undo"))
    monkeypatch.setattr(journal, "append", write)
    app = say(app, stroke(app, 3, at))
    assert not app.exception
    assert len(kept(app, folder).done) == 1
    assert "every correction is written as it is made" in told(app)


def test_a_folder_that_cannot_be_used_is_told(
    segmented: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(WORKSPACE_PLACE, str(tmp_path / "file" / "workspace"))
    monkeypatch.setattr("pages.segment.editing.warm_shipped", lambda: None)
    app = segmented.toggle(key="segment-editing").set_value(True).run()
    assert "cannot be written to" in told(app)
    app = say(app, stroke(app, 1, in_the_liver(app)))
    assert current(app).segmentation.corrections
    assert not app.exception
    app = app.switch_page(TEACH).run()
    assert "cannot be written to" in told(app)
    assert not app.exception


def test_nothing_is_written_by_who_does_not_want_it(editing: AppTest, folder: Path) -> None:
    before = entries(workspace_at(folder))
    app = editing.toggle(key="workspace-keep").set_value(False).run()
    app = say(app, stroke(app, 1, in_the_liver(app)))
    assert [one.by_hand for one in entries(workspace_at(folder))] == [one.by_hand for one in before]
    assert current(app).segmentation.corrections
    # Wanted again, all of it is kept.
    app = app.toggle(key="workspace-keep").set_value(True).run()
    assert len(kept(app, folder).done) == 1
    assert "every correction is written as it is made" in told(app)


def test_without_a_workspace_the_session_is_one(segmented: AppTest, app: AppTest) -> None:
    app = segmented.switch_page(TEACH).run()
    assert "names no workspace" in told(app)
    assert "No case was corrected" in told(app)
    assert app.dataframe[0].value["State"].tolist() == ["to look at"]
    (following,) = [label for label in labels_of(app) if label.startswith("Open the next")]
    app = button(app, following).click().run()
    assert not app.exception


def test_an_empty_page_invites(app: AppTest) -> None:
    app = app.switch_page(TEACH).run()
    assert not app.exception
    assert "Nothing to teach by yet" in told(app)
    assert "Open the demo case" in labels_of(app)


def lesson(offered: bool) -> Lesson:
    before, after = Came(0.8, 4, 3, 1), Came(0.82 if offered else 0.6, 4, 3, 1)
    group = Group("phantoms held out", ("volume-6",), True, before, after)
    return Lesson(
        "taught-0123456789ab", offered, (group,), ("a",), ("b",), Plan(), 61.0, "abc", "2026-11-28"
    )


@pytest.mark.parametrize("offered", [True, False])
def test_what_was_learned_is_shown_and_offered_only_if_it_is_no_worse(
    editing: AppTest, monkeypatch: pytest.MonkeyPatch, offered: bool
) -> None:
    asked: list[Any] = []

    def taught(function: Any, *arguments: Any, progress: Any, **how: Any) -> Lesson:
        asked.append(arguments)
        for stage in STAGES:
            progress(Told(stage, 1.0, stage, ((0.3, 0.4), (0.2, 0.3))))
        return lesson(offered)

    monkeypatch.setattr("pages.teach.state.run", taught)
    monkeypatch.delenv(WORKSPACE_PLACE)
    app = say(editing, stroke(editing, 1, in_the_liver(editing)))
    app = app.switch_page(TEACH).run()
    app = finish(button(app, "Try what the network would learn").click().run())
    assert not app.exception
    ((root, out, _, _),) = asked
    course = memory_of(app).get(COURSE)
    assert course is not None
    assert course.told[-1].losses
    assert ("and is offered" in told(app)) == offered
    assert app.dataframe[1].value["Dice after"].tolist() == [0.82 if offered else 0.6]
    # What the session lent is gone with the work.
    assert out == Path(os.environ["HEPATOSCOPE_TAUGHT"])
    assert not Path(root).exists()
