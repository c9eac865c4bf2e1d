"""Read what nobody vouches for: in a process of its own, within limits, told in a sentence.

A crash, a hang or a flood there ends that process and nothing else, and its memory goes back whole.
"""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from core.errors import HepatoScopeError, OutOfTime, ProcessEnded, UnreadableScan
from core.io.limits import READING_FILE_MB, READING_MB, READING_SECONDS
from core.io.reading import read
from core.process import Unwanted, never, run
from core.process.scratch import scratch
from core.volume import Volume

T = TypeVar("T")
# Of the system, not of what is in the file.
CLOSED = ("PermissionError", "OSError", "FileNotFoundError", "IsADirectoryError", "TimeoutError")


@dataclass(frozen=True)
class Bounds:
    """What reading may take: memory and one file in 10⁶ bytes, and time in seconds."""

    memory_mb: float
    file_mb: float
    seconds: float


SCAN = Bounds(READING_MB, READING_FILE_MB, READING_SECONDS)


def read_apart(path: Path, series: str | None = None, cancelled: Unwanted = never) -> Volume:
    """Read a scan as `core.io.read` does, apart."""
    return apart(read, path, series, name=path.name, cancelled=cancelled)


def apart(
    function: Callable[..., T],
    *arguments: Any,
    name: str,
    bounds: Bounds = SCAN,
    cancelled: Unwanted = never,
) -> T:
    """Return ``function(*arguments)`` as a process of its own computes it.

    Parameters
    ----------
    function : of a module, which reads a file; raises HepatoScopeError for what it knows.
    name : of the file, for messages.

    Raises
    ------
    UnreadableScan : it crashed, took more than it may, or met damage that it does not know.
    HepatoScopeError : as the function raised it.
    """
    with scratch() as folder:
        try:
            found: T = run(
                within, folder, function, arguments,
                work=f"Reading of “{name}”", memory_mb=bounds.memory_mb, file_mb=bounds.file_mb,
                seconds=bounds.seconds, cancelled=cancelled,
            )  # fmt: skip
            return found
        except (ProcessEnded, OutOfTime) as error:
            raise UnreadableScan(
                f"“{name}” took more memory or time than reading a scan may "
                f"({bounds.memory_mb / 1000:g} GB, {bounds.seconds:g} s), or broke what reads it; "
                "export it again, or choose another file."
            ) from error
        except HepatoScopeError:
            raise
        except RuntimeError as error:
            kind, _, why = str(error).partition(":")
            if kind in CLOSED:
                raise UnreadableScan(
                    f"“{name}” cannot be opened ({why.strip():.120}); check who may read it, and "
                    "the disk that it is on."
                ) from error
            raise UnreadableScan(
                f"“{name}” is damaged in a way that is not known here ({kind}); export it again."
            ) from error


def within(folder: Path, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Call a function whose temporary files lie in `folder`, which its asker removes."""
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    return function(*arguments)
