"""Temporary folders that are known as ours, so that what a crash leaves is found and cleared."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory, gettempdir, mkdtemp
from time import time

from core.errors import NoRoom

PREFIX = "hepatoscope-"
OURS = re.compile(rf"{PREFIX}(\d+)-")
# What is older was left by another process of this number.
STARTED = time()
# No space, quota used up, larger than a file may be, not to be written to.
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES}


@contextmanager
def scratch() -> Iterator[Path]:
    """Give a folder for as long as the block takes.

    Raises NoRoom where the block, or this, cannot write to a disk.
    """
    try:
        with TemporaryDirectory(prefix=_prefix(), ignore_cleanup_errors=True) as name:
            yield Path(name)
    except OSError as error:
        raise (no_room(error) or error) from error


def lasting_scratch() -> Path:
    """Make a folder that whoever asks removes; raises NoRoom where there is no room for it."""
    try:
        return Path(mkdtemp(prefix=_prefix()))
    except OSError as error:
        raise (no_room(error) or error) from error


def no_room(error: BaseException) -> NoRoom | None:
    """Make of an error of a temporary folder what to tell; None where it is about something else.

    That a file is refused its size counts too, whichever limit refused it.
    """
    if not isinstance(error, OSError) or error.errno not in NO_ROOM:
        return None
    return NoRoom(
        f"The temporary folder of this machine takes no more ({os.strerror(error.errno)}); make "
        "room there, or set TMPDIR to a folder with room."
    )


def clear_left() -> int:
    """Remove folders of processes that are no more; returns how many.

    For the start of a server: folders that bear its own number are of another one before it, as
    happens where a container starts again.
    """
    cleared = 0
    for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
        owner = OURS.match(folder.name)
        if folder.is_dir() and owner and _is_left(folder, int(owner[1])):
            rmtree(folder, ignore_errors=True)
            cleared += not folder.exists()
    return cleared


def _prefix() -> str:
    return f"{PREFIX}{os.getpid()}-"


def _is_left(folder: Path, pid: int) -> bool:
    if pid == os.getpid():
        return folder.stat().st_mtime < STARTED
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # It runs, for another user.
    except PermissionError:
        return False
    return False
