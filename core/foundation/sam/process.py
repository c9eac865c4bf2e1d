"""SAM in a process of its own, which stays and keeps the checkpoint that was used last."""

from collections.abc import Callable
from functools import lru_cache
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from core.foundation.sam.automatic import Settings, find_masks
from core.foundation.sam.checkpoint import LocalCheckpoint
from core.foundation.sam.masks import MaskSet
from core.foundation.sam.model import EncodedSlice, Sam, encode, load_sam
from core.foundation.sam.prompts import Prompt, answer
from core.process import Worker
from core.process.progress import Progress

STAGES = ("Loading SAM", "Taking the slice in", "Asking for masks")
# Is told a stage and which share of it is done.


class SamProcess:
    """Answers for all visitors, one at a time; another checkpoint starts another process.

    OpenVINO or PyTorch is loaded there alone.
    """

    def __init__(self) -> None:
        self._worker = Worker("answer by SAM")

    def answer(
        self,
        checkpoint: LocalCheckpoint,
        gray: NDArray[np.uint8],
        pixel_mm: tuple[float, float],
        about: Settings | Prompt,
        seen: EncodedSlice | None = None,
        *,
        progress: Progress = lambda stage, share: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[MaskSet, EncodedSlice, float]:
        """Find the masks of everything on a slice, or those that a prompt means.

        Parameters
        ----------
        gray : uint8 [rows, columns], windowed.
        pixel_mm : size of a pixel (row, column).
        seen : the slice as the checkpoint took it in before; None where it did not.
        cancelled : once True, the process is ended.

        Returns
        -------
        The masks, the slice as SAM took it in, and the seconds that finding them took.

        Raises
        ------
        BadCheckpoint
            As `core.foundation.sam.model.load_sam` does.
        Cancelled, ProcessEnded
            As `core.process.Worker` does.
        """
        answered: tuple[MaskSet, EncodedSlice, float] = self._worker.ask(
            answer_here, checkpoint, gray, pixel_mm, about, seen,
            loaded=_content(checkpoint),
            progress=lambda told: progress(*told),
            cancelled=cancelled,
        )  # fmt: skip
        return answered

    def load(self, checkpoint: LocalCheckpoint) -> None:
        """Load a checkpoint, so that the first answer comes sooner; raises as `answer` does."""
        self._worker.ask(load_here, checkpoint, loaded=_content(checkpoint))

    def holds(self, checkpoint: LocalCheckpoint) -> bool:
        """Whether it is loaded already."""
        return self._worker.holds(_content(checkpoint))

    def close(self) -> None:
        """Give the memory back."""
        self._worker.close()


def answer_here(
    checkpoint: LocalCheckpoint,
    gray: NDArray[np.uint8],
    pixel_mm: tuple[float, float],
    about: Settings | Prompt,
    seen: EncodedSlice | None,
    progress: Callable[[tuple[str, float]], None],
) -> tuple[MaskSet, EncodedSlice, float]:
    """Answer in this process, as `SamProcess.answer` does."""

    def tell(stage: str) -> Callable[[float], None]:
        return lambda share: progress((stage, share))

    loading, taking, asking = (tell(stage) for stage in STAGES)
    loading(0.0)
    sam = _loaded(checkpoint)
    loading(1.0)
    taken = seen or encode(sam, gray, pixel_mm, taking)
    taking(1.0)
    asking(0.0)
    began = perf_counter()
    if isinstance(about, Settings):
        found = find_masks(sam, taken, about, asking)
    else:
        found = answer(sam, taken, about)
    return found, taken, perf_counter() - began


def load_here(checkpoint: LocalCheckpoint) -> None:
    """Load in this process what `answer_here` will need."""
    _loaded(checkpoint)


# One, because the process ends before it is asked about another.
@lru_cache(maxsize=1)
def _loaded(checkpoint: LocalCheckpoint) -> Sam:
    return load_sam(checkpoint)


def _content(checkpoint: LocalCheckpoint) -> tuple[object, ...]:
    return checkpoint, checkpoint.stamp
