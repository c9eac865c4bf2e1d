"""Whose turn it is: work that needs the same thing waits in one line, other work does not."""

import threading
from enum import Enum

import streamlit as st


class Uses(Enum):
    """What a job takes from all others while it runs; the value names it in a sentence."""

    NETWORKS = "the networks"
    MODEL = "the large models"
    CONNECTION = "the network connection"
    NOTHING = "the processor"


class Line:
    """Members that work, and after them those who wait, in the order in which they came.

    Parameters
    ----------
    at_once : members that work at a time.
    most_waiting : members that may wait beside them.
    """

    def __init__(self, at_once: int, most_waiting: int) -> None:
        self._at_once, self._most = at_once, at_once + most_waiting
        self._members: list[object] = []
        self._moved = threading.Condition()

    def join(self, member: object) -> bool:
        """Stand at the end; False where the line is full."""
        with self._moved:
            if len(self._members) >= self._most:
                return False
            self._members.append(member)
            return True

    def members(self) -> list[object]:
        """List those who work, and after them those who wait."""
        with self._moved:
            return list(self._members)

    def place(self, member: object) -> int:
        """Tell how many members have to end before `member` may work; 0 is its turn."""
        with self._moved:
            return max(0, self._members.index(member) - self._at_once + 1)

    def await_move(self, seconds: float) -> None:
        """Sleep until somebody leaves, at most so long."""
        with self._moved:
            self._moved.wait(seconds)

    def leave(self, member: object) -> None:
        """Make room for those behind."""
        with self._moved:
            self._members.remove(member)
            self._moved.notify_all()


# More at once would only slow each other; a large model fills the memory alone.
SIZES = {
    Uses.NETWORKS: (1, 12),
    Uses.MODEL: (1, 4),
    Uses.CONNECTION: (2, 6),
    Uses.NOTHING: (2, 6),
}


@st.cache_resource
def lines() -> dict[Uses, Line]:
    """Give the lines of this host, one for each thing that work uses."""
    return {uses: Line(*size) for uses, size in SIZES.items()}
