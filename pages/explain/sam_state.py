"""What a visitor asked SAM, what it answered, and the jobs that fetch and ask it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from core.cascade.segmentation import Progress
from core.draw.preview import SOFT_TISSUE
from core.foundation.sam.automatic import Settings
from core.foundation.sam.checkpoint import LocalCheckpoint
from core.foundation.sam.display import gray_slice, pixel_mm
from core.foundation.sam.masks import MaskSet
from core.foundation.sam.model import Look
from core.foundation.sam.process import STAGES, SamProcess
from core.foundation.sam.prompts import Prompt
from core.geometry.windows import LIVER_WINDOW, Window
from core.study import Study
from pages.common import jobs
from pages.common.queues import Uses

Kind = TypeVar("Kind")
Kept = TypeVar("Kept")

SAM_TAB = "SAM"
WINDOWS = {
    "Liver": LIVER_WINDOW,
    "Soft tissue": SOFT_TISSUE,
    "Wide": Window(-160, 240),
}
MAX_ANSWERS = 6
# An embedding of a slice is 4 MB.
MAX_LOOKS = 4


class Key:
    """Keys of what the view keeps for one visitor."""

    ANSWERS = "sam-answers"
    CHECKPOINT = "sam-checkpoint"
    DRAWN_BOX = "sam-drawn-box"
    DRAWN_FROM = "sam-drawn-from"
    DRAWN_POINTS = "sam-drawn-points"
    DRAWN_SEED = "sam-drawn-seed"
    FOLDER = "sam-folder"
    LOOKS = "sam-looks"
    MASK = "sam-mask"
    MODE = "sam-mode"
    NAME = "sam-hub-name"
    PROMPTS = "sam-prompts"
    RATED = "sam-rated"
    SHOWN = "sam-shown"
    SIDE = "sam-side"
    SLICE = "sam-slice"
    STABILITY = "sam-stability"
    WINDOW = "sam-window"


@dataclass(frozen=True)
class Question:
    """What SAM is asked.

    Parameters
    ----------
    case : id of the scan.
    stamp : of the checkpoint's weights.
    z : axial slice.
    window : one of `WINDOWS`.
    about : everything, by these settings, or what a prompt means.
    """

    case: str
    stamp: tuple[str, int, int]
    z: int
    window: str
    about: Settings | Prompt

    @property
    def place(self) -> tuple[object, ...]:
        """Name what SAM looks at, whatever it is asked about it."""
        return self.case, self.stamp, self.z, self.window


@dataclass(frozen=True, eq=False)
class Answer:
    """SAM's masks.

    Parameters
    ----------
    checkpoint : its name.
    look_seconds : time to take the slice in, spent once a slice.
    ask_seconds : time to find the masks.
    """

    question: Question
    checkpoint: str
    found: MaskSet
    look_seconds: float
    ask_seconds: float


@st.cache_resource(show_spinner=False, on_release=lambda process: process.close())
def sam_process() -> SamProcess:
    """Give the process that answers all visitors of this host."""
    return SamProcess()


def answers() -> dict[Question, Answer]:
    """List what was answered in this session, the oldest first."""
    found: dict[Question, Answer] = st.session_state.setdefault(Key.ANSWERS, {})
    return found


def latest(case: Study, question: Question | None) -> Answer | None:
    """Give the answer to `question`, else the last one about the scan."""
    if question in answers():
        return answers()[question]
    return next((one for one in reversed(answers().values()) if one.question.case == case.id), None)


def prompt_of(case: Study, z: int) -> Prompt:
    """Give the prompt that was pointed out on a slice."""
    kept: dict[tuple[str, int], Prompt] = st.session_state.setdefault(Key.PROMPTS, {})
    return kept.get((case.id, z), Prompt())


def set_prompt(case: Study, z: int, prompt: Prompt) -> None:
    """Keep the prompt of a slice; only one slice of a scan has one."""
    kept: dict[tuple[str, int], Prompt] = st.session_state.setdefault(Key.PROMPTS, {})
    others = {place: one for place, one in kept.items() if place[0] != case.id}
    st.session_state[Key.PROMPTS] = {**others, (case.id, z): prompt}


def begin_asking(case: Study, checkpoint: LocalCheckpoint, question: Question) -> None:
    """Begin to ask SAM in the background."""
    seen = _looks().get(question.place)
    gray = gray_slice(case.volume, question.z, WINDOWS[question.window])
    pixel, process = pixel_mm(case.volume), sam_process()

    def work(progress: Progress, cancelled: Callable[[], bool]) -> tuple[Answer, Look]:
        found, taken, seconds = process.answer(
            checkpoint, gray, pixel, question.about, seen, progress=progress, cancelled=cancelled
        )
        return Answer(question, checkpoint.name, found, taken.seconds, seconds), taken

    def keep(result: tuple[Answer, Look]) -> None:
        _remember(_looks(), question.place, result[1], MAX_LOOKS)
        _remember(answers(), question, result[0], MAX_ANSWERS)

    title = f"Asking SAM about slice {question.z + 1} of {case.title}"
    jobs.begin(jobs.Job(title, STAGES, work, keep, Uses.MODEL, case, SAM_TAB))


def _looks() -> dict[tuple[object, ...], Look]:
    kept: dict[tuple[object, ...], Look] = st.session_state.setdefault(Key.LOOKS, {})
    return kept


def _remember(kept: dict[Kind, Kept], key: Kind, value: Kept, most: int) -> None:
    kept.pop(key, None)
    kept[key] = value
    while len(kept) > most:
        del kept[next(iter(kept))]
