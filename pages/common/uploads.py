"""What a visitor uploads: taken once, and dropped from the server's memory at once."""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any
from weakref import finalize

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import DeletedFile

from core.errors import HepatoScopeError
from core.io.apart import read_apart
from core.process.scratch import lasting_scratch, scratch
from core.saved import is_saved
from core.volume import Volume, unnamed
from pages.common.memory import Slot
from pages.common.session import notify

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

Files = Sequence["UploadedFile"]
ENDING = re.compile(r"(?:\.[A-Za-z]{2,5}){1,2}$")
TAKEN = Slot[int]("uploads-taken", keep=8)


@dataclass(frozen=True, eq=False)
class UploadedStudy:
    """Uploaded files in a folder of their own, which goes when nobody has them any more."""

    paths: tuple[Path, ...]

    @staticmethod
    def of(files: Files) -> "UploadedStudy":
        """Write the files down."""
        folder = lasting_scratch()
        study = UploadedStudy(tuple(_saved(files, folder)))
        finalize(study, rmtree, folder, ignore_errors=True)
        return study


FILES = Slot[UploadedStudy]("uploaded-study")
# Of a scan that came as one file, and what it is called unless the visitor wants that name shown.
FILE_NAME = Slot[tuple[str, str]]("file-name")
MOST_LETTERS = 120


def upload(
    label: str,
    name: str,
    take: Callable[[Files], None],
    refuse: Callable[[str], None] = notify,
    **look: Any,
) -> None:
    """Offer an upload, which `take` gets; where it raises HepatoScopeError, `refuse` is told why.

    Parameters
    ----------
    name : of the uploader. It gets a new key after each upload: that drops the bytes that the
        server holds.
    look : what `st.file_uploader` takes beside.
    """
    key = f"{name}-{TAKEN.get(of=name) or 0}"
    st.file_uploader(label, key=key, on_change=_take, args=(key, name, take, refuse), **look)


def _take(
    key: str, name: str, take: Callable[[Files], None], refuse: Callable[[str], None]
) -> None:
    given = st.session_state.get(key)
    if not given:
        return
    files = given if isinstance(given, list) else [given]
    # A rerun that was under way tells of files once more that were taken, and dropped, meanwhile.
    if any(isinstance(file, DeletedFile) for file in files):
        return
    TAKEN.put((TAKEN.get(of=name) or 0) + 1, of=name)
    try:
        with st.spinner(f"Reading {files[0].name if len(files) == 1 else f'{len(files)} files'}"):
            take(files)
    except HepatoScopeError as error:
        refuse(_named(str(error), files))
    # Whatever else it is, the visitor loses nothing that is open, and the host's log has it whole.
    except Exception:
        logging.getLogger(__name__).exception("an upload was not read")
        refuse("This file could not be read, for a reason that is not known here; try another.")


def _named(message: str, files: Files) -> str:
    """Name files as the visitor does, who alone sees it."""
    for number, file in enumerate(files):
        message = message.replace(_stored_name(number, file), file.name[:MOST_LETTERS])
    return message


def take_scan(
    files: Files, on_scan: Callable[[Volume], None], on_session: Callable[[Path], None]
) -> None:
    """Read uploaded files: those of a scan, or a session that was saved.

    Files that hold further series stay for as long as the case is open, for another choice.
    """
    study = UploadedStudy.of(files)
    if len(study.paths) == 1 and is_saved(study.paths[0]):
        on_session(study.paths[0])
        return
    volume = _read(study.paths)
    on_scan(volume)
    if len(files) == 1:
        FILE_NAME.put((files[0].name[:MOST_LETTERS], volume.source), volume.digest)
    if len(volume.series) > 1:
        FILES.put(study, volume.digest)


def read_series(study: "UploadedStudy", key: str) -> Volume:
    """Read another series of files that were uploaded."""
    return _read(study.paths, key)


def read_scan(files: Files) -> Volume:
    """Read uploaded files: one that holds a scan, or all of a series."""
    with saved(files) as paths:
        return _read(paths)


def _read(paths: Sequence[Path], series: str | None = None) -> Volume:
    return unnamed(read_apart(paths[0] if len(paths) == 1 else paths[0].parent, series))


@contextmanager
def saved(files: Files) -> Iterator[list[Path]]:
    """Keep uploaded files in a folder of their own for as long as the block takes."""
    with scratch() as folder:
        yield _saved(files, folder)


def _saved(files: Files, folder: Path) -> list[Path]:
    paths = []
    for number, file in enumerate(files):
        paths.append(folder / _stored_name(number, file))
        paths[-1].write_bytes(file.getbuffer())
        _drop(file)
    return paths


def _drop(file: "UploadedFile") -> None:
    """Let the server forget the bytes of a file that was written down."""
    context = get_script_run_ctx()
    manager = None if context is None else context.uploaded_file_mgr
    if context is not None and isinstance(manager, MemoryUploadedFileManager):
        manager.remove_file(context.session_id, file.file_id)


def _stored_name(number: int, file: "UploadedFile") -> str:
    # Of a name only its ending says something here; the rest may be a patient's, or anything.
    ending = ENDING.search(file.name)
    return f"upload-{number:05}{ending[0].lower() if ending else ''}"
