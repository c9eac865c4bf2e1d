"""Long work that runs beside the page, so that the page stays alive and can cancel it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from weakref import ref

import streamlit as st

from core.cascade.segmentation import STAGES
from core.errors import Cancelled, HepatoScopeError
from core.presets import Preset
from core.process.priority import NETWORKS, step_back
from core.process.progress import Progress
from core.study import Study, segmented
from pages.common.answers import keep_answer
from pages.common.frame import plain
from pages.common.memory import Memory, Slot, memory
from pages.common.pace import Clock, in_words, paces, progress_of
from pages.common.queues import Line, Uses, lines
from pages.common.session import cases, notify, store_result
from pages.common.visit import is_active

# How often a page asks how far its work is, and how often where it waits in the queue.
POLL_SECONDS, QUEUE_SECONDS = 1.0, 3.0
# A visitor may reload the page; after this long without a browser their work is cancelled.
LEFT_SECONDS = 30
WAITING = "Waiting for {uses}: place {place} in the queue, behind the work of other visitors."
FULL = (
    "Too many visitors wait for {uses} at the moment, so this was not begun; try again in a few "
    "minutes."
)
BUSY = "“{title}” still runs, so nothing else was begun; wait for it, or cancel it."
LOADING = "The networks are being loaded; the first time on a machine this takes up to a minute."

# Is told the progress, asks whether to stop, and gives the result.
Work = Callable[[Progress, Callable[[], bool]], Any]


@dataclass
class Job:
    """One piece of work: written by its thread, read by the page.

    Parameters
    ----------
    title : what is being done, and to what.
    stages : of the work, in order.
    work : done in the thread; must not touch the session.
    keep : takes the result over, in the page.
    uses : what it shares with the work of other visitors; it waits for that alone.
    case : that it is about, where it is about one.
    tab : label of the tab that shows its progress while it is open, where there is one.
    kind : what tells how long it takes, beside its stages.
    clock : when its stages began and ended, and how much of each is done.
    place : in the queue; 0 once it is its turn.
    so_far : what can be shown of the result before it is there.
    error : what ended it, where something did.
    visitor : whose it is; without one it goes on until it ends.
    """

    title: str
    stages: tuple[str, ...]
    work: Work
    keep: Callable[[Any], None]
    uses: Uses
    case: Study | None = None
    tab: str | None = None
    kind: str = ""
    clock: Clock = field(init=False)
    place: int = 0
    so_far: Any = None
    result: Any = None
    error: Exception | None = None
    visitor: "ref[Memory] | None" = None
    _left_at: float | None = None
    _cancel: threading.Event = field(default_factory=threading.Event)
    _done: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        # Twice the voxels take about twice as long.
        size = 1.0 if self.case is None else self.case.volume.hu.size / 1e6
        self.clock = Clock(self.stages, size, self.kind)

    @property
    def fractions(self) -> dict[str, float]:
        """Done share of every stage begun so far."""
        return self.clock.fractions

    @property
    def stopping(self) -> bool:
        """Whether the visitor asked it to stop."""
        return self._cancel.is_set()

    @property
    def done(self) -> bool:
        """Whether the thread has ended."""
        return self._done.is_set()

    def concerns(self, case: Study) -> bool:
        """Whether it is about `case`, in whatever state that is by now."""
        return self.case is not None and self.case.id == case.id

    def wait(self, seconds: float) -> bool:
        """Wait until the thread has ended; False where it takes longer."""
        return self._done.wait(seconds)

    def show(self, so_far: Any) -> None:
        """Let the page show what is known of the result so far."""
        self.so_far = so_far

    def cancel(self) -> None:
        """Ask the thread to stop after the batch it is at."""
        self._cancel.set()

    def cancel_if_left(self, now: float) -> None:
        """Cancel it where its visitor has had no browser for `LEFT_SECONDS`.

        Parameters
        ----------
        now : seconds, by a clock that only goes on.
        """
        if self.visitor is None:
            return
        whose = self.visitor()
        if whose is not None and is_active(whose.session):
            self._left_at = None
            return
        self._left_at = now if self._left_at is None else self._left_at
        if whose is None or now - self._left_at >= LEFT_SECONDS:
            self.cancel()

    def run(self, line: Line) -> None:
        """Work once it is its turn in `line`, which it has joined; the body of the thread."""
        step_back(NETWORKS)
        try:
            self._await(line)
            self.result = self.work(self.clock.tell, self._cancel.is_set)
        # Carried to the page, which shows user errors and raises all others.
        except Exception as error:
            self.error = error
        finally:
            line.leave(self)
            self._done.set()

    def _await(self, line: Line) -> None:
        while place := line.place(self):
            self.place = place
            if self._cancel.is_set():
                raise Cancelled("The work was cancelled before it began; the scan is still loaded.")
            line.await_move(0.2)
        self.place = 0


JOB = Slot[Job]("job")
ARRIVED = Slot[str]("result-arrived")


def segmentation_job(case: Study, preset: Preset) -> Job:
    """Describe the segmentation of `case` with its measurements."""

    def work(progress: Progress, cancelled: Callable[[], bool]) -> Study:
        return segmented(case, preset, progress=progress, cancelled=cancelled, on_liver=job.show)

    def keep(result: Study) -> None:
        if (before := cases().get(case.id)) is not None:
            keep_answer(before)
        store_result(result)
        ARRIVED.put(case.id)

    title = f"Segmenting {case.title}"
    job = Job(title, STAGES, work, keep, Uses.NETWORKS, case, kind=preset.name)
    return job


def start(case: Study, preset: Preset) -> None:
    """Begin to segment `case` in the background."""
    begin(segmentation_job(case, preset))


def begin(job: Job) -> None:
    """Begin a job in the background, the visitor's only one; says so where that cannot be."""
    other = running()
    if other is not None and not other.done:
        # Two would wait for each other in the queue, and only the second could be seen.
        notify(BUSY.format(title=other.title))
        return
    job.visitor = ref(memory())
    line = lines()[job.uses]
    if not line.join(job):
        notify(FULL.format(uses=job.uses.value))
        return
    JOB.put(job)
    threading.Thread(target=job.run, args=(line,), daemon=True).start()


