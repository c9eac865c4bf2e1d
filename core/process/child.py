"""What runs in the child: ``python -m core.process.child MEMORY_MB FILE_MB CPU_SECONDS``.

Each is a limit, 0 for none. Takes ``(function, arguments, whether it tells its progress)`` on
standard input. Answers on standard output with ``("begun", None)``, ``("progress", told)`` and at
last with ``("done", result)``, ``("raised", error)`` or ``("memory", None)``. It ends as soon as
nobody is there to ask.

It bounds what foreign code may take and crash. It runs as the same user: it is no sandbox.
"""

import os
import sys
import threading
import traceback
from queue import SimpleQueue
from typing import IO, Any

from core.errors import HepatoScopeError
from core.process.memory import MB, is_of_memory
from core.process.message import Packed, read, unpacked, write
from core.process.priority import CHILD, step_back


def serve(tasks: IO[bytes], answers: IO[bytes]) -> None:
    """Answer tasks one after the other."""
    waiting: SimpleQueue[Packed] = SimpleQueue()
    threading.Thread(target=_take, args=(tasks, waiting), daemon=True).start()

    def tell(kind: str, what: Any) -> None:
        write(answers, (kind, what))

    while True:
        try:
            packed = waiting.get()
            tell("begun", None)
            function, arguments, tells = unpacked(packed)
            options = {"progress": lambda told: tell("progress", told)} if tells else {}
            tell("done", function(*arguments, **options))
        # Carried to the asker, who knows what to do with it.
        except Exception as error:
            refused = is_of_memory(error) and not isinstance(error, HepatoScopeError)
            tell(*(("memory", None) if refused else ("raised", _portable(error))))


def limit_memory(most_mb: float) -> None:
    """Let this process take no more than `most_mb` · 10⁶ bytes, where the system can.

    Counted is what may be written to, as Linux does it for RLIMIT_DATA: address space that is only
    reserved and files that are only mapped, of which TensorFlow, OpenVINO and PyTorch have more
    than they use, are not.
    """
    _limit("RLIMIT_DATA", most_mb * MB)


def limit_files(most_mb: float) -> None:
    """Let this process write no file larger than `most_mb` · 10⁶ bytes: more is an OSError."""
    _limit("RLIMIT_FSIZE", most_mb * MB)


def limit_processor(most_seconds: float) -> None:
    """End this process where it takes more processor time, though nobody is there to end it."""
    _limit("RLIMIT_CPU", most_seconds)


def _limit(name: str, most: float) -> None:
    if sys.platform == "win32":
        return
    import resource

    which = getattr(resource, name)
    _, hard = resource.getrlimit(which)
    allowed = int(most) if hard == resource.RLIM_INFINITY else min(int(most), hard)
    resource.setrlimit(which, (allowed, hard))


def _take(tasks: IO[bytes], waiting: "SimpleQueue[Packed]") -> None:
    """Pass tasks on until the asker closes the stream or is no more; then end the process."""
    while True:
        try:
            waiting.put(read(tasks))
        except EOFError:
            os._exit(0)


def _portable(error: Exception) -> Exception:
    """Give what the asker can read: unpickling a library's error would load that library there."""
    if isinstance(error, HepatoScopeError):
        return error
    crossing = RuntimeError(f"{type(error).__name__}: {error}")
    crossing.add_note("".join(traceback.format_exception(error)))
    return crossing


if __name__ == "__main__":
    step_back(CHILD)
    limits = (limit_memory, limit_files, limit_processor)
    for limit, told in zip(limits, sys.argv[1:], strict=True):
        if most := float(told):
            limit(most)
    # Results go out by the first standard output; what libraries print must not get between.
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, results)
