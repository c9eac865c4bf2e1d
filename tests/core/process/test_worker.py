"""A child process: what it answers, how it fails, how it is stopped, and that nothing stays."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import BadCheckpoint, Cancelled, OutOfTime, ProcessEnded
from core.process import Worker, run

ROOT = Path(__file__).parents[3]
Progress = Callable[[float], None]
# What a server does that asks and is then killed.
ASKER = """
import sys
from core.process import Worker
from tests.core.process.test_worker import wait
Worker("test").ask(wait, progress=lambda pid: print(pid, flush=True))
"""


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker("explanation")
    yield worker
    worker.close()


def square(value: int) -> int:
    print("libraries print what they like")
    return value**2


def halve(value: int, progress: Progress) -> float:
    progress(0.5)
    return value / 2


def refuse() -> None:
    raise BadCheckpoint("This cannot be explained; choose something else.")


class Odd(Exception):
    """An error of a library that must not be loaded to be told of."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} is not {other}")


def fail() -> None:
    raise Odd(1, 2)


def wait(progress: Progress) -> None:
    progress(os.getpid())
    time.sleep(60)


def end(number: int) -> None:
    os.kill(os.getpid(), number)


def take(megabytes: int) -> int:
    return len(bytearray(megabytes * 1_000_000))


def unanswerable() -> object:
    return lambda: 0


def process_id() -> int:
    return os.getpid()


def runs(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(pid: int, within: float = 5.0) -> bool:
    end = time.monotonic() + within
    while runs(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not runs(pid)


def test_answer_and_progress_come_back_and_the_process_stays(worker: Worker) -> None:
    told: list[float] = []
    assert worker.ask(halve, 7, progress=told.append) == 3.5
    assert told == [0.5]
    assert worker.ready
    pid = worker.pid
    assert worker.ask(square, 3) == 9
    assert worker.pid == pid


def test_plain_call_runs_in_a_process_of_its_own_that_is_gone_after_it() -> None:
    pid = run(process_id, work="test")
    assert pid != os.getpid()
    assert not runs(pid)


def test_error_for_the_user_crosses_as_it_is_and_the_process_stays(worker: Worker) -> None:
    with pytest.raises(BadCheckpoint, match=r"^This cannot be explained; choose something else\.$"):
        worker.ask(refuse)
    pid = worker.pid
    assert worker.ask(process_id) == pid


def test_any_other_error_crosses_by_name_with_its_traceback(worker: Worker) -> None:
    with pytest.raises(RuntimeError, match="Odd: 1 is not 2") as told:
        worker.ask(fail)
    assert "in fail" in told.value.__notes__[0]
    with pytest.raises(RuntimeError, match="lambda"):
        worker.ask(unanswerable)
    assert worker.ask(square, 2) == 4


def test_late_written_text_crosses_with_its_error() -> None:
    with pytest.raises(OutOfTime) as told:
        run(raise_late, work="test")
    assert told.value.written == "so far"


def raise_late() -> None:
    raise OutOfTime("Too late.", "so far")


def test_unwanted_answer_is_cancelled_and_the_next_one_comes(worker: Worker) -> None:
    begun = threading.Event()
    pids: list[float] = []

    def note(pid: float) -> None:
        pids.append(pid)
        begun.set()

    with pytest.raises(Cancelled, match="The explanation was cancelled"):
        worker.ask(wait, progress=note, cancelled=begun.is_set)
    assert not runs(int(pids[0]))
    assert worker.ask(square, 4) == 16


def test_waiting_for_another_is_cancelled_and_the_other_goes_on(worker: Worker) -> None:
    begun, stop = threading.Event(), threading.Event()

    def other() -> None:
        with pytest.raises(Cancelled):
            worker.ask(wait, progress=lambda pid: begun.set(), cancelled=stop.is_set)

    thread = threading.Thread(target=other)
    thread.start()
    assert begun.wait(30)
    with pytest.raises(Cancelled):
        worker.ask(square, 4, cancelled=lambda: True)
    assert worker.ready
    stop.set()
    thread.join(30)
    assert not thread.is_alive()


def test_time_that_runs_out_ends_it_and_the_next_one_comes(worker: Worker) -> None:
    pids: list[float] = []
    with pytest.raises(OutOfTime, match="The explanation was stopped after 1 seconds"):
        worker.ask(wait, seconds=1, progress=pids.append)
    assert not any(runs(int(pid)) for pid in pids)
    assert worker.ask(square, 4) == 16


@pytest.mark.parametrize(
    ("number", "told"),
    [(signal.SIGKILL, "for want of memory"), (signal.SIGSEGV, "has crashed")],
)
def test_process_that_died_is_told_in_a_sentence_and_another_starts(
    worker: Worker, number: int, told: str
) -> None:
    with pytest.raises(ProcessEnded, match=told):
        worker.ask(end, number)
    assert worker.ask(square, 5) == 25


def test_machine_without_room_for_a_process_is_told_in_a_sentence(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", full)
        with pytest.raises(ProcessEnded, match="could not be started"):
            worker.ask(square, 5)
    assert worker.ask(square, 5) == 25


def test_process_killed_while_it_was_idle_is_replaced(worker: Worker) -> None:
    pid = worker.ask(process_id)
    os.kill(pid, signal.SIGKILL)
    assert gone(pid)
    assert worker.ask(square, 5) == 25


def test_process_that_dies_as_it_is_asked_is_replaced_but_not_one_that_dies_at_work(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = worker.ask(process_id)
    os.kill(pid, signal.SIGKILL)
    # The system has not said yet that it ended.
    monkeypatch.setattr(type(worker._child), "runs", True)
    assert worker.ask(square, 5) == 25
    with pytest.raises(ProcessEnded):
        worker.ask(os._exit, 3)


@pytest.mark.skipif(sys.platform != "linux", reason="limited by Linux alone")
def test_memory_beyond_the_limit_is_refused_in_a_sentence() -> None:
    assert run(take, 300, work="test", memory_mb=600) == 300_000_000
    with pytest.raises(ProcessEnded, match=r"process of the test .* for want of memory"):
        run(take, 900, work="test", memory_mb=600)


@pytest.mark.skipif(sys.platform != "linux", reason="limited by Linux alone")
def test_what_is_free_is_the_limit_unless_another_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.process.worker.free_mb", lambda: 600.0)
    with pytest.raises(ProcessEnded):
        run(take, 900, work="test")
    assert run(take, 900, work="test", memory_mb=float("inf")) == 900_000_000
    monkeypatch.setattr("core.process.worker.free_mb", lambda: None)
    assert run(take, 900, work="test") == 900_000_000


def test_process_that_keeps_something_else_gives_way(worker: Worker) -> None:
    first = worker.ask(process_id, loaded="one")
    assert worker.holds("one")
    assert worker.ask(process_id, loaded="one") == first
    second = worker.ask(process_id, loaded="other")
    assert second != first
    assert not runs(first)
    assert (worker.holds("one"), worker.holds("other")) == (False, True)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_busy_process_ends_with_the_one_that_asked() -> None:
    asker = subprocess.Popen(
        [sys.executable, "-c", ASKER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert asker.stdout is not None
    with asker.stdout:
        pid = int(asker.stdout.readline())
    assert runs(pid)
    asker.kill()
    asker.wait()
    assert gone(pid)
