"""What the Teach page works on: the host's workspace, or the cases of this browser session."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import Any
from weakref import finalize

from core.cascade.segmentation import Segmentation
from core.models.store import TAUGHT_PLACE
from core.process import run
from core.process.progress import Progress
from core.process.scratch import lasting_scratch
from core.study import Study
from core.training.lesson import STAGES, Lesson, Plan, Told, lessons_in
from core.workspace.folder import Entry, Workspace, entries, in_order, keep, workspace_at
from core.workspace.ranking import Doubt, doubt_of
from core.workspace.teaching import teach_by
from pages.common import jobs
from pages.common.memory import Slot, content
from pages.common.method import MINE
from pages.common.queues import Uses
from pages.common.session import cases
from pages.common.workspace import workspace

# Where the host keeps labelled patients that a taught network must keep to.
LABELLED_PLACE = "HEPATOSCOPE_LITS"
MOST_SECONDS = 3600
SESSION = "this browser session"


@dataclass
class Course:
    """What teaching told so far: written by its thread, read by the page."""

    told: list[Told] = field(default_factory=list)


@dataclass(eq=False)
class Lent:
    """A workspace in a folder that goes with this object, for teaching by a session's cases."""

    place: Workspace

    @classmethod
    def of(cls, studies: list[Study]) -> "Lent":
        """Write the cases down."""
        folder = lasting_scratch()
        lent = cls(workspace_at(folder))
        finalize(lent, rmtree, folder, ignore_errors=True)
        for study in studies:
            keep(lent.place, study, confirmed=True)
        return lent


DOUBTS = Slot[Doubt]("expected-wrong")
COURSE, LESSONS = Slot[Course]("teaching"), Slot[tuple[Lesson, ...]]("lessons")


def listed(place: Workspace | None) -> list[Entry]:
    """List the cases, those that are still to be looked at first, by what is expected of them."""
    return in_order(entries(place) if place is not None else [_entry(one) for one in _own()])


def lessons(place: Workspace | None) -> tuple[Lesson, ...]:
    """List what came of teaching, the newest first."""
    return LESSONS.get() or () if place is None else tuple(lessons_in(place.taught))


def _own() -> list[Study]:
    return [case for case in cases().values() if case.segmentation is not None]


def _entry(case: Study) -> Entry:
    found = case.segmentation
    assert isinstance(found, Segmentation)
    return Entry(
        id=case.id,
        title=case.title,
        patient=case.id[:12],
        maker=found.maker,
        doubt=DOUBTS.made(case.id, content(case, found), lambda: doubt_of(case.volume, found)),
        by_hand=len(found.corrections),
        confirmed=found.brought is not None,
        kept="",
    )


def begin_teaching() -> None:
    """Teach in the background, by the workspace or by what was corrected in this session."""
    place, course = workspace(), Course()
    lent = None if place is not None else Lent.of(_corrected())
    out = place.taught if place is not None else _taught_here()
    labelled = os.environ.get(LABELLED_PLACE)
    COURSE.put(course)

    def work(progress: Progress, cancelled: Callable[[], bool]) -> Lesson:
        def heard(told: Told) -> None:
            if course.told and course.told[-1].stage != told.stage:
                progress(course.told[-1].stage, 1.0)
            course.told.append(told)
            progress(told.stage, told.share)

        # What the session lent goes with this function, when nobody learns from it any more.
        home = place if lent is None else lent.place
        assert home is not None
        arguments: tuple[Any, ...] = home.root, out, Plan(), Path(labelled) if labelled else None
        lesson: Lesson = run(
            teach_by, *arguments,
            work="teaching", seconds=MOST_SECONDS, cancelled=cancelled, progress=heard,
        )  # fmt: skip
        return lesson

    def kept(lesson: Lesson) -> None:
        if place is None:
            LESSONS.put((lesson, *(LESSONS.get() or ())))
            if lesson.offered:
                MINE.put((lesson.preset, *(MINE.get() or ())))

    title = "Teaching the tumor network"
    jobs.begin(jobs.Job(title, STAGES, work, kept, Uses.MODEL, kind="teaching"))


def _corrected() -> list[Study]:
    return [one for one in _own() if _entry(one).done]


def _taught_here() -> Path:
    """Folder for presets that were taught without a workspace: as long as the server runs."""
    if not os.environ.get(TAUGHT_PLACE):
        os.environ[TAUGHT_PLACE] = str(lasting_scratch())
    return Path(os.environ[TAUGHT_PLACE])
