"""How a segmentation is timed, tells its progress, and stops when asked to."""

from collections.abc import Callable, Iterator
from time import perf_counter

from core.cascade.asking import batches
from core.errors import Cancelled
from core.process.progress import Progress, watched

STOPPED = "The segmentation was cancelled; the scan is still loaded."


class Watch:
    """Times the stages, tells the progress, and stops when asked to."""

    def __init__(self, progress: Progress, cancelled: Callable[[], bool]) -> None:
        self._progress, self._cancelled = progress, cancelled
        self._stage, self._began = "", 0.0
        self._seconds: dict[str, float] = {}

    def start(self, stage: str) -> None:
        """End the stage before, and begin another; raises Cancelled where it is asked to."""
        self.stop()
        self._stage, self._began = stage, perf_counter()
        if self._cancelled():
            raise Cancelled(STOPPED)
        self._progress(stage, 0.0)

    def stop(self) -> dict[str, float]:
        """End the stage; gives the seconds of each so far."""
        if self._stage:
            self._seconds[self._stage] = perf_counter() - self._began
            self._progress(self._stage, 1.0)
        return self._seconds

    def batches(self, slices: range) -> Iterator[slice]:
        """Part `slices` as `core.cascade.asking.batches` does, and tell how many are done."""
        parts = tuple(batches(slices))

        def behind(stage: str, fraction: float) -> None:
            # The part that is taken now is prepared; the one before it is asked about.
            self._progress(stage, max(0.0, fraction - 1 / len(parts)))

        return watched(parts, self._stage, behind, self._cancelled, STOPPED)
