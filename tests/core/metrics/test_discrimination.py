import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from core.metrics.discrimination import auroc, auroc_interval

scored = st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=2, max_size=60)


@given(scored)
def test_area_is_that_of_scikit_learn_ties_included(pairs: list[tuple[int, bool]]) -> None:
    scores, positive = np.array(pairs).T.astype(float)
    found = auroc(scores, positive == 1)
    if len(set(positive)) < 2:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)


def test_score_that_parts_both_kinds_has_area_one_in_every_draw() -> None:
    positive = np.arange(40) % 2 == 0
    interval = auroc_interval(positive.astype(float), positive, [f"p{n % 5}" for n in range(40)])
    assert (interval.value, interval.low, interval.high, interval.cases) == (1, 1, 1, 5)


def test_draws_are_of_patients_and_give_what_a_plain_bootstrap_gives() -> None:
    random = np.random.default_rng(3)
    patients = np.repeat(np.arange(6), 20)
    positive = random.random(120) < 0.4
    scores = positive + random.normal(0, 1, 120) + patients * 0.3
    interval = auroc_interval(scores, positive, patients.tolist(), resamples=300, seed=1)
    areas = []
    for draw in np.random.default_rng(1).integers(0, 6, (300, 6)):
        rows = np.concatenate([np.flatnonzero(patients == one) for one in draw])
        areas.append(roc_auc_score(positive[rows], scores[rows]))
    low, high = np.quantile(areas, (0.025, 0.975))
    assert interval.low == pytest.approx(low, abs=1e-12)
    assert interval.high == pytest.approx(high, abs=1e-12)


def test_undefined_scores_are_left_out_and_counted() -> None:
    interval = auroc_interval(np.array([0.1, np.nan, 0.9]), np.array([False, True, True]), "abc")
    assert (interval.value, interval.left_out, interval.cases) == (1, 1, 2)


def test_one_kind_alone_has_no_area() -> None:
    interval = auroc_interval(np.array([0.1, 0.2]), np.array([True, True]), "ab")
    assert math.isnan(interval.value)
    assert math.isnan(interval.low)
