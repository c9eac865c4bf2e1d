"""Ways to open a scan: the demo, an upload, or one opened before in this session."""

from dataclasses import replace

import streamlit as st

from core.io import read
from core.phantom import make_phantom
from core.study import Study
from core.volume import Volume
from pages.common.frame import ASSETS, errors_shown, plain
from pages.common.privacy import privacy
from pages.common.saved import open_session
from pages.common.session import cases, choose, current_case, open_volume, store, titles
from pages.common.uploads import FILE_NAME, FILES, UploadedStudy, read_series, take_scan, upload

DEMO_SEED = 42
REAL = "A person's CT"
ORIGIN = (
    "Shared by the TotalSegmentator repository (Wasserthal et al. 2023) under the Apache License "
    "2.0, at 3 mm; none of the networks learned from it."
)
FORMATS = (
    "NIfTI (.nii, .nii.gz), NRRD or MetaImage (.nrrd, .mha), a .zip or .tar.gz with a DICOM "
    "series, or all its files at once; also a session that was saved here. "
    "Your scan stays in this tab, over a reload too, and is gone two minutes after you close it."
)


@st.cache_resource(max_entries=1, show_spinner=False)
def _demo() -> Volume:
    # The page says on its own that the case is synthetic.
    return replace(make_phantom(DEMO_SEED).volume, source="Demo case", notes=())


@st.cache_resource(max_entries=1, show_spinner=False)
def _real() -> Volume:
    volume = read(ASSETS / "real-ct" / "ct.nii.gz")
    return replace(volume, source=REAL, notes=(ORIGIN, *volume.notes))


def case_header(case: Study) -> None:
    """Name the current case, say what it is, and offer others."""
    name, change = st.columns([7, 3], vertical_alignment="center")
    with name:
        synthetic = " :blue-badge[synthetic]" if case.volume.synthetic else ""
        st.subheader(plain(case.title) + synthetic, anchor=False)
        st.caption(_facts(case.volume))
        _series_choice(case)
    # Another scan has a popover of its own, so that this one closes when it is chosen.
    key = f"another-scan-{case.id[:8]}"
    row = change.container(horizontal=True, horizontal_alignment="right")
    with row.popover("Another scan", icon=":material/folder_open:", key=key):
        earlier_cases()
        demo_button("demo-again")
        uploader()
    with row.popover("Privacy", icon=":material/lock:"):
        privacy(case)
        _name_choice(case)


def _series_choice(case: Study) -> None:
    """Offer the other series of the files that the case was read from."""
    study = FILES.get(case.id)
    if study is None:
        return
    named = {one.key: one.label for one in case.volume.series}
    now = case.volume.series[0].key
    key = f"series-{case.id[:8]}"
    chosen = st.selectbox(
        "Series in these files",
        sorted(named),
        sorted(named).index(now),
        format_func=lambda key: plain(named[key]),
        key=key,
    )
    if chosen != now:
        del st.session_state[key]
        with errors_shown():
            _open_series(study, chosen)
            st.rerun()


def _name_choice(case: Study) -> None:
    """Offer to call a scan by its file; files of hospitals are often named after patients."""
    names = FILE_NAME.get(case.id)
    if names is None:
        return
    named = case.title == names[0]
    st.toggle(
        "Call it by its file",
        named,
        key=f"file-name-{case.id[:8]}-{named}",
        help="Reports, findings and downloads then tell the file's name, which may be a patient's.",
        on_change=_rename,
        args=(case.id, names[named]),
    )


def _rename(case_id: str, name: str) -> None:
    case = cases().get(case_id)
    if case is not None:
        store(replace(case, volume=replace(case.volume, source=name)))


def _open_series(study: UploadedStudy, key: str) -> None:
    """Open another series of files, or come back to it where it is open."""
    for case in cases().values():
        if FILES.get(case.id) is study and case.volume.series[0].key == key:
            choose(case.id)
            return
    with st.spinner("Reading the series"):
        volume = read_series(study, key)
    open_volume(volume)
    FILES.put(study, volume.digest)


def _facts(volume: Volume) -> str:
    size = " × ".join(str(count) for count in volume.shape)
    step = " × ".join(f"{side:.2f}" for side in volume.spacing)
    drawn = "Drawn by HepatoScope: no patient was scanned. " if volume.synthetic else ""
    drawn = f"{ORIGIN} " if volume.source == REAL else drawn
    series = f"{plain(volume.series[0].label)}. " if volume.series else ""
    return f"{drawn}{series}{size} voxels of {step} mm"


def open_demo() -> None:
    """Make the embedded synthetic case the current one."""
    with st.spinner("Making the synthetic demo case"):
        open_volume(_demo())


def open_real() -> None:
    """Make the embedded CT of a person the current case."""
    with st.spinner("Reading the CT"):
        open_volume(_real())


def demo_button(key: str) -> None:
    """Offer the demo cases: a drawn one, whose truth is known, and a person's."""
    st.button(
        "Open the demo case",
        on_click=open_demo,
        type="primary",
        icon=":material/play_arrow:",
        key=key,
        width="stretch",
    )
    st.button(
        "Open a person's CT",
        on_click=open_real,
        icon=":material/person:",
        key=f"{key}-real",
        width="stretch",
        help=ORIGIN,
    )


def uploader() -> None:
    """Offer to open a scan of one's own."""
    upload(
        "Upload a CT",
        "upload",
        lambda files: take_scan(files, open_volume, open_session),
        accept_multiple_files=True,
        label_visibility="collapsed",
    )
    st.caption(FORMATS)
    with st.expander("A folder of DICOM files", icon=":material/folder:"):
        upload(
            "Upload a folder with a CT",
            "upload-folder",
            lambda files: take_scan(files, open_volume, open_session),
            accept_multiple_files="directory",
            label_visibility="collapsed",
        )


def earlier_cases() -> None:
    """Offer the cases opened before in this session."""
    others = titles()
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
