"""The page of a cohort: what is shipped, what the host allows, a run begun, watched and stopped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from core.cohort.explore import DATE
from core.cohort.rows import DONE, FAILED, TABLE_NAME, row, write_table
from pages.cohort.state import PLACE, RESULTS, Run, runs
from tests import scene
from tests.pages.conftest import button, current, labels_of

COHORT = "pages/cohort/page.py"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the host allows, with one cohort that was segmented and one that was not."""
    root = tmp_path / "cohorts"
    for name in ("clinic", "fresh"):
        (root / name).mkdir(parents=True)
        hu, _ = scene.draw()
        scene.save_nifti(root / name / "a.nii.gz", hu, scene.affine_of())
    out = root / f"clinic{RESULTS}"
    out.mkdir()
    rows = [
        row(
            case=f"case-{at}",
            input="a.nii.gz" if at == 0 else f"../{at}.nii.gz",
            state=DONE,
            liver_volume_ml=1400.0 + 10 * at,
            tumor_volume_ml=float(at),
            lesions=at % 3,
            expected_dice=0.99 - at / 100,
            expected_wrong_ml=float(at),
            quality="thick" if at % 2 else "",
            study_date=f"2026-{at + 1:02}-15",
        )
        for at in range(12)
    ]
    rows.append(row(case="bad", input="b", state=FAILED, reason="It is no scan; choose another."))
    write_table(rows, out)
    (out / "case-11").mkdir()
    (out / "case-11" / "preview.png").write_bytes(_picture())
    monkeypatch.setenv(PLACE, str(root))
    return root


def _picture() -> bytes:
    from tests.pages.files import png

    return png()


def opened(new_visitor: Callable[[], AppTest], name: str) -> AppTest:
    app = new_visitor().switch_page(COHORT).run()
    return app.selectbox(key="cohort-name").set_value(name).run()


def told(app: AppTest) -> str:
    return " ".join(one.value for one in (*app.caption, *app.markdown, *app.info, *app.error))


def listed(app: AppTest) -> pd.DataFrame:
    tables = [one.value for one in app.dataframe]
    return next(one for one in tables if "case" in one and "lesions" in one)


def test_table_is_told_and_its_most_doubtful_scans_come_first(
    root: Path, new_visitor: Callable[[], AppTest]
) -> None:
    app = opened(new_visitor, "clinic")
    assert not app.exception
    assert [one.value for one in app.metric] == ["13", "12", "1", "8"]
    assert listed(app)["case"].tolist()[:2] == ["case-11", "case-10"]
    assert any("It is no scan" in str(one.value.to_numpy()) for one in app.dataframe)
    # One figure alone is a distribution; dates lie along an axis too.
    app = app.selectbox(key="cohort-y").set_value("").run()
    assert not app.exception
    app = app.selectbox(key="cohort-x").set_value(DATE).run()
    assert not app.exception
    app = app.selectbox(key="cohort-y").set_value("liver_volume_ml").run()
    assert not app.exception
    assert "12 of 13 scans are drawn" in told(app)


def test_what_is_drawn_around_is_listed(root: Path, new_visitor: Callable[[], AppTest]) -> None:
    app = opened(new_visitor, "clinic")
    x, y = app.selectbox(key="cohort-x").value, app.selectbox(key="cohort-y").value
    points = [{"customdata": 3}, {"customdata": 5}]
    app.session_state[f"cohort-chart-{x}-{y}"] = {"selection": {"points": points}}
    app = app.run()
    assert not app.exception
    # Rows are ordered by case: bad, case-0, case-1, case-10, case-11, case-2.
    assert sorted(listed(app)["case"]) == ["case-10", "case-2"]
    assert "2 chosen" in told(app)


def test_a_scan_is_opened_from_its_row_and_none_outside_of_the_folder(
    root: Path, new_visitor: Callable[[], AppTest]
) -> None:
    app = opened(new_visitor, "clinic")
    cases = listed(app)["case"].tolist()
    app.session_state["cohort-list"] = {"selection": {"rows": [cases.index("case-0")]}}
    app = app.run()
    opening = button(app, "Open case-0").click().run()
    assert not opening.exception
    assert current(opening).volume.shape == scene.SHAPE
    outside = opened(new_visitor, "clinic")
    outside.session_state["cohort-list"] = {"selection": {"rows": [cases.index("case-4")]}}
    outside = outside.run()
    assert "cannot be opened here" in told(outside)
    assert not [label for label in labels_of(outside) if label.startswith("Open case")]


class Fake:
    """A process that says so much, and ends when it is asked to."""

    def __init__(self, lines: list[str]) -> None:
        self.stderr, self.returncode = iter(lines), None

    def poll(self) -> int | None:
        return self.returncode

    def wait(self) -> int:
        return self.returncode or 0

    def terminate(self) -> None:
        self.returncode = -15


def test_a_run_is_begun_watched_stopped_and_gone_on_with(
    root: Path, new_visitor: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    lines = ["2 workers", "1 of 4, 900 an hour, 0 min 9 s left: a"]

    def popen(command: list[str], **_: Any) -> Fake:
        asked.append(command)
        return Fake(lines)

    monkeypatch.setattr("pages.cohort.state.subprocess.Popen", popen)
    app = opened(new_visitor, "fresh")
    assert "Nothing was segmented yet" in told(app)
    app = button(app, "Segment all").click().run()
    assert not app.exception
    (command,) = asked
    assert command[2:6] == ["core", "segment", str(root / "fresh"), "--out"]
    (run,) = runs().values()
    run.listen()
    assert run.share == 0.25
    # Another visitor sees it too, and may stop it.
    other = opened(new_visitor, "fresh")
    app = button(other, "Stop").click().run()
    assert run.over
    assert not app.exception


def test_a_run_that_cannot_work_says_why(
    root: Path, new_visitor: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pages.cohort.state.subprocess.Popen", lambda *_, **__: Fake(["error: There is no scan."])
    )
    app = button(opened(new_visitor, "fresh"), "Segment all").click().run()
    (run,) = runs().values()
    run.listen()
    run.process.returncode = 2
    app = opened(new_visitor, "fresh")
    assert "There is no scan" in told(app)


def test_what_the_host_named_wrongly_is_a_sentence(
    root: Path, new_visitor: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / f"clinic{RESULTS}" / TABLE_NAME).write_bytes(b"x")
    assert "damaged" in told(opened(new_visitor, "clinic"))
    monkeypatch.setenv(PLACE, str(root / "nowhere"))
    app = new_visitor().switch_page(COHORT).run()
    assert "There is no folder" in told(app)
    assert not app.exception


def test_without_a_folder_the_shipped_cohort_is_shown(
    new_visitor: Callable[[], AppTest], weights: Path
) -> None:
    app = new_visitor().switch_page(COHORT).run()
    assert "allows no folder" in told(app)
    assert not app.exception


def test_progress_is_read_from_what_the_command_says() -> None:
    run = Run(Fake([]))  # type: ignore[arg-type]
    assert run.share == 0
    run.lines.append("3 of 12, 1 failed, 900 an hour, 0 min 9 s left: a")
    run.lines.append("warning: something else")
    assert run.share == 0.25