def running() -> Job | None:
    """Give the visitor's job until its result has been taken over."""
    return JOB.get()


def collect() -> None:
    """Take over the result of a job that has ended."""
    job = running()
    if job is None or not job.done:
        return
    JOB.drop()
    if isinstance(job.error, HepatoScopeError):
        notify(str(job.error), error=not isinstance(job.error, Cancelled))
    elif job.error is not None:
        raise job.error
    else:
        paces().learn(job.clock)
        job.keep(job.result)


def just_arrived(case: Study) -> bool:
    """Tell whether the result of `case` has not been drawn to its end yet."""
    return ARRIVED.get() == case.id


def settle() -> None:
    """Note that the result is drawn; a run of the page that is cut short does not get here."""
    ARRIVED.drop()


def offer(
    label: str, icon: str, begin: Callable[..., None], *args: Any, able: bool = True, **look: Any
) -> None:
    """Draw the button that begins work with `begin(*args)`; it waits while other work runs.

    Parameters
    ----------
    able : False where there is nothing to begin yet.
    look : what `st.button` takes beside; it is the main one of its page unless said otherwise.
    """
    look.setdefault("type", "primary")
    able = able and running() is None
    icon = f":material/{icon}:"
    st.button(label, icon=icon, disabled=not able, on_click=begin, args=args, **look)


def show_running(tab: str | None = None, case: Study | None = None) -> bool:
    """Draw the progress of the running job, where there is one; says whether there is.

    Parameters
    ----------
    tab, case : that it must be of.
    """
    job = running()
    if job is None or tab not in (None, job.tab) or not (case is None or job.concerns(case)):
        return False
    show_progress()
    return True


def show_progress(key: str = "cancel-job") -> None:
    """Draw the stages of the running job, and the button that stops it."""
    job = running()
    waits = job is not None and job.place > 0
    often = QUEUE_SECONDS if waits else POLL_SECONDS
    shown = job is not None and job.so_far is not None
    st.fragment(_progress, run_every=often)(key, waits, shown)


def _progress(key: str, waited: bool, shown: bool) -> None:
    job = running()
    # What the page draws outside of this fragment is another by now.
    moved = job is not None and (
        (waited and not job.place) or (not shown and job.so_far is not None)
    )
    if job is None or job.done or moved:
        st.rerun()
        return
    with st.container(border=True):
        st.markdown(f"**{plain(job.title)}**")
        done = job.fractions.copy()
        share, left = progress_of(job.clock, paces().expected(job.clock), perf_counter())
        st.progress(share, text=None if job.place else in_words(left) or None)
        st.markdown("  \n".join(_stage_line(stage, done.get(stage)) for stage in job.stages))
        if job.place:
            st.caption(WAITING.format(uses=job.uses.value, place=job.place))
        elif not any(done.values()):
            st.caption(LOADING)
        st.button(
            "Stopping" if job.stopping else "Cancel",
            on_click=job.cancel,
            disabled=job.stopping,
            icon=":material/close:",
            key=key,
        )


def _stage_line(stage: str, done: float | None) -> str:
    if done is None:
        return f":gray[:material/radio_button_unchecked: {stage}]"
    if done < 1:
        return f":primary[:material/pending:] **{stage}** {done:.0%}"
    return f":green[:material/check_circle:] {stage}"
