"""A process beside the server: what it answers, how it fails, and how it is stopped."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from core.errors import Cancelled, HepatoScopeError
from core.process.desk import Desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.close()


def square(value: int, progress: Callable[[float], None]) -> int:
    progress(0.5)
    print("libraries print what they like")
    return value**2


def refuse(progress: Callable[[float], None]) -> None:
    raise HepatoScopeError("This cannot be explained; choose something else.")


def sleep(progress: Callable[[float], None]) -> None:
    progress(0.1)
    time.sleep(60)


def end(progress: Callable[[float], None]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_answer_and_progress_come_back_and_the_process_stays(desk: Desk) -> None:
    told: list[float] = []
    assert desk.ask(square, 7, progress=told.append) == 49
    assert told == [0.5]
    assert desk.ready
    assert desk.ask(square, 3) == 9


def test_error_of_the_function_is_raised_here_and_the_process_stays(desk: Desk) -> None:
    with pytest.raises(HepatoScopeError, match="cannot be explained"):
        desk.ask(refuse)
    assert desk.ask(square, 2) == 4


def test_unwanted_answer_is_cancelled_and_the_next_one_comes(desk: Desk) -> None:
    begun = threading.Event()
    with pytest.raises(Cancelled, match="The explanation was cancelled"):
        desk.ask(sleep, progress=lambda share: begun.set(), cancelled=begun.is_set)
    assert desk.ask(square, 4) == 16


def test_process_that_was_killed_is_told_in_a_sentence(desk: Desk) -> None:
    with pytest.raises(HepatoScopeError, match="for want of memory"):
        desk.ask(end)
    assert desk.ask(square, 5) == 25
