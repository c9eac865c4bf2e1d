"""Make the next thing while the last one is used: two cores, one preparing, the other computing."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")


def ahead(items: Iterable[S], make: Callable[[S], T]) -> Iterator[T]:
    """Give ``make(item)`` for each of `items` in order, each made while the one before is used.

    `items` are gone through by whoever asks; `make` is called in a thread.
    """
    with ThreadPoolExecutor(1) as thread:
        waiting: Future[T] | None = None
        for item in items:
            following = thread.submit(make, item)
            if waiting is not None:
                yield waiting.result()
            waiting = following
        if waiting is not None:
            yield waiting.result()
