"""How long work says what is done of it, and stops when asked to."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from core.errors import Cancelled

# Is told a stage, and how much of it is done, 0..1.
Progress = Callable[[str, float], None]

T = TypeVar("T")


def watched(
    items: Sequence[T],
    stage: str,
    progress: Progress,
    cancelled: Callable[[], bool],
    stopped: str,
) -> Iterator[T]:
    """Go through `items`, and say before each how much of the stage is done.

    Raises Cancelled with the sentence `stopped` once `cancelled` is True, which is asked then too.
    """
    for done, item in enumerate(items):
        if cancelled():
            raise Cancelled(stopped)
        progress(stage, done / len(items))
        yield item
    progress(stage, 1.0)
