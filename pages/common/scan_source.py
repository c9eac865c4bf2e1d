"""Ways to open a scan: the demo, an upload, or one opened before in this session."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import streamlit as st

from core.errors import HepatoScopeError
from core.io import read
from core.phantom import make_phantom
from core.study import Study
from core.volume import Volume
from pages.common.frame import plain
from pages.common.memory import Slot
from pages.common.session import cases, choose, current_case, notify, open_volume

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

DEMO_SEED = 42
TAKEN = Slot[int]("uploads-taken", keep=8)
FORMATS = (
    "NIfTI (.nii, .nii.gz), a .zip with a DICOM series, or all files of a series at once. "
    "Your scan stays in this browser session and is gone when you close the page."
)


@st.cache_resource(max_entries=1, show_spinner=False)
def _demo() -> Volume:
    # The page says on its own that the case is synthetic.
    return replace(make_phantom(DEMO_SEED).volume, source="Demo case", notes=())


def case_header(case: Study) -> None:
    """Name the current case, say what it is, and offer others."""
    name, change = st.columns([4, 1], vertical_alignment="center")
    with name:
        synthetic = " :blue-badge[synthetic]" if case.volume.synthetic else ""
        st.subheader(plain(case.title) + synthetic, anchor=False)
        st.caption(_facts(case.volume))
    with change.popover("Another scan", icon=":material/folder_open:", width="stretch"):
        earlier_cases()
        demo_button("demo-again")
        uploader()


def _facts(volume: Volume) -> str:
    size = " × ".join(str(count) for count in volume.shape)
    step = " × ".join(f"{side:.2f}" for side in volume.spacing)
    drawn = "Drawn by HepatoScope: no patient was scanned. " if volume.synthetic else ""
    return f"{drawn}{size} voxels of {step} mm"


def open_demo() -> None:
    """Make the embedded synthetic case the current one."""
    with st.spinner("Making the synthetic demo case"):
        open_volume(_demo())


def demo_button(key: str) -> None:
    """Offer the demo case."""
    st.button(
        "Open the demo case",
        on_click=open_demo,
        type="primary",
        icon=":material/play_arrow:",
        key=key,
        width="stretch",
    )


def upload_key(name: str) -> str:
    """Give the uploader `name` its present key: a new one after each `drop_upload`."""
    return f"{name}-{TAKEN.get(of=name) or 0}"


def drop_upload(name: str) -> None:
    """Drop the bytes that the server holds of an upload."""
    TAKEN.put((TAKEN.get(of=name) or 0) + 1, of=name)


def uploader() -> None:
    """Offer an upload; a new key after each one drops the bytes the server holds."""
    key = upload_key("upload")
    st.file_uploader(
        "Upload a CT",
        accept_multiple_files=True,
        key=key,
        label_visibility="collapsed",
        on_change=_take_upload,
        args=(key,),
    )
    st.caption(FORMATS)


def earlier_cases() -> None:
    """Offer the cases opened before in this session."""
    others = {case_id: case.title for case_id, case in cases().items()}
    current = current_case()
    if current is None or len(others) < 2:
        return
    chosen = st.selectbox(
        "Opened before",
        list(others),
        index=list(others).index(current.id),
        format_func=lambda case_id: others[case_id],
    )
    if chosen != current.id:
        choose(chosen)
        st.rerun()


def _take_upload(key: str) -> None:
    files: Sequence[UploadedFile] = st.session_state.get(key) or []
    if not files:
        return
    drop_upload("upload")
    try:
        with st.spinner(f"Reading {title_of(files)}"):
            open_volume(read_upload(files))
    except HepatoScopeError as error:
        notify(str(error))


def read_upload(files: Sequence["UploadedFile"]) -> Volume:
    """Read uploaded files: one that holds a scan, or all of a series."""
    with TemporaryDirectory(prefix="hepatoscope-upload-") as folder:
        if len(files) == 1:
            return read(_save(files[0], Path(folder), files[0].name))
        # Numbered, because files of a series may share one name.
        for number, file in enumerate(files):
            _save(file, Path(folder), f"{number:05}-{file.name}")
        return read(Path(folder))


def _save(file: "UploadedFile", folder: Path, name: str) -> Path:
    path = folder / Path(name).name
    path.write_bytes(file.getbuffer())
    return path


def title_of(files: Sequence["UploadedFile"]) -> str:
    """Name uploaded files, or say how many they are."""
    return files[0].name if len(files) == 1 else f"{len(files)} files"
