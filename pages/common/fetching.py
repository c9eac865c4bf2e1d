"""The job that fetches a checkpoint from a hub."""

from collections.abc import Callable
from typing import Any

from core.cascade.segmentation import Progress
from pages.common import jobs
from pages.common.session import Case

STAGES = ("Asking the hub", "Downloading")

LookUp = Callable[[str], Any]
Download = Callable[[Any, Callable[[float], None], Callable[[], bool]], Any]


def begin(case: Case, name: str, tab: str, look_up: LookUp, download: Download) -> None:
    """Begin to fetch the checkpoint `name` in the background, its progress shown in `tab`.

    Parameters
    ----------
    look_up, download : of the kind of model: what the hub says of it, and the fetching itself.
    """

    def work(progress: Progress, cancelled: Callable[[], bool]) -> Any:
        progress(STAGES[0], 0.0)
        facts = look_up(name)
        progress(STAGES[0], 1.0)
        return download(facts, lambda done: progress(STAGES[1], done), cancelled)

    def keep(_: Any) -> None:
        """Nothing: the name finds it from now on."""

    jobs.begin(jobs.Job(f"Fetching {name}", STAGES, work, keep, case, tab))
