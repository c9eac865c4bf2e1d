"""What one visitor has open: their cases and nobody else's."""

from core.study import Study, opened
from core.volume import Volume
from pages.common.frame import show_error
from pages.common.memory import Slot, memory

CURRENT = Slot[str]("current-case")
NOTICE = Slot[str]("notice")


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


def notify(message: str) -> None:
    """Say `message` once, above whatever the next run of the page shows."""
    NOTICE.put(message)


def show_notice() -> None:
    """Show what was to be said, once."""
    if message := NOTICE.pop():
        show_error(message)
