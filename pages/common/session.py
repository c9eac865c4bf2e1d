"""What one visitor has open: their cases and nobody else's."""

import streamlit as st

from core.study import Study, opened
from core.volume import Volume
from pages.common.frame import plain

# A 512x512x300 scan with its result takes about 400 MB of the host's memory.
MAX_CASES = 3


class Key:
    """Every key of the session's own state."""

    ARRIVED = "result-arrived"
    CASES = "cases"
    CURRENT = "current-case"
    DOUBTS = "doubt-maps"
    JOB = "segmentation-job"
    METHOD = "method-chosen"
    MESHES = "surface-meshes"
    NOTICE = "notice"
    UPLOADS = "uploads-taken"
    VIEWER = "segment-viewer"


def cases() -> dict[str, Study]:
    """List the visitor's cases by id, the oldest first."""
    found: dict[str, Study] = st.session_state.setdefault(Key.CASES, {})
    return found


def current_case() -> Study | None:
    """Give the case that is being looked at."""
    return cases().get(st.session_state.get(Key.CURRENT, ""))


def open_volume(volume: Volume) -> None:
    """Make `volume` the current case; the oldest case makes room where there are too many."""
    if volume.digest not in cases():
        store(opened(volume))
    choose(volume.digest)


def choose(case_id: str) -> None:
    """Make a case the current one."""
    st.session_state[Key.CURRENT] = case_id


def store(case: Study) -> None:
    """Keep a case, or its newer state."""
    kept = cases()
    kept[case.id] = case
    while len(kept) > MAX_CASES:
        del kept[next(iter(kept))]


def store_result(case: Study) -> None:
    """Keep the result of a case, if the visitor still has that case."""
    if case.id in cases():
        store(case)


def notify(message: str) -> None:
    """Say `message` once, above whatever the next run of the page shows."""
    st.session_state[Key.NOTICE] = message


def show_notice() -> None:
    """Show what was to be said, once."""
    if message := st.session_state.pop(Key.NOTICE, None):
        st.error(plain(message), icon=":material/error:")
