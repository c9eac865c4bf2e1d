"""What a visitor uploads: taken once, and dropped from the server's memory at once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.errors import HepatoScopeError
from core.io import read
from core.saved import is_saved
from core.volume import Volume
from pages.common.memory import Slot
from pages.common.session import notify

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

Files = Sequence["UploadedFile"]
TAKEN = Slot[int]("uploads-taken", keep=8)


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
    TAKEN.put((TAKEN.get(of=name) or 0) + 1, of=name)
    try:
        with st.spinner(f"Reading {files[0].name if len(files) == 1 else f'{len(files)} files'}"):
            take(files)
    except HepatoScopeError as error:
        refuse(str(error))


def take_scan(
    files: Files, on_scan: Callable[[Volume], None], on_session: Callable[[Path], None]
) -> None:
    """Read uploaded files: those of a scan, or a session that was saved."""
    with saved(files) as paths:
        if len(paths) == 1 and is_saved(paths[0]):
            on_session(paths[0])
        else:
            on_scan(_read(paths))


def read_scan(files: Files) -> Volume:
    """Read uploaded files: one that holds a scan, or all of a series."""
    with saved(files) as paths:
        return _read(paths)


def _read(paths: list[Path]) -> Volume:
    return read(paths[0] if len(paths) == 1 else paths[0].parent)


@contextmanager
def saved(files: Files) -> Iterator[list[Path]]:
    """Keep uploaded files in a folder of their own for as long as the block takes."""
    with TemporaryDirectory(prefix="hepatoscope-upload-") as folder:
        paths = []
        for number, file in enumerate(files):
            # Files of a series may share one name.
            prefix = f"{number:05}-" if len(files) > 1 else ""
            paths.append(Path(folder) / f"{prefix}{Path(file.name).name}")
            paths[-1].write_bytes(file.getbuffer())
        yield paths
