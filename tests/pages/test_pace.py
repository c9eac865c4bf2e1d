"""Progress and time left, by what the same work took before."""

import pytest

from pages.common.pace import Clock, Paces, in_words, progress_of

STAGES = ("quick", "slow")


def done(size: float, quick: float, slow: float) -> Clock:
    """Work of a size that has ended."""
    clock = Clock(STAGES, size)
    clock.began = {"quick": 0.0, "slow": quick}
    clock.ended = {"quick": quick, "slow": quick + slow}
    return clock


def at_work(size: float = 1.0, **fractions: float) -> Clock:
    clock = Clock(STAGES, size, fractions=dict(fractions))
    clock.began = dict.fromkeys(fractions, 0.0)
    clock.ended = {stage: 0.0 for stage, share in fractions.items() if share == 1}
    return clock


def test_without_experience_stages_count_alike_and_no_time_is_told() -> None:
    assert progress_of(at_work(quick=1.0), None, 5.0) == (0.5, None)


def test_with_experience_a_stage_counts_as_long_as_it_takes() -> None:
    paces = Paces()
    paces.learn(done(1.0, quick=1.0, slow=9.0))
    clock = at_work(quick=1.0, slow=0.5)
    share, left = progress_of(clock, paces.expected(clock), 5.0)
    assert share == pytest.approx(0.55)
    assert left == pytest.approx(4.5)


def test_twice_the_work_takes_twice_as_long() -> None:
    paces = Paces()
    paces.learn(done(2.0, quick=2.0, slow=8.0))
    _, left = progress_of(at_work(4.0), paces.expected(at_work(4.0)), 0.0)
    assert left == pytest.approx(20.0)


def test_a_stage_that_tells_nothing_goes_on_with_the_time_it_took_before() -> None:
    paces = Paces()
    paces.learn(done(1.0, quick=1.0, slow=9.0))
    clock = at_work(quick=1.0, slow=0.0)
    shares = [progress_of(clock, paces.expected(clock), now)[0] for now in (0.0, 4.5, 9.0, 99.0)]
    assert shares == pytest.approx([0.1, 0.55, 0.1 + 0.9 * 0.95, 0.1 + 0.9 * 0.95])


def test_the_clock_ends_a_stage_with_the_next_one() -> None:
    clock = Clock(STAGES)
    clock.tell("quick", 0.2)
    clock.tell("slow", 0.0)
    assert set(clock.ended) == {"quick"}
    clock.tell("slow", 1.0)
    assert set(clock.took) == set(STAGES)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(None, ""), (1.0, "nearly done"), (41.6, "about 42 s left"), (200.0, "about 3 min left")],
)
def test_time_left_is_told_in_words(seconds: float | None, said: str) -> None:
    assert in_words(seconds) == said
