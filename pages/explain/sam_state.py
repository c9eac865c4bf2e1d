"""What a visitor asked SAM, what it answered, and the jobs that fetch and ask it."""

from collections.abc import Callable
from dataclasses import dataclass

from core.draw.slices import SOFT_TISSUE
from core.foundation.sam.automatic import Settings
from core.foundation.sam.checkpoint import LocalCheckpoint
from core.foundation.sam.display import gray_slice, pixel_mm
from core.foundation.sam.masks import MaskSet
from core.foundation.sam.model import EncodedSlice
from core.foundation.sam.process import STAGES
from core.foundation.sam.prompts import Prompt
from core.geometry.windows import LIVER_WINDOW, Window
from core.process.progress import Progress
from core.study import Study
from pages.common import jobs
from pages.common.memory import Slot
from pages.common.queues import Uses
from pages.common.sam import ENCODED, sam_process

SAM_TAB = "SAM"
WINDOWS = {
    "Liver": LIVER_WINDOW,
    "Soft tissue": SOFT_TISSUE,
    "Wide": Window(-160, 240),
}


CHECKPOINT_KEY = "sam-checkpoint"
DRAWN_FROM_KEY = "sam-drawn-from"
MASK_KEY = "sam-mask"


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


# By question; the prompt by slice: only one slice of a scan has one.
ANSWERS = Slot[Answer]("sam-answers", keep=6)
PROMPTS = Slot[Prompt]("sam-prompt")


def latest(case: Study, question: Question | None) -> Answer | None:
    """Give the answer to `question`, else the last one about the scan."""
    answers = ANSWERS.all(case.id)
    return answers.get(question) or next(reversed(answers.values()), None)


def begin_asking(case: Study, checkpoint: LocalCheckpoint, question: Question) -> None:
    """Begin to ask SAM in the background."""
    seen = ENCODED.get(case.id, question.place)
    gray = gray_slice(case.volume, question.z, WINDOWS[question.window])
    pixel, process = pixel_mm(case.volume), sam_process()

    def work(progress: Progress, cancelled: Callable[[], bool]) -> tuple[Answer, EncodedSlice]:
        found, taken, seconds = process.answer(
            checkpoint, gray, pixel, question.about, seen, progress=progress, cancelled=cancelled
        )
        return Answer(question, checkpoint.name, found, taken.seconds, seconds), taken

    def keep(result: tuple[Answer, EncodedSlice]) -> None:
        ENCODED.put(result[1], case.id, question.place)
        ANSWERS.put(result[0], case.id, question)

    title = f"Asking SAM about slice {question.z + 1} of {case.title}"
    jobs.begin(jobs.Job(title, STAGES, work, keep, Uses.MODEL, case, SAM_TAB))
