"""Two runs on the same patients."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from core.errors import BadDataset
from core.metrics.bootstrap import mean_interval
from core.metrics.comparison import compare_paired

FIRST = {"a": 0.5, "b": 0.6, "c": 0.7, "d": 0.8}
BETTER = {case: score + 0.1 for case, score in FIRST.items()}


def by_enumeration(differences: list[float]) -> float:
    """Wilcoxon's two-sided p: every choice of signs is as likely as any other."""
    ranks = rankdata(np.abs(differences))
    sums = [np.dot(ranks, signs) for signs in product((0, 1), repeat=len(ranks))]
    seen = sum(rank for rank, d in zip(ranks, differences, strict=True) if d > 0)
    tails = np.mean(np.array(sums) <= seen), np.mean(np.array(sums) >= seen)
    return min(1.0, 2 * min(tails))


@settings(max_examples=30)
@given(st.lists(st.integers(1, 99), min_size=1, max_size=9, unique=True), st.data())
def test_p_value_is_the_share_of_sign_choices_as_extreme(
    sizes: list[int], data: st.DataObject
) -> None:
    differences = [size * data.draw(st.sampled_from([-1, 1])) / 100 for size in sizes]
    second = {str(number): d for number, d in enumerate(differences)}
    found = compare_paired(dict.fromkeys(second, 0.0), second, resamples=10)
    assert found.p_value == pytest.approx(by_enumeration(differences), abs=1e-6)


def test_run_that_is_better_everywhere_gains_as_much_as_it_gains() -> None:
    found = compare_paired(FIRST, BETTER)
    gain = found.difference
    assert (gain.value, gain.low, gain.high) == pytest.approx((0.1, 0.1, 0.1))
    assert (found.higher, found.lower, found.equal) == (4, 0, 0)
    assert found.p_value == pytest.approx(2 / 2**4)


def test_exchanged_runs_differ_by_the_opposite() -> None:
    second = {"a": 0.9, "b": 0.5, "c": 0.8, "d": 0.8}
    there, back = compare_paired(FIRST, second), compare_paired(second, FIRST)
    assert back.difference.value == pytest.approx(-there.difference.value)
    assert (back.higher, back.lower, back.equal) == (there.lower, there.higher, 1)
    assert back.p_value == pytest.approx(there.p_value)


def test_interval_is_that_of_the_differences() -> None:
    second = {"a": 0.9, "b": 0.5, "c": 0.8, "d": 0.8}
    expected = mean_interval([second[case] - FIRST[case] for case in FIRST])
    assert compare_paired(FIRST, second).difference == expected


def test_only_cases_of_both_runs_are_compared_and_the_others_counted() -> None:
    second = {"b": 0.8, "c": math.nan, "d": 0.8, "e": 0.1}
    found = compare_paired(FIRST, second)
    assert found.difference.value == pytest.approx(0.1)
    assert (found.difference.cases, found.difference.left_out) == (2, 1)
    assert (found.only_first, found.only_second) == (1, 1)


def test_run_compared_with_itself_shows_no_difference() -> None:
    found = compare_paired(FIRST, FIRST)
    assert (found.difference.value, found.equal, found.p_value) == (0, 4, 1)


@pytest.mark.parametrize("second", [{}, {"x": 0.5}, {"a": math.nan}])
def test_runs_without_a_common_case_are_refused(second: dict[str, float]) -> None:
    with pytest.raises(BadDataset, match=f"4 cases of the first run and the {len(second)} of"):
        compare_paired(FIRST, second)
