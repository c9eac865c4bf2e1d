"""The job that lets LLaVA write, and the text while it grows."""

import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from core.errors import OutOfTime
from core.foundation.llava.model import STAGES, Writing
from core.foundation.llava.process import write_apart
from core.process.progress import Progress
from core.report.composite import Picture
from core.report.fact import Facts
from core.report.llava import prompt_of
from core.report.written import Generated
from core.study import Study
from pages.common import jobs
from pages.common.memory import Slot
from pages.common.queues import Uses
from pages.report.state import REPORT_TAB, keep_generated

TOKENS_A_WORD = 1.3


@dataclass
class Stream:
    """What is written so far: by the thread of the job, read by the page."""

    job: jobs.Job | None = None
    text: str = ""


STREAM = Slot[Stream]("report-stream")


def stream() -> Stream | None:
    """Give the text that the running job writes; None while no model writes."""
    growing = STREAM.get()
    return growing if growing is not None and growing.job is jobs.running() else None


def begin_writing(case: Study, facts: Facts, picture: Picture, writing: Writing) -> None:
    """Begin to let LLaVA write in the background."""
    growing = Stream()

    def work(progress: Progress, cancelled: Callable[[], bool]) -> Generated:
        def on_stage(stage: str) -> None:
            for title in STAGES[: STAGES.index(stage) + 1]:
                progress(title, 0.0 if title == stage else 1.0)

        def on_text(text: str) -> None:
            growing.text = text
            share = TOKENS_A_WORD * len(text.split()) / writing.max_tokens
            progress(STAGES[-1], min(0.99, share))

        progress(STAGES[0], 0.0)
        with Image.open(io.BytesIO(picture.png)) as image:
            try:
                text = write_apart(
                    image.convert("RGB"), prompt_of(facts), writing,
                    on_text=on_text, cancelled=cancelled, on_stage=on_stage,
                )  # fmt: skip
            except OutOfTime as late:
                if not late.written.strip():
                    raise
                return Generated(late.written, writing.checkpoint, str(late))
        return Generated(text, writing.checkpoint)

    def keep(found: Generated) -> None:
        keep_generated(case.id, found)

    title = f"LLaVA writes about {case.title}"
    growing.job = jobs.Job(title, STAGES, work, keep, Uses.MODEL, case, REPORT_TAB)
    STREAM.put(growing)
    jobs.begin(growing.job)
