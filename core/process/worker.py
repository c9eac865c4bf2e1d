"""Hand functions to a child process and wait for what they give.

A process of its own, because Streamlit resets Keras after every run of a page, because its memory
goes back whole when it ends, and because what ends it leaves the server alone. It is a fresh
interpreter: a fork would copy locks that other threads hold, and `multiprocessing` would run the
server's main program, which is a page, once more.
"""

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Hashable
from contextlib import closing, suppress
from math import inf, isfinite
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic as clock
from typing import IO, Any

from core.errors import Cancelled, OutOfTime, ProcessEnded
from core.process.memory import free_mb
from core.process.message import read, unpacked, write

ROOT = Path(__file__).parents[2]
# How often a waiting asker looks whether it still wants the answer.
LOOK_SECONDS = 0.2
# Exit codes of what the system killed, and of C++ that was refused memory.
WANTED_MEMORY = (-9, -6)
# Exit code of what used up its processor time: SIGXCPU.
WANTED_TIME = -24
# Of processor time, on so many cores at once, beyond its time on the clock; only who outlives its
# asker gets to feel it.
MOST_CORES, SPARE_SECONDS = 4, 30

Progress = Callable[[Any], None]
# Whether the answer is no longer wanted.
Unwanted = Callable[[], bool]
Message = tuple[str, Any]


def never() -> bool:
    """Want no stop."""
    return False


