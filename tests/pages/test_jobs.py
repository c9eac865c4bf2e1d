"""Work that runs beside the page: progress, cancelling, waiting for none but its like."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.cascade.segmentation import STAGES
from core.errors import Cancelled
from core.presets import PAPER
from core.study import Study
from core.volume import Volume
from pages.common import jobs
from pages.common.jobs import JOB, Job, segmentation_job
from pages.common.queues import Line, Uses, lines
from pages.viewer import MEMORIES
from tests import scene
from tests.pages.conftest import APP, button, current, finish, labels_of, memory_of

PATIENCE = 20


@pytest.fixture
def line() -> Line:
    """A line for one at a time and one who waits."""
    return Line(1, 1)


@pytest.fixture
def case(scan: Volume) -> Study:
    return Study(scan, ())


def joined(job: Job, line: Line) -> Line:
    assert line.join(job)
    return line


def running(job: Job, line: Line) -> threading.Thread:
    thread = threading.Thread(target=job.run, args=(joined(job, line),), daemon=True)
    thread.start()
    return thread


def holding(
    monkeypatch: pytest.MonkeyPatch, part: str = "liver"
) -> tuple[threading.Event, threading.Event]:
    """Hold the network of a part until told to go on: (it was reached, let it go)."""
    reached, go = threading.Event(), threading.Event()
    plain = scene.fake_networks()

    def held(images: Any) -> Any:
        reached.set()
        assert go.wait(PATIENCE)
        return getattr(plain, part)(images)

    networks = replace(plain, **{part: held})
    monkeypatch.setattr("core.cascade.segmentation.load_networks", lambda preset: networks)
    return reached, go


def test_job_tells_every_stage_and_measures(
    case: Study, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "core.cascade.segmentation.load_networks", lambda preset: scene.fake_networks()
    )
    job = segmentation_job(case, PAPER)
    job.run(joined(job, line))
    assert job.done
    assert job.fractions == dict.fromkeys(STAGES, 1.0)
    study = job.result.known
    assert study.segmentation.preset == "paper"
    assert len(study.findings.lesions) == 1


def test_cancelled_job_stops_at_its_next_batch(
    case: Study, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go = holding(monkeypatch)
    job = segmentation_job(case, PAPER)
    running(job, line)
    assert reached.wait(PATIENCE)
    job.cancel()
    go.set()
    assert job.wait(PATIENCE)
    assert isinstance(job.error, Cancelled)
    assert job.result is None
    assert STAGES[-1] not in job.fractions


def test_one_job_runs_at_a_time_and_the_waiting_one_can_be_cancelled(
    case: Study, line: Line
) -> None:
    job, other = segmentation_job(case, PAPER), object()
    assert line.join(other)
    running(job, line)
    job.cancel()
    assert job.wait(PATIENCE)
    assert isinstance(job.error, Cancelled)
    assert not job.fractions
    line.leave(other)
    assert all(line.join(name) for name in "ab")


def test_who_came_first_is_served_first_and_a_full_line_takes_nobody() -> None:
    line = Line(at_once=2, most_waiting=2)
    assert all(line.join(name) for name in "abcd")
    assert [line.place(name) for name in "abcd"] == [0, 0, 1, 2]
    assert not line.join("e")
    line.leave("a")
    assert [line.place(name) for name in "bcd"] == [0, 0, 1]
    assert line.join("e")


def test_any_work_runs_as_a_job_and_its_result_waits_for_the_page(line: Line) -> None:
    def work(progress: Any, cancelled: Any) -> int:
        progress("Counting", 1.0)
        return 42

    taken: list[int] = []
    job = Job("Counting", ("Counting",), work, taken.append, Uses.NOTHING)
    job.run(joined(job, line))
    assert job.fractions == {"Counting": 1.0}
    assert (job.result, taken) == (42, [])


def test_failed_job_gives_its_turn_back(
    case: Study, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.cascade.segmentation.load_networks", lambda preset: 1 / 0)
    job = segmentation_job(case, PAPER)
    job.run(joined(job, line))
    assert isinstance(job.error, ZeroDivisionError)
    assert all(line.join(name) for name in "ab")


@pytest.fixture
def busy() -> Iterator[Callable[[Uses], Job]]:
    """Let another visitor's work hold what it uses until the test is over."""
    over = threading.Event()

    def begin(uses: Uses) -> Job:
        def work(progress: Any, cancelled: Any) -> None:
            assert over.wait(PATIENCE)

        job = Job("Work of another visitor", ("Working",), work, print, uses)
        running(job, lines()[uses])
        return job

    yield begin
    over.set()


