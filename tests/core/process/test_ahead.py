"""The next thing is made while the last one is used."""

import threading

import pytest

from core.process.ahead import ahead


def test_all_are_given_in_order_and_one_is_made_ahead() -> None:
    made: list[int] = []
    used: list[int] = []

    def make(number: int) -> int:
        made.append(number)
        assert threading.current_thread() is not threading.main_thread()
        return number * number

    for square in ahead(range(5), make):
        used.append(square)
        # No more than the next one: each holds memory.
        assert len(made) <= len(used) + 2
    assert used == [0, 1, 4, 9, 16]
    assert list(ahead([], make)) == []


def test_what_goes_wrong_is_raised_where_it_is_asked_for() -> None:
    def make(number: int) -> int:
        return 1 // number

    with pytest.raises(ZeroDivisionError):
        list(ahead([1, 0, 1], make))


def test_who_stops_asking_stops_the_making() -> None:
    made: list[int] = []
    given = ahead(range(100), lambda number: made.append(number))
    next(given)
    given.close()
    assert len(made) <= 3
