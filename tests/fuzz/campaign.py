"""Try many hostile inputs, each with a limit on time and memory, and count what became of them."""

import re
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import rmtree
from time import perf_counter
from types import FrameType

from core.errors import Cancelled, HepatoScopeError, ProcessEnded
from core.process import Worker
from core.process.memory import MB
from tests.fuzz.entrances import ENTRANCES, Entrance, Files, hostile, without_processes, written

SECONDS = 10
BATCH = 40
# What a process may take in all: far above what one input may, so that this is seen, not felt.
PROCESS_MB = 6_000
SENTENCE = re.compile(r"^[A-Z“0-9].{10,900}\.$", re.DOTALL)


class TooSlow(BaseException):
    """An input took longer than it may; no library catches it by mistake."""


@dataclass(frozen=True)
class Tried:
    """What became of one input.

    Parameters
    ----------
    verdict : ``taken``, ``refused``, or a fault: ``raw``, ``wordless``, ``slow``, ``memory``,
        ``ended``.
    told : the sentence, or the error.
    """

    seed: int
    verdict: str
    told: str
    seconds: float
    peak_mb: float


FAULTS = ("raw", "wordless", "slow", "memory", "ended")


def try_one(entrance: Entrance, files: Files, folder: Path) -> tuple[str, str]:
    """Let an entrance take an input: the verdict, and what was told."""
    try:
        entrance.enter(written(files, folder))
    except HepatoScopeError as error:
        return ("refused" if SENTENCE.match(str(error)) else "wordless"), str(error)
    except TooSlow:
        return "slow", f"over {SECONDS} s"
    except MemoryError as error:
        return "memory", str(error)
    # The one thing that is looked for.
    except Exception as error:
        return "raw", f"{type(error).__name__}: {error} {_place(error)}"
    return "taken", ""


def try_batch(
    name: str, seeds: list[int], isolated: bool, progress: Callable[[int], None]
) -> list[Tried]:
    """Try inputs of an entrance one after the other.

    Parameters
    ----------
    isolated : whether foreign decoders get a process of their own, as in the product; all is done
        in this process otherwise, which is quick and hides nothing.
    """
    tried = []
    known = seeds_of(name)
    with (
        tempfile.TemporaryDirectory(prefix="fuzz-") as place,
        nullcontext() if isolated else without_processes(),
    ):
        signal.signal(signal.SIGALRM, _too_slow)
        for seed in seeds:
            files = hostile(ENTRANCES[name], known, seed)
            progress(seed)
            tried.append(_measured(ENTRANCES[name], files, seed, Path(place)))
    return tried


def _measured(entrance: Entrance, files: Files, seed: int, place: Path) -> Tried:
    folder = place / "input"
    folder.mkdir()
    before = _reset_peak()
    start = perf_counter()
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        verdict, told = try_one(entrance, files, folder)
    except TooSlow:
        verdict, told = "slow", f"over {SECONDS} s"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    seconds = perf_counter() - start
    peak = _peak_mb() - before
    rmtree(folder, ignore_errors=True)
    if verdict in ("taken", "refused") and peak > entrance.memory_mb:
        verdict, told = "memory", f"{peak:.0f} MB: {told}"
    return Tried(seed, verdict, told, seconds, peak)


def campaign(name: str, seeds: range) -> Iterator[Tried]:
    """Try many inputs of an entrance in processes that may die of them.

    What a foreign decoder dies of, or hangs on, is tried again as the product does it.
    """
    worker = Worker("fuzz", memory_mb=PROCESS_MB)
    waiting = [(list(seeds[at : at + BATCH]), False) for at in range(0, len(seeds), BATCH)]
    try:
        while waiting:
            batch, isolated = waiting.pop(0)
            watch = _Watch()
            try:
                yield from worker.ask(
                    try_batch, name, batch, isolated,
                    cancelled=watch.is_over, progress=watch.begin,
                )  # fmt: skip
            except (ProcessEnded, Cancelled) as error:
                if isolated or watch.begun is None:
                    yield Tried(batch[0], "ended", str(error), watch.seconds, 0.0)
                    continue
                # What came before it is tried again too: it is the same.
                at = batch.index(watch.begun)
                parts = [(batch[:at], False), ([watch.begun], True), (batch[at + 1 :], False)]
                waiting = [part for part in parts if part[0]] + waiting
    finally:
        worker.close()


class _Watch:
    """Which input a process is at, and for how long."""

    def __init__(self) -> None:
        self.begun: int | None = None
        self._since = perf_counter()

    @property
    def seconds(self) -> float:
        return perf_counter() - self._since

    def begin(self, seed: int) -> None:
        self.begun, self._since = seed, perf_counter()

    def is_over(self) -> bool:
        return self.seconds > (60 if self.begun is None else SECONDS + 2)


def summary(tried: list[Tried]) -> Counter[str]:
    """Count verdicts."""
    return Counter(one.verdict for one in tried)


@cache
def seeds_of(name: str) -> list[Files]:
    """Make the valid inputs and the bombs of an entrance, once in a process."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        return ENTRANCES[name].seeds(Path(place))


def _too_slow(_: int, __: FrameType | None) -> None:
    raise TooSlow


def _place(error: BaseException) -> str:
    at, place = error.__traceback__, ""
    while at is not None:
        path = at.tb_frame.f_code.co_filename
        if "/core/" in path or "/pages/" in path:
            place = f"{Path(path).name}:{at.tb_lineno}"
        at = at.tb_next
    return f"({place})"


def _reset_peak() -> float:
    Path("/proc/self/clear_refs").write_text("5")
    return _peak_mb()


def _peak_mb() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024 / MB
    return 0.0
