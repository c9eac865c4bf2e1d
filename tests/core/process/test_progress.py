"""Work that says how far it is."""

import pytest

from core.errors import Cancelled
from core.process.progress import watched


def test_progress_is_told_before_each_piece_and_at_the_end() -> None:
    told: list[tuple[str, float]] = []
    pieces = watched("abcd", "reading", lambda *said: told.append(said), lambda: False, "Stopped.")
    assert "".join(pieces) == "abcd"
    assert told == [("reading", share) for share in (0, 0.25, 0.5, 0.75, 1)]


def test_what_is_no_longer_wanted_stops_between_two_pieces() -> None:
    done: list[int] = []
    pieces = watched((1, 2, 3), "", lambda *_: None, lambda: len(done) == 2, "Stopped for good.")
    with pytest.raises(Cancelled, match="for good"):
        done.extend(pieces)
    assert done == [1, 2]