class Worker:
    """A child process that stays until it is closed, or until what it does is stopped.

    It starts when it is first asked, so that only the first question waits for the libraries. Safe
    to use from several threads: who comes second waits. What is no longer wanted is ended with its
    process; the next question starts another.

    Parameters
    ----------
    work : what it works on, for its messages: “The … was cancelled”.
    memory_mb : most memory it may take, in 10⁶ bytes; None for as much as is free on the machine
        when it starts, `inf` for any.
    file_mb : largest file that it may write, in 10⁶ bytes.
    cpu_seconds : most processor time, of all questions together.
    """

    def __init__(
        self,
        work: str,
        memory_mb: float | None = None,
        file_mb: float = inf,
        cpu_seconds: float = inf,
    ) -> None:
        self._work = work
        self._memory_mb = memory_mb
        self._others = file_mb, cpu_seconds
        self._child: _Child | None = None
        self._turn = threading.Lock()

    def ask(
        self,
        function: Callable[..., Any],
        *arguments: Any,
        loaded: Hashable = None,
        seconds: float = inf,
        cancelled: Unwanted = never,
        progress: Progress | None = None,
    ) -> Any:
        """Return ``function(*arguments)`` as the process computes it.

        Parameters
        ----------
        function : of a module, by whose name the process finds it again.
        loaded : names what the function loads and keeps; where the process keeps something else,
            another one takes its place.
        seconds : most time from its turn on.
        cancelled : asked a few times a second.
        progress : is told whatever the function gives to its own keyword argument `progress`,
            which it gets where this is given.

        Raises
        ------
        Cancelled
            `cancelled` became True.
        OutOfTime
            `seconds` have passed.
        ProcessEnded
            The process crashed, or wanted more memory than it may have.
        HepatoScopeError
            The function raised it.
        RuntimeError
            The function raised something else; with its traceback as a note.
        """
        while not self._turn.acquire(timeout=LOOK_SECONDS):
            self._stop_if(cancelled)
        task, end = (function, arguments, progress is not None), clock() + seconds

        def told(kind: str, said: Any) -> None:
            if progress is not None and kind == "progress":
                progress(said)
            self._stop_if(cancelled)
            if clock() > end:
                stopped = f"The {self._work} was stopped after {seconds:.0f} seconds"
                raise OutOfTime(f"{stopped}; everything else stays.")

        try:
            before = self._child
            child, message, begun = self._answer(loaded, task, told)
            if message[0] == "ended" and child is before and not begun:
                # It was killed while nobody asked it anything.
                self.close()
                child, message, _ = self._answer(loaded, task, told)
        except BaseException:
            # Whatever it was at is of no use to the next asker.
            self.close()
            raise
        finally:
            self._turn.release()
        return self._taken(child, *message)

    @property
    def ready(self) -> bool:
        """Whether the process runs."""
        return self._child is not None and self._child.runs

    def holds(self, loaded: Hashable) -> bool:
        """Tell whether the process runs and keeps what `ask` was given under this name."""
        child = self._child
        return child is not None and child.runs and child.loaded == loaded

    @property
    def pid(self) -> int | None:
        """Number of the process; None where none runs."""
        return None if self._child is None else self._child.process.pid

    def close(self) -> None:
        """End the process."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _answer(
        self, loaded: Hashable, task: tuple[Any, ...], told: Callable[[str, Any], None]
    ) -> tuple["_Child", Message, bool]:
        """Hand a task over and wait for the last message; tells whether the task was begun."""
        child, begun = self._child_with(loaded), False
        child.send(task)
        while (message := child.receive())[0] in ("nothing", "begun", "progress"):
            begun = begun or message[0] == "begun"
            told(*message)
        return child, message, begun

    def _child_with(self, loaded: Hashable) -> "_Child":
        child = self._child
        if child is None or not child.runs or child.loaded != loaded:
            self.close()
            most = free_mb() if self._memory_mb is None else self._memory_mb
            try:
                self._child = child = _Child((inf if most is None else most, *self._others), loaded)
            except OSError as error:
                raise ProcessEnded(
                    f"The process of the {self._work} could not be started ({error.strerror}); "
                    "close other programs and try again."
                ) from error
        return child

    def _taken(self, child: "_Child", kind: str, said: Any) -> Any:
        if kind == "done":
            return said
        if kind == "raised":
            raise said
        code = None if kind == "memory" else child.process.wait()
        child.end()
        if code == WANTED_TIME:
            raise OutOfTime(f"The {self._work} took more processor time than it may; nothing came.")
        if code is None or code in WANTED_MEMORY:
            raise ProcessEnded(
                f"The process of the {self._work} has ended, most likely for want of memory; close "
                "other programs and try again."
            )
        raise ProcessEnded(
            f"The process of the {self._work} has crashed (exit code {code}); try again."
        )

    def _stop_if(self, cancelled: Unwanted) -> None:
        if cancelled():
            raise Cancelled(f"The {self._work} was cancelled; everything else stays.")


def run(
    function: Callable[..., Any],
    *arguments: Any,
    work: str,
    memory_mb: float | None = None,
    file_mb: float = inf,
    seconds: float = inf,
    cancelled: Unwanted = never,
    progress: Progress | None = None,
) -> Any:
    """Return ``function(*arguments)`` as a process of its own computes it, which then ends.

    Parameters, and what is raised, are those of `Worker` and of its `ask`.
    """
    with closing(Worker(work, memory_mb, file_mb, MOST_CORES * seconds + SPARE_SECONDS)) as worker:
        return worker.ask(
            function, *arguments, seconds=seconds, cancelled=cancelled, progress=progress
        )


class _Child:
    """A running `core.process.child`, what it keeps, and its messages as they come."""

    def __init__(self, limits: tuple[float, ...], loaded: Hashable) -> None:
        told = (f"{limit if isfinite(limit) else 0:.0f}" for limit in limits)
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self.loaded = loaded
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "core.process.child", *told],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._messages: SimpleQueue[Message] = SimpleQueue()
        threading.Thread(
            target=_listen, args=(self.process.stdout, self._messages), daemon=True
        ).start()

    @property
    def runs(self) -> bool:
        return self.process.poll() is None

    def send(self, task: tuple[Any, ...]) -> None:
        """Hand a task over; that the process has ended is told by its messages."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            write(self.process.stdin, task)

    def receive(self) -> Message:
        """Wait a moment for the next message; “nothing” where none came, “ended” at the last."""
        try:
            return self._messages.get(timeout=LOOK_SECONDS)
        except Empty:
            return "nothing", None

    def end(self) -> None:
        """End the process at once."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdin is not None
        # What was not sent yet has nowhere to go.
        with suppress(BrokenPipeError):
            self.process.stdin.close()


def _listen(stream: IO[bytes], messages: "SimpleQueue[Message]") -> None:
    """Take messages until the stream ends."""
    with stream:
        try:
            while True:
                messages.put(unpacked(read(stream)))
        except (EOFError, pickle.UnpicklingError, ValueError, OSError):
            messages.put(("ended", None))
