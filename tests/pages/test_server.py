"""What the server does between visits, and what it drops of a page that was left."""

import gc
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from weakref import ref

import pytest

from core.study import Study
from core.volume import Volume
from pages.common import jobs, memory, server
from pages.common.jobs import LEFT_SECONDS, Job
from pages.common.memory import BYTES_A_VOXEL, Memory, has_room
from pages.common.queues import Line, Uses
from pages.common.server import KEPT_SECONDS, Housekeeping, is_left


class Sessions:
    """Streamlit's manager, as far as it is asked."""

    def __init__(self, *stored: str) -> None:
        self.stored = list(stored)
        self._session_storage = self

    def list(self) -> Any:
        return [
            SimpleNamespace(session=SimpleNamespace(id=name, session_state={"memory": name}))
            for name in self.stored
        ]

    def close_session(self, name: str) -> None:
        self.stored.remove(name)


def job_of(visitor: Memory) -> Job:
    return Job("Segmenting", (), lambda *_: None, print, Uses.NETWORKS, visitor=ref(visitor))


def test_session_without_a_browser_is_closed_in_the_time_that_the_page_states(
    scan: Volume,
) -> None:
    sessions = Sessions("left")
    visitor, other = Memory(session="left"), Memory(session="here")
    for one in (visitor, other):
        one.open(Study(scan, ()))
    house = Housekeeping(sessions)
    house.close_left(0.0)
    house.close_left(KEPT_SECONDS - 1)
    assert sessions.stored == ["left"]
    house.close_left(KEPT_SECONDS)
    assert sessions.stored == []
    assert not visitor.cases, "whoever still holds the session holds no scan"
    assert not visitor.kept
    assert other.cases


def test_session_that_came_back_begins_anew() -> None:
    sessions = Sessions("reloaded")
    house = Housekeeping(sessions)
    house.close_left(0.0)
    sessions.stored.remove("reloaded")
    house.close_left(KEPT_SECONDS - 1)
    sessions.stored.append("reloaded")
    house.close_left(KEPT_SECONDS)
    assert sessions.stored == ["reloaded"]


def test_memory_is_given_back_once_nobody_works(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(server, "give_back", lambda: done.append("memory"))
    monkeypatch.setattr(server, "forget", lambda: done.append("networks"))
    monkeypatch.setattr(server, "EVERY", ())
    house = Housekeeping(Sessions())
    house.tidy(house._worked + 1, works=False)
    assert done == [], "nobody left, nobody worked"
    house.tidy(house._worked + 1, works=True)
    assert done == []
    house.tidy(house._worked + 1, works=False)
    assert done == ["memory"]
    house.tidy(house._worked + server.IDLE_SECONDS, works=False)
    assert done == ["memory", "networks", "memory"]
    house.tidy(house._worked + server.IDLE_SECONDS + 5, works=False)
    assert len(done) == 3, "once is enough"


def test_networks_stay_loaded_for_who_has_a_scan_open(
    scan: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(server, "give_back", lambda: None)
    monkeypatch.setattr(server, "forget", lambda: done.append("networks"))
    visitor = Memory()
    visitor.open(Study(scan, ()))
    monkeypatch.setattr(server, "EVERY", {visitor})
    house = Housekeeping(Sessions())
    house.tidy(0.0, works=True)
    house.tidy(server.IDLE_SECONDS, works=False)
    assert not done
    visitor.empty()
    house.tidy(server.IDLE_SECONDS + 5, works=False)
    assert done == ["networks"]


@pytest.mark.parametrize("active", [True, False])
def test_work_of_who_left_is_cancelled_and_of_who_reloads_is_not(
    monkeypatch: pytest.MonkeyPatch, active: bool
) -> None:
    visitor = Memory(session="tab")
    job = job_of(visitor)
    here = {"tab": False}
    monkeypatch.setattr(jobs, "is_active", here.__getitem__)
    job.cancel_if_left(0.0)
    here["tab"] = active
    job.cancel_if_left(LEFT_SECONDS - 1)
    here["tab"] = False
    job.cancel_if_left(LEFT_SECONDS)
    assert job.stopping is not active


def test_work_of_a_visit_that_is_forgotten_is_cancelled() -> None:
    visitor = Memory(session="tab")
    job = job_of(visitor)
    del visitor
    gc.collect()
    job.cancel_if_left(0.0)
    assert job.stopping


def test_who_waits_behind_work_that_was_left_gets_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    def until_cancelled(_: Any, cancelled: Callable[[], bool]) -> None:
        while not cancelled():
            threading.Event().wait(0.01)

    line, visitor = Line(1, 1), Memory(session="gone")
    monkeypatch.setattr(jobs, "is_active", lambda session: False)
    monkeypatch.setattr(server, "lines", lambda: {Uses.NETWORKS: line})
    left = job_of(visitor)
    left.work = until_cancelled
    behind = Job("Segmenting", (), lambda *_: "done", print, Uses.NETWORKS)
    for job in (left, behind):
        assert line.join(job)
        threading.Thread(target=job.run, args=(line,), daemon=True).start()
    house = Housekeeping(Sessions())
    assert house.cancel_left(0.0)
    house.cancel_left(LEFT_SECONDS)
    assert behind.wait(20)
    assert behind.result == "done"


def test_scans_of_all_visitors_share_one_budget(
    scan: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "EVERY", set())
    one = Memory()
    memory.EVERY.add(one)
    voxels = scan.hu.size
    monkeypatch.setattr(memory, "budget_bytes", lambda: 2 * BYTES_A_VOXEL * voxels)
    assert has_room(2 * voxels)
    one.open(Study(scan, ()))
    assert has_room(voxels)
    assert not has_room(2 * voxels)
    one.close(scan.digest)
    assert has_room(2 * voxels)


def test_budget_is_the_hosts_or_a_share_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "whole_mb", lambda: 1000.0)
    assert memory.budget_bytes() == 400_000_000
    monkeypatch.setenv(memory.BUDGET, "250")
    assert memory.budget_bytes() == 250_000_000


@pytest.mark.parametrize(
    ("wanted", "asked", "dropped"),
    [("report", "segment", True), ("segment", "segment", False), ("", "segment", False)],
)
def test_request_of_a_page_that_was_left_is_dropped(wanted: str, asked: str, dropped: bool) -> None:
    assert is_left(wanted, SimpleNamespace(page_script_hash=asked)) is dropped
