"""Expected quality against true quality."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from core.metrics.calibration import ProbabilityHistogram, overlap_at
from core.metrics.risk import expected_dice, risk_coverage

pairs = st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1)), min_size=1, max_size=12)


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_risk_is_the_mean_of_the_most_trusted_cases(scores: list[float], random: object) -> None:
    trust = list(range(len(scores)))
    random.shuffle(trust)  # type: ignore[attr-defined]
    curve = risk_coverage(trust, scores)
    ranked = sorted(zip(trust, scores, strict=True), reverse=True)
    for kept in range(1, len(scores) + 1):
        expected = np.mean([1 - score for _, score in ranked[:kept]])
        assert curve.risk[kept - 1] == pytest.approx(expected, abs=1e-6)
        assert curve.coverage[kept - 1] == pytest.approx(kept / len(scores), abs=1e-6)
    assert curve.aurc == pytest.approx(np.mean(curve.risk), abs=1e-6)


@settings(max_examples=50)
@given(pairs)
def test_rank_correlation_is_that_of_pandas(cases: list[tuple[int, float]]) -> None:
    table = pd.DataFrame(cases, columns=["expected", "score"])
    found = risk_coverage(table["expected"].tolist(), table["score"].tolist()).rank_correlation
    # Ranks are taken by pandas; a rank that never changes has no correlation.
    ranks = table.rank()
    if len(table) < 2 or (ranks.nunique() == 1).any():
        assert math.isnan(found)
    else:
        assert found == pytest.approx(ranks["expected"].corr(ranks["score"]), abs=1e-6)


@settings(max_examples=50)
@given(pairs, st.randoms(use_true_random=False))
def test_cases_trusted_alike_may_come_in_any_order(
    cases: list[tuple[int, float]], random: object
) -> None:
    shuffled = list(cases)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (risk_coverage(*zip(*order, strict=True)) for order in (cases, shuffled))
    assert first.risk == pytest.approx(second.risk, abs=1e-6)


@settings(max_examples=50)
@given(pairs)
def test_no_order_is_better_than_that_of_the_true_scores(cases: list[tuple[int, float]]) -> None:
    curve = risk_coverage(*zip(*cases, strict=True))
    assert (curve.risk >= curve.best_risk - 1e-9).all()
    assert curve.risk[-1] == pytest.approx(curve.best_risk[-1])
    assert curve.excess_aurc >= -1e-9


def test_network_that_knows_loses_nothing_and_one_that_errs_loses_most() -> None:
    scores = [0.9, 0.8, 0.2]
    knows, errs = risk_coverage(scores, scores), risk_coverage([1, 2, 3], scores)
    assert (knows.excess_aurc, knows.rank_correlation) == (pytest.approx(0), pytest.approx(1))
    assert knows.risk == pytest.approx([0.1, 0.15, 1.1 / 3])
    assert errs.risk == pytest.approx([0.8, 0.5, 1.1 / 3])
    assert errs.rank_correlation == pytest.approx(-1)


def test_case_without_true_score_is_left_out_and_counted() -> None:
    curve = risk_coverage([0.9, 0.8, math.nan], [0.9, math.nan, 0.5])
    assert (curve.coverage.tolist(), curve.left_out) == ([1], 2)
    assert curve.aurc == pytest.approx(0.1)


def test_no_case_at_all_has_no_curve() -> None:
    curve = risk_coverage([], [])
    assert len(curve.risk) == 0
    assert all(map(math.isnan, (curve.aurc, curve.excess_aurc, curve.rank_correlation)))


def test_scores_of_other_cases_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(2,\) scores"):
        risk_coverage([0.1, 0.2], [0.1])


levels = arrays(np.int64, 256, elements=st.integers(0, 50))


@given(levels, st.floats(0.01, 1))
def test_expected_dice_is_the_dice_of_true_probabilities(
    voxels: NDArray[np.int64], threshold: float
) -> None:
    # Of 255 voxels of level k, k are true: as many as their probability says.
    k = np.arange(256)
    histogram = ProbabilityHistogram(positives=voxels * k, negatives=voxels * (255 - k))
    expected = expected_dice(voxels, threshold)
    np.testing.assert_allclose(expected, overlap_at(histogram, threshold).dice, atol=1e-12)


def test_sure_call_is_expected_to_be_right() -> None:
    voxels = np.zeros(256, np.int64)
    assert math.isnan(expected_dice(voxels, 0.5))
    voxels[0], voxels[255] = 900, 100
    assert expected_dice(voxels, 0.5) == 1
