"""Segmentations that run beside the page: progress, cancelling, taking turns."""

import threading
from typing import Any

import pytest

from core.cascade.networks import Networks
from core.cascade.segmentation import STAGES
from core.errors import Cancelled
from core.presets import PAPER
from core.study import Study
from core.volume import Volume
from pages.common.jobs import Job, segmentation_job
from tests import scene
from tests.pages.conftest import button, current, finish, labels_of

PATIENCE = 20


@pytest.fixture
def case(scan: Volume) -> Study:
    return Study(scan, ())


def running(job: Job, turn: threading.Lock) -> threading.Thread:
    thread = threading.Thread(target=job.run, args=(turn,), daemon=True)
    thread.start()
    return thread


def holding(
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[threading.Event, threading.Event]:
    """Hold the liver network until told to go on: (it was reached, let it go)."""
    reached, go = threading.Event(), threading.Event()
    plain = scene.fake_networks()

    def liver(images: Any) -> Any:
        reached.set()
        assert go.wait(PATIENCE)
        return plain.liver(images)

    networks = Networks(liver, plain.tumor, plain.digests)
    monkeypatch.setattr("core.cascade.segmentation.load_networks", lambda preset: networks)
    return reached, go


def test_job_tells_every_stage_and_measures(case: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "core.cascade.segmentation.load_networks", lambda preset: scene.fake_networks()
    )
    job = segmentation_job(case, PAPER)
    job.run(threading.Lock())
    assert job.done
    assert job.fractions == dict.fromkeys(STAGES, 1.0)
    study = job.result.known
    assert study.segmentation.preset == "paper"
    assert len(study.findings.lesions) == 1


def test_cancelled_job_stops_at_its_next_batch(
    case: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go = holding(monkeypatch)
    job = segmentation_job(case, PAPER)
    running(job, threading.Lock())
    assert reached.wait(PATIENCE)
    job.cancel()
    go.set()
    assert job.wait(PATIENCE)
    assert isinstance(job.error, Cancelled)
    assert job.result is None
    assert STAGES[-1] not in job.fractions


def test_one_job_runs_at_a_time_and_the_waiting_one_can_be_cancelled(case: Study) -> None:
    turn = threading.Lock()
    job = segmentation_job(case, PAPER)
    with turn:
        running(job, turn)
        job.cancel()
        assert job.wait(PATIENCE)
        assert isinstance(job.error, Cancelled)
        assert not job.fractions
    assert turn.acquire(blocking=False)


def test_any_work_runs_as_a_job_and_its_result_waits_for_the_page() -> None:
    def work(progress: Any, cancelled: Any) -> int:
        progress("Counting", 1.0)
        return 42

    taken: list[int] = []
    job = Job("Counting", ("Counting",), work, taken.append)
    job.run(threading.Lock())
    assert job.fractions == {"Counting": 1.0}
    assert (job.result, taken) == (42, [])


def test_failed_job_gives_its_turn_back(case: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.cascade.segmentation.load_networks", lambda preset: 1 / 0)
    turn = threading.Lock()
    job = segmentation_job(case, PAPER)
    job.run(turn)
    assert isinstance(job.error, ZeroDivisionError)
    assert turn.acquire(blocking=False)


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
    assert "cancelled" in app.error[0].value
    assert current(app).segmentation is None
    assert "Segment liver and tumors" in labels_of(app)


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
