"""Whether expected Dice goes with true Dice, run by run."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import permutation_test, spearmanr

from core.evaluation.expected_dice import chance_of_order, trust_of, trust_of_preset
from core.evaluation.run import Run, read_run
from tests.pages.runs import make_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return read_run(make_run(tmp_path_factory.mktemp("runs") / "paper-drawn", cases=tuple("abc")))


def of_dice(run: Run, dice: list[float], expected: list[float]) -> Run:
    """The run with organs of our own choice: 1,000 true voxels, as many called."""
    rows = run.cases[run.cases["target"] == "organ"].iloc[[0] * len(dice)]
    found = np.rint(1000 * np.array(dice)).astype(int)
    table = rows.assign(
        case=[f"c{at}" for at in range(len(dice))],
        true_positive=found,
        false_positive=1000 - found,
        false_negative=1000 - found,
        expected_dice=expected,
    )
    return replace(run, cases=table)


def test_order_that_holds_costs_nothing(run: Run) -> None:
    found = trust_of(of_dice(run, [0.9, 0.7, 0.8], [0.95, 0.85, 0.9]), "organ")
    assert found.curve.rank_correlation == pytest.approx(1)
    assert found.curve.aurc == pytest.approx((0.1 + 0.15 + 0.2) / 3)
    assert found.curve.excess_aurc == pytest.approx(0)
    assert (found.run, found.cases) == ("paper-drawn", 3)


def test_case_without_a_dice_is_left_out(run: Run) -> None:
    known = of_dice(run, [0.9, 0.7, 0.8], [0.9, math.nan, 0.95])
    found = trust_of(known, "organ")
    assert (found.cases, found.curve.left_out) == (2, 1)
    assert found.curve.rank_correlation == pytest.approx(-1)
    assert found.by_chance == 1, "of two cases one order is as likely as the other"


def test_perfect_order_of_five_comes_about_twice_in_120() -> None:
    first = [0.1, 0.2, 0.5, 0.7, 0.9]
    assert chance_of_order(first, first) == pytest.approx(2 / 120)
    assert chance_of_order(first, first[::-1]) == pytest.approx(2 / 120)


@pytest.mark.parametrize("cases", [4, 6, 7])
def test_chance_of_few_agrees_with_scipy(cases: int) -> None:
    rng = np.random.default_rng(cases)
    first, second = rng.integers(0, 5, cases), rng.random(cases)
    found = permutation_test(
        (second,), lambda other: spearmanr(first, other).statistic, permutation_type="pairings"
    )
    assert chance_of_order(first.tolist(), second.tolist()) == pytest.approx(found.pvalue)


def test_chance_of_many_is_that_of_student(run: Run) -> None:
    rng = np.random.default_rng(0)
    first, second = rng.random((2, 30)).tolist()
    assert chance_of_order(first, second) == spearmanr(first, second).pvalue


@pytest.mark.parametrize(("first", "second"), [([], []), ([1], [2]), ([1, 1, 1], [1, 2, 3])])
def test_order_of_nothing_has_no_chance(first: list[float], second: list[float]) -> None:
    assert math.isnan(chance_of_order(first, second))


def test_only_the_presets_own_runs_speak_for_it(run: Run) -> None:
    names = ("paper-drawn", "focus-drawn", "leakage-slice-drawn")
    found = trust_of_preset([replace(run, name=name) for name in names], "paper")
    assert {each.run for each in found} == {"paper-drawn"}
    assert {each.target for each in found} == {"organ", "tumor"}


def test_folder_of_a_run_is_enough(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "paper-few", cases=("a",))
    (organ, tumor) = trust_of_preset([read_run(folder)], "paper")
    assert organ.cases == tumor.cases == 1
    assert math.isnan(organ.by_chance)
