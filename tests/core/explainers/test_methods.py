"""What every method says of a network that sees by brightness alone."""

from dataclasses import replace

import numpy as np
import pytest

from core.errors import HepatoScopeError
from core.explainers.attribution import Attribution, shares
from core.explainers.explain import explained_by
from core.explainers.methods.occlusion import patches
from core.explainers.network import KerasNetwork
from core.explainers.question import Question
from core.explainers.registry import method_named, methods, published
from core.explainers.trial import variants
from tests.core.explainers.conftest import LESION, LIVER, SIDE

TRUE_SCORE = LESION.sum() * (200 - 128) / 255 / SIDE**2


def asked(
    network: KerasNetwork,
    question: Question,
    method: str,
    samples: int | None = 40,
    seed: int = 0,
) -> Attribution:
    network.aim(question)
    return explained_by(network, question, method, samples, seed, lambda share: None)


@pytest.mark.parametrize("method", methods())
def test_attribution_lies_in_the_lesion_that_the_answer_rests_on(
    bright: KerasNetwork, question: Question, method: str
) -> None:
    found = asked(bright, question, method, None if method == "occlusion" else 160)
    spread = shares(found.values, LESION, LIVER)
    assert found.score == pytest.approx(TRUE_SCORE, rel=1e-4)
    assert spread is not None
    assert spread.peak_in_tumor
    assert spread.tumor > 1.5 * spread.tumor_area
    assert spread.outside == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("method", ["shap", "integrated"])
def test_values_add_up_to_what_they_explain(
    bright: KerasNetwork, question: Question, method: str
) -> None:
    found = asked(bright, question, method)
    assert found.expected == pytest.approx(0, abs=1e-6)
    assert found.completeness_error == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("method", methods())
def test_same_seed_gives_the_same_map(
    bright: KerasNetwork, question: Question, method: str
) -> None:
    first, second = (asked(bright, question, method, seed=3).values for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("method", ["smoothgrad", "rise"])
def test_another_seed_gives_another_map(
    bright: KerasNetwork, question: Question, method: str
) -> None:
    first, second = (asked(bright, question, method, seed=seed).values for seed in (0, 1))
    assert not np.array_equal(first, second)


def test_lesion_as_target_explains_its_own_mean(bright: KerasNetwork, question: Question) -> None:
    aimed = Question(**{**question.__dict__, "target": (LESION / LESION.sum()).astype(np.float32)})
    found = asked(bright, aimed, "integrated")
    assert found.score == pytest.approx((200 - 128) / 255, rel=1e-4)
    assert found.values[~LESION].sum() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("method", methods())
def test_slices_beside_are_held_while_the_slice_changes(
    bright: KerasNetwork, question: Question, method: str
) -> None:
    # As bright everywhere as the lesion: they raise the score, and explain nothing of the slice.
    beside = np.full((SIDE, SIDE, 2), 200, np.uint8)
    between = replace(question, beside=beside)
    bright.aim(between)
    found = explained_by(bright, between, method, None, 0, lambda share: None)
    whole = np.where(LIVER, 128, 0) + np.where(LESION, 72, 0) + 2 * 200.0
    mean = np.maximum(whole / 3 - 128, 0).mean() / 255
    assert found.score == pytest.approx(mean, rel=1e-4)
    assert found.values[~LIVER] == pytest.approx(0, abs=1e-6)
    if found.expected is not None:
        assert found.completeness_error == pytest.approx(0, abs=0.01)
    if method in ("shap", "integrated"):
        assert found.values.sum() == pytest.approx(LESION.sum() * 24 / 255 / SIDE**2, rel=0.02)


def test_patches_cover_all_that_is_seen_and_stay_below_the_limit(question: Question) -> None:
    for most in (1000, 60):
        corners, side = patches(question, most)
        covered = np.zeros_like(LIVER)
        for top, left in corners:
            covered[top : top + side, left : left + side] = True
        assert len(corners) <= most
        if most == 1000:
            assert covered[LIVER].all()


def test_unknown_method_is_told_with_the_known_ones() -> None:
    with pytest.raises(HepatoScopeError, match=r"no method “guess”.*shap, integrated"):
        method_named("guess")


def test_gradient_is_that_of_the_network(bright: KerasNetwork, question: Question) -> None:
    bright.aim(question)
    gradient = bright.gradient(question.image[None])[0]
    # Above its threshold the answer grows by a pixel's own share, and by nothing elsewhere.
    np.testing.assert_allclose(gradient[LESION], 1 / SIDE**2, rtol=1e-4)
    assert not gradient[~LIVER].any()


def test_published_method_is_asked_unless_another_is_named() -> None:
    assert published().name == "shap"
    assert published() is method_named("shap")


def test_trial_judges_what_compares_on_phantoms_too() -> None:
    names = [variant.name for variant in variants()]
    assert names == [*methods(), "shap-phantoms"]
