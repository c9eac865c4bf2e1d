"""The desk: a process beside the server that has the heavy libraries, and answers one at a time.

A process of its own, because Streamlit resets Keras after every run of a page, because its
memory goes back whole when it ends, and because what ends it leaves the server alone. It starts
when it is first needed and stays until it is closed, so that only the first question waits for
the libraries.
"""

import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from core.errors import Cancelled, HepatoScopeError

ROOT = Path(__file__).parents[1]
# How often a waiting asker looks whether it still wants the answer.
LOOK_SECONDS = 0.2

Progress = Callable[[Any], None]


@dataclass(frozen=True)
class Failed:
    """What the process answers where a function raised."""

    error: Exception


class Desk:
    """Hands functions of `core` to the process and waits for what they give.

    Safe to use from several threads: who comes second waits. A function that is no longer wanted
    is ended with its process; the next one starts another.

    Parameters
    ----------
    work : what it works on, for its messages: “The … was cancelled”.
    """

    def __init__(self, work: str = "explanation") -> None:
        self._work = work
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def ask(
        self,
        function: Callable[..., Any],
        *arguments: Any,
        progress: Progress = lambda told: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Any:
        """Return ``function(*arguments, progress)`` as the process computes it.

        Parameters
        ----------
        function : of a module, by whose name it can be found again.
        progress : is told, in another thread, whatever the function gives to its own `progress`.

        Raises
        ------
        Cancelled
            `cancelled` became True.
        HepatoScopeError
            The function raised it, or the process ended, as it does where memory is short.
        """
        while not self._turn.acquire(timeout=LOOK_SECONDS):
            self._stop_if(cancelled)
        try:
            return self._exchange((function, arguments), progress, cancelled)
        finally:
            self._turn.release()

    @property
    def ready(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Number of the process; None where none runs."""
        return self._process.pid if self._process is not None else None

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            # What was not sent yet has nowhere to go.
            with suppress(BrokenPipeError):
                stream.close()

    def _exchange(
        self, task: tuple[Any, ...], progress: Progress, cancelled: Callable[[], bool]
    ) -> Any:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        answers: list[Any] = []
        reader = threading.Thread(
            target=_read, args=(process.stdout, progress, answers), daemon=True
        )
        try:
            pickle.dump(task, process.stdin)
            process.stdin.flush()
            reader.start()
            while reader.is_alive():
                reader.join(LOOK_SECONDS)
                self._stop_if(cancelled)
        except BaseException:
            # Whatever it was at is of no use to the next asker.
            process.kill()
            if reader.is_alive():
                reader.join()
            self.close()
            raise
        kind, answer = answers[0] if answers else ("ended", None)
        if kind == "ended":
            self.close()
            raise HepatoScopeError(
                f"The process of the {self._work} has ended, most likely for want of memory; close "
                "other programs and try again."
            )
        if isinstance(answer, Failed):
            raise answer.error
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if not self.ready:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "core.process.desk_process"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        assert self._process is not None
        return self._process

    def _stop_if(self, cancelled: Callable[[], bool]) -> None:
        if cancelled():
            raise Cancelled(f"The {self._work} was cancelled; everything else stays.")


def _read(stream: IO[bytes], progress: Progress, answers: list[Any]) -> None:
    """Take messages until one is an answer, or the stream ends."""
    try:
        while (message := pickle.load(stream))[0] == "progress":
            progress(message[1])
    except (EOFError, pickle.UnpicklingError, ValueError, OSError):
        return
    answers.append(message)
