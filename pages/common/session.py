"""What one visitor has open: their cases and nobody else's."""

from collections import Counter
from collections.abc import Callable

import streamlit as st

from core.quality import Severity
from core.study import Study, opened
from core.volume import Volume
from pages.common.frame import plain, show_error
from pages.common.memory import MAX_CASES, Slot, has_room, memory

CURRENT = Slot[str]("current-case")
# A study that finds no room, and what follows once it is open.
WAITING = Slot[tuple[Study, Callable[[], None]]]("waiting-study")
HOST_FULL = (
    "The scans of all visitors fill the memory of this host, so this one was not opened; close one "
    "of yours, or try again in a few minutes."
)
NOTICE = Slot[tuple[str, bool]]("notice")


def cases() -> dict[str, Study]:
    """List the visitor's cases by id, the oldest first."""
    return memory().cases


def titles() -> dict[str, str]:
    """Name the visitor's cases by id; those of one name by what else they differ in."""
    named = {case_id: case.title for case_id, case in cases().items()}
    for tell in (_series, _size, lambda case: case.id[:6]):
        counted = Counter(named.values())
        named = {
            case_id: f"{name}, {told}" if counted[name] > 1 and (told := tell(case)) else name
            for (case_id, name), case in zip(named.items(), cases().values(), strict=True)
        }
    return named


def _series(case: Study) -> str:
    headers = case.volume.dicom_headers
    if not headers:
        return ""
    number, date = headers[0].get("SeriesNumber"), str(headers[0].get("StudyDate") or "")
    series = "" if number is None else f"series {number}"
    day = f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 and date.isdigit() else ""
    return " of ".join(part for part in (series, day) if part)


def _size(case: Study) -> str:
    return " × ".join(map(str, case.volume.shape))


def current_case() -> Study | None:
    """Give the case that is being looked at."""
    return cases().get(CURRENT.get() or "")


def open_volume(volume: Volume) -> None:
    """Make `volume` the current case; where no room is left, ask which case is to close."""
    if volume.digest in cases():
        choose(volume.digest)
    else:
        open_study(opened(volume))


def open_study(study: Study, then: Callable[[], None] = lambda: None) -> None:
    """Make a study the current case in place of what is known of it, and do what follows.

    What is no scan to segment goes then. Where no room is left for another case, nothing is done
    before the visitor has chosen which one is to close (`pages.common.full`).
    """
    for other in list(cases().values()):
        if other.segmentation is None and is_unusable(other) and other.id != study.id:
            memory().close(other.id)
    if study.id not in cases() and not has_room(study.volume.hu.size):
        notify(HOST_FULL)
        return
    if study.id not in cases() and len(cases()) >= MAX_CASES:
        WAITING.put((study, then))
        return
    store(study)
    choose(study.id)
    then()


def is_unusable(case: Study) -> bool:
    """Whether the quality gate found that a case is no CT of the abdomen."""
    return any(finding.severity is Severity.ERROR for finding in case.quality)


def make_room(case_id: str) -> None:
    """Close a case with all that was made of it, and open the study that waits."""
    waiting = WAITING.pop()
    memory().close(case_id)
    if waiting is not None:
        open_study(*waiting)


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
