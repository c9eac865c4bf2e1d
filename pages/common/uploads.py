"""What a visitor uploads: taken once, and dropped from the server's memory at once."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING, Any
from weakref import finalize

import streamlit as st

from core.errors import HepatoScopeError
from core.io.apart import read_apart
from core.process.scratch import lasting_scratch, scratch
from core.saved import is_saved
from core.volume import Volume
from pages.common.memory import Slot
from pages.common.session import notify

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

Files = Sequence["UploadedFile"]
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
    """Read uploaded files: those of a scan, or a session that was saved.

    Files that hold further series stay for as long as the case is open, for another choice.
    """
    study = UploadedStudy.of(files)
    if len(study.paths) == 1 and is_saved(study.paths[0]):
        on_session(study.paths[0])
        return
    volume = _read(study.paths)
    on_scan(volume)
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
    return read_apart(paths[0] if len(paths) == 1 else paths[0].parent, series)


@contextmanager
def saved(files: Files) -> Iterator[list[Path]]:
    """Keep uploaded files in a folder of their own for as long as the block takes."""
    with scratch() as folder:
        yield _saved(files, folder)


def _saved(files: Files, folder: Path) -> list[Path]:
    paths = []
    for number, file in enumerate(files):
        # Files of a series may share one name.
        prefix = f"{number:05}-" if len(files) > 1 else ""
        paths.append(folder / f"{prefix}{Path(file.name).name}")
        paths[-1].write_bytes(file.getbuffer())
    return paths