@pytest.mark.parametrize("uses", [Uses.MODEL, Uses.CONNECTION, Uses.NOTHING])
def test_segmentation_starts_at_once_beside_long_work_of_another_visitor(
    opened: AppTest, busy: Callable[[Uses], Job], uses: Uses
) -> None:
    other = busy(uses)
    app = finish(button(opened, "Segment liver and tumors").click().run())
    assert current(app).findings is not None
    assert not other.done


def test_visitor_is_told_the_place_in_the_queue_and_that_it_is_full(
    opened: AppTest, busy: Callable[[Uses], Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.common.queues.SIZES", dict.fromkeys(Uses, (1, 1)))
    other = busy(Uses.NETWORKS)
    app = button(opened, "Segment liver and tumors").click().run()
    job = memory_of(app).get(JOB)
    assert job is not None
    while not job.place:
        assert not job.wait(0.05)
    app = app.run()
    assert any("place 1 in the queue" in part.value for part in app.caption)
    second = AppTest.from_file(str(APP), default_timeout=60).run()
    second = button(second, "Open the demo case").click().run()
    second = button(second, "Segment liver and tumors").click().run()
    assert "Too many visitors" in second.error[0].value
    assert memory_of(second).get(JOB) is None
    assert not other.done


def test_a_second_job_of_one_visitor_is_not_begun_and_that_is_said(
    case: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = segmentation_job(case, PAPER), segmentation_job(case, PAPER)
    said: list[str] = []
    monkeypatch.setattr(jobs, "running", lambda: first)
    monkeypatch.setattr(jobs, "notify", said.append)
    jobs.begin(second)
    with pytest.raises(ValueError, match="not in list"):
        lines()[second.uses].place(second)
    assert "still runs, so nothing else was begun" in said[0]


def test_page_shows_the_stages_and_keeps_the_case_when_cancelled(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go = holding(monkeypatch)
    app = button(opened, "Segment liver and tumors").click().run()
    assert reached.wait(PATIENCE)
    app = app.run()
    shown = next(part.value for part in app.markdown if STAGES[0] in part.value)
    assert shown.startswith(":green[:material/check_circle:]")
    assert f"**{STAGES[1]}** 0%" in shown
    app = button(app, "Cancel").click().run()
    assert "Stopping" in labels_of(app)
    go.set()
    app = finish(app)
    assert "cancelled" in app.info[0].value
    assert not app.error, "it was wanted"
    assert current(app).segmentation is None
    assert "Segment liver and tumors" in labels_of(app)


def test_liver_is_shown_while_tumors_are_looked_for(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go = holding(monkeypatch, "tumor")
    app = button(opened, "Segment liver and tumors").click().run()
    assert reached.wait(PATIENCE)
    app = app.run()
    told = next(one.value for one in app.caption if "The liver is found" in one.value)
    assert float(re.sub(r"[^0-9.]", "", told.split("mL")[0])) == pytest.approx(
        scene.LIVER_ML, rel=0.05
    )
    shown = memory_of(app).get(MEMORIES, of="segment-viewer").scene
    assert max(shown.organ_mm2) > 0
    assert max(shown.tumor_mm2) == 0
    go.set()
    app = finish(app)
    assert not any("The liver is found" in one.value for one in app.caption)
    assert current(app).known.findings.lesions


def test_job_goes_on_while_another_page_is_open(
    opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go = holding(monkeypatch)
    app = button(opened, "Segment liver and tumors").click().run()
    assert reached.wait(PATIENCE)
    away = app.switch_page("pages/about/page.py").run()
    go.set()
    back = finish(away.switch_page("pages/segment/page.py").run())
    assert not back.exception
    assert current(back).findings is not None
