"""What one visitor has open: their cases and nobody else's."""

import streamlit as st

from core.study import Study, opened
from core.volume import Volume
from pages.common.frame import plain, show_error
from pages.common.memory import Slot, memory

CURRENT = Slot[str]("current-case")
NOTICE = Slot[tuple[str, bool]]("notice")


def cases() -> dict[str, Study]:
    """List the visitor's cases by id, the oldest first."""
    return memory().cases


def current_case() -> Study | None:
    """Give the case that is being looked at."""
    return cases().get(CURRENT.get() or "")


def open_volume(volume: Volume) -> None:
    """Make `volume` the current case; the oldest case makes room where there are too many."""
    if volume.digest not in cases():
        store(opened(volume))
    choose(volume.digest)


def choose(case_id: str) -> None:
    """Make a case the current one."""
    CURRENT.put(case_id)


def store(case: Study) -> None:
    """Keep a case, or its newer state."""
    memory().open(case)


def store_result(case: Study) -> None:
    """Keep the result of a case, if the visitor still has that case."""
    if case.id in cases():
        store(case)


def notify(message: str, *, error: bool = True) -> None:
    """Say `message` once, above whatever the next run of the page shows.

    Parameters
    ----------
    error : False for what the visitor wanted.
    """
    NOTICE.put((message, error))


def show_notice() -> None:
    """Show what was to be said, once."""
    if (notice := NOTICE.pop()) is None:
        return
    message, error = notice
    if error:
        show_error(message)
    else:
        st.info(plain(message), icon=":material/cancel:")
