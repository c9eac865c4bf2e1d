"""A visit is found again by the name of its tab, by nobody else, and no longer than it lives."""

import gc

import pytest

from core.study import Study
from core.volume import Volume
from pages.common.memory import Memory
from pages.common.visit import Visits

NAME = "0" * 32


def holding(scan: Volume) -> Memory:
    memory = Memory()
    memory.open(Study(scan, ()))
    return memory


def test_a_reload_finds_the_memory_of_its_tab(scan: Volume) -> None:
    visits, before = Visits(), holding(scan)
    assert visits.claim(NAME, before) is before
    assert visits.claim(NAME, Memory()) is before
    other = Memory()
    assert visits.claim("1" * 32, other) is other


def test_what_a_new_session_has_already_stays(scan: Volume) -> None:
    visits, before, quick = Visits(), holding(scan), holding(scan)
    visits.claim(NAME, before)
    assert visits.claim(NAME, quick) is quick


def test_a_tab_that_is_open_shares_nothing(scan: Volume, monkeypatch: pytest.MonkeyPatch) -> None:
    visits, before = Visits(), holding(scan)
    before.session = "open"
    visits.claim(NAME, before)
    monkeypatch.setattr("pages.common.visit.is_active", lambda session: session == "open")
    assert visits.claim(NAME, Memory()) is None


def test_no_memory_is_kept_alive_for_a_name(scan: Volume) -> None:
    visits, before = Visits(), holding(scan)
    visits.claim(NAME, before)
    del before
    gc.collect()
    own = Memory()
    assert visits.claim(NAME, own) is own
