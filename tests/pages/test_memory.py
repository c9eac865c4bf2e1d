"""What a visitor has goes with its case, and never takes more than it may."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import streamlit as st
from numpy.typing import NDArray

from core.study import Study
from core.volume import Volume
from pages.common import memory as module
from pages.common.memory import MAX_CASES, Slot, memory, size_of

NUMBERS = Slot[int]("numbers", keep=2)
ARRAYS = Slot[NDArray[np.uint8]]("arrays", keep=9)


@pytest.fixture(autouse=True)
def _own_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "session_state", {})


def opened(scan: Volume, number: int) -> str:
    case = Study(replace(scan, digest=f"{number:064}"), ())
    memory().open(case)
    return case.id


def zeros(size: int = 100) -> NDArray[np.uint8]:
    return np.zeros(size, np.uint8)


def test_what_was_made_of_a_case_goes_with_it(scan: Volume) -> None:
    first = opened(scan, 0)
    NUMBERS.put(1, first)
    NUMBERS.put(2)
    for number in range(1, MAX_CASES):
        opened(scan, number)
    assert NUMBERS.get(first) == 1
    opened(scan, MAX_CASES)
    assert NUMBERS.get(first) is None
    assert NUMBERS.get() == 2


def test_result_that_comes_after_its_case_was_closed_is_not_kept() -> None:
    NUMBERS.put(1, "gone")
    assert not memory().kept


def test_slot_keeps_the_newest_of_each_case(scan: Volume) -> None:
    case, other = opened(scan, 0), opened(scan, 1)
    NUMBERS.put(9, other)
    for number in range(3):
        NUMBERS.put(number, case, of=number)
    assert NUMBERS.all(case) == {1: 1, 2: 2}
    assert NUMBERS.pop(case, of=2) == 2
    assert NUMBERS.all(case) == {1: 1}
    assert NUMBERS.get(other) == 9


def test_made_value_is_made_once_and_is_the_newest_when_asked_for_again(scan: Volume) -> None:
    case, calls = opened(scan, 0), []

    def make() -> int:
        calls.append(1)
        return len(calls)

    assert [NUMBERS.made(case, of, make) for of in ("a", "b", "a", "c", "a")] == [1, 2, 1, 3, 1]


def test_nothing_is_kept_of_what_raises() -> None:
    with pytest.raises(ZeroDivisionError):
        NUMBERS.made("", 1, lambda: 1 // 0)
    assert not memory().kept


def test_what_can_be_made_again_goes_first_and_what_was_chosen_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "BUDGET_BYTES", 250)
    text = Slot[str]("text")
    text.put("mine")
    ARRAYS.put(zeros(), of="measured")
    ARRAYS.made("", "old", zeros)
    assert set(ARRAYS.all()) == {"measured", "old"}
    ARRAYS.made("", "new", zeros)
    assert set(ARRAYS.all()) == {"measured", "new"}
    ARRAYS.put(zeros(200), of="large")
    assert set(ARRAYS.all()) == {"large"}
    assert text.get() == "mine"


def test_value_above_the_budget_is_kept_while_it_is_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "BUDGET_BYTES", 250)
    ARRAYS.put(zeros(300), of="huge")
    assert set(ARRAYS.all()) == {"huge"}
    ARRAYS.put(zeros(), of="small")
    assert set(ARRAYS.all()) == {"small"}


@dataclass
class Pair:
    one: NDArray[np.uint8]
    others: dict[str, tuple[NDArray[np.uint8], ...]]


def test_bytes_are_those_of_all_arrays_once_without_those_of_the_case(scan: Volume) -> None:
    array = zeros()
    assert size_of(Pair(array, {"x": (array, zeros(50))})) == 100 + 50 + len("x")
    case = Study(scan, ())
    assert size_of((case, scan.hu, zeros()), case) == 100
    assert size_of((scan.hu,)) == scan.hu.nbytes
