"""Who goes first: a thread that steps back takes nobody with it, and a child does."""

import os
import sys
import threading

import pytest

from core.process import run
from core.process.priority import CHILD, NETWORKS, step_back

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone")


def niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_only_the_thread_that_steps_back_does_and_never_forward() -> None:
    told: list[int] = []

    def work() -> None:
        for asked in (NETWORKS, CHILD):
            step_back(asked)
            told.append(niceness())

    before = niceness()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert told == [max(before, NETWORKS)] * 2
    assert niceness() == before


def test_child_lets_the_server_go_first() -> None:
    assert run(os.nice, 0, work="question") == max(os.nice(0), CHILD)
