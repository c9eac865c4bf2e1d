"""Maps of known worth, put to the test."""

import math

import numpy as np
import pytest

from core.explainers.faithfulness import STEPS, Curves, curves, likeness, noisy
from core.explainers.network import KerasNetwork
from core.explainers.question import Question
from tests.core.explainers.conftest import LESION, LIVER


def judged(network: KerasNetwork, question: Question, values: np.ndarray) -> Curves:
    network.aim(question)
    return curves(network, question, values.astype(np.float32), 0, lambda share: None)


def test_the_true_map_beats_random_order_and_its_opposite_loses(
    bright: KerasNetwork, question: Question
) -> None:
    true, opposite = judged(bright, question, LESION), judged(bright, question, -1.0 * LESION)
    assert true.deletion_gain > 0.3
    assert true.insertion_gain > 0.3
    assert opposite.deletion_gain < -0.3
    assert opposite.insertion_gain < -0.3


def test_curves_lead_from_the_slice_to_the_plain_one_and_back(
    bright: KerasNetwork, question: Question
) -> None:
    found = judged(bright, question, LESION)
    whole, nothing = bright.score(np.stack([question.image, question.start]))
    assert len(found.share) == STEPS + 1
    for deletion in (found.deletion, found.random_deletion):
        assert deletion[0] == pytest.approx(whole)
        assert deletion[-1] == pytest.approx(nothing, abs=1e-7)
    for insertion in (found.insertion, found.random_insertion):
        assert insertion[0] == pytest.approx(nothing, abs=1e-7)
        assert insertion[-1] == pytest.approx(whole)


def test_a_map_without_any_idea_gains_nothing(bright: KerasNetwork, question: Question) -> None:
    gains = [
        judged(bright, question, np.random.default_rng(seed).random(LIVER.shape)).insertion_gain
        for seed in range(1, 6)
    ]
    assert abs(float(np.mean(gains))) < 0.1


def test_gain_is_undefined_where_nothing_is_called(
    bright: KerasNetwork, question: Question
) -> None:
    empty = Question(**{**question.__dict__, "gray": question.plain})
    assert math.isnan(judged(bright, empty, LESION).deletion_gain)


def test_likeness_is_that_of_the_ranks() -> None:
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    first = rng.normal(size=LIVER.shape).astype(np.float32)
    second = (first + rng.normal(size=LIVER.shape)).astype(np.float32)
    expected = spearmanr(first[LIVER], second[LIVER]).statistic
    assert likeness(first, second, LIVER) == pytest.approx(expected)
    assert likeness(first, np.exp(first), LIVER) == pytest.approx(1)
    assert math.isnan(likeness(first, np.zeros_like(first), LIVER))


def test_noise_stays_inside_what_the_network_sees(question: Question) -> None:
    changed = noisy(question, 0) != question.gray
    assert changed[LIVER].mean() > 0.8
    assert not changed[~LIVER].any()
