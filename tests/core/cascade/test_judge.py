"""Judging lesions as a whole, and what a burden is worth."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.cascade import segmentation as cascade
from core.cascade.burden import LEAST, burden_error, burden_range, conformal_bound
from core.cascade.judge import SUREST, Judge, Traits, judge_of, teach, traits_of
from core.cascade.measurement import measure
from core.cascade.networks import Networks
from core.cascade.segmentation import relabel, segment
from core.errors import WeightsMissing
from core.geometry.windows import LIVER_WINDOW
from core.labels import tumor_mask
from core.models import store
from core.presets import ENSEMBLE, PAPER
from core.volume import Volume

SHAPE = (80, 80, 40)
LIVER_HU, LESION_HU = 100, 60


def ball(center: tuple[int, int, int], radius: float) -> NDArray[np.bool_]:
    grid = np.indices(SHAPE).T - np.array(center)
    inside: NDArray[np.bool_] = ((grid**2).sum(axis=-1) <= radius**2).T
    return inside


def scene(lesion_hu: int = LESION_HU) -> tuple[NDArray[np.int16], ...]:
    """A noisy liver of 30 voxels' radius with two lesions, of 8 and of 3."""
    organ = ball((40, 40, 20), 30)
    tumor = ball((30, 40, 20), 8) | ball((55, 40, 20), 3)
    hu = np.where(organ, np.where(tumor, lesion_hu, LIVER_HU), -200).astype(np.int16)
    hu += np.random.default_rng(0).normal(0, 10, SHAPE).astype(np.int16)
    return hu, organ, tumor


def described(lesion_hu: int = LESION_HU, slice_mm: float = 2.0) -> list[Traits]:
    hu, organ, tumor = scene(lesion_hu)
    return list(traits_of(hu, organ, tumor, slice_mm, LIVER_WINDOW))


def test_traits_of_a_ball_are_those_that_geometry_tells() -> None:
    large, small = described()
    _, organ, _ = scene()
    sphere = 4 / 3 * math.pi * 8**3
    assert large.size == pytest.approx(math.log10(sphere / organ.sum()), abs=0.02)
    assert large.height == pytest.approx(math.log(17 * 2.0))
    assert small.height == pytest.approx(math.log(7 * 2.0))
    # A ball fills pi / 6 of its box; voxels make the box a little larger.
    assert large.fullness == pytest.approx(math.pi / 6, abs=0.1)
    assert large.relief == pytest.approx((LIVER_HU - LESION_HU) / 10, rel=0.1)


def test_a_bright_lesion_stands_out_as_a_dark_one_does() -> None:
    assert described(140)[0].relief == pytest.approx(described(60)[0].relief, rel=0.05)


def test_traits_do_not_ask_for_the_size_of_a_pixel() -> None:
    hu, organ, tumor = scene()
    finer = [np.repeat(np.repeat(array, 2, axis=0), 2, axis=1) for array in (hu, organ, tumor)]
    for once, twice in zip(described(), traits_of(*finer, 2.0, LIVER_WINDOW), strict=True):
        assert twice.size == pytest.approx(once.size)
        assert twice.height == pytest.approx(once.height)
        assert twice.fullness == pytest.approx(once.fullness)
        assert twice.relief == pytest.approx(once.relief, rel=0.05)


def test_without_a_tumor_or_a_liver_there_is_nothing_to_judge() -> None:
    hu, organ, _ = scene()
    nothing = np.zeros(SHAPE, bool)
    assert not list(traits_of(hu, organ, nothing, 2.0, LIVER_WINDOW))
    assert not list(traits_of(hu, nothing, nothing, 2.0, LIVER_WINDOW))


def test_a_liver_that_is_all_tumor_is_described_too() -> None:
    hu, organ, _ = scene()
    (only,) = traits_of(hu, organ, organ, 2.0, LIVER_WINDOW)
    assert all(math.isfinite(value) for value in (only.size, only.relief))


def test_the_judge_is_the_regression_it_was_taught() -> None:
    rng = np.random.default_rng(3)
    rows = rng.normal([-3, 2, 0.4, 1], [1, 0.5, 0.1, 0.6], (120, 4))
    real = rows[:, 0] + rng.normal(0, 0.5, 120) > -3
    judge = teach([Traits(*row) for row in rows.tolist()], real.tolist())
    library = make_pipeline(StandardScaler(), LogisticRegression()).fit(rows, real)
    chances = [judge.chance(Traits(*row)) for row in rows.tolist()]
    expected = np.clip(library.predict_proba(rows)[:, 1], 1 - SUREST, SUREST)
    np.testing.assert_allclose(chances, expected, atol=1e-6)


def test_unlikely_lesions_are_dropped_and_the_others_told(
    scan: Volume, networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    judging = replace(PAPER, lesion_chance=0.5)
    plain = segment(scan, PAPER, networks=networks)
    for weights, kept in (((0.0,) * 4, True), ((10.0, 0, 0, 0), False)):
        judge = Judge((0.0,) * 4, (1.0,) * 4, weights, 2.0)
        monkeypatch.setattr(cascade, "judge_of", lambda name, judge=judge: judge)
        found = segment(scan, judging, networks=networks)
        assert tumor_mask(found.labels).any() == kept
        assert found.chances == ((pytest.approx(1 / (1 + math.exp(-2))),) if kept else ())
        assert found.steps[-1].name == "Unlikely lesions dropped"
        dropped = tumor_mask(found.labels).sum() - tumor_mask(plain.labels).sum()
        assert found.steps[-1].changed_ml == pytest.approx(dropped * scan.voxel_ml)
        told = measure(scan, found.labels, found.chances).lesions
        assert [lesion.real_percent for lesion in told] == ([pytest.approx(88.08, abs=0.01)] * kept)


def test_where_nobody_judges_no_chance_is_told(scan: Volume, networks: Networks) -> None:
    found = segment(scan, PAPER, networks=networks)
    assert found.chances is None
    assert relabel(scan, found, 0.5, 0.5).chances is None
    assert all(lesion.real_percent is None for lesion in measure(scan, found.labels).lesions)


def test_the_shipped_judge_prefers_what_is_large_tall_round_and_stands_out() -> None:
    judge = judge_of(ENSEMBLE.name)
    usual = Traits(*judge.middle)
    for name in ("size", "height", "fullness", "relief"):
        more = replace(usual, **{name: getattr(usual, name) * 0.9 + 0.5})
        assert judge.chance(more) > judge.chance(usual), name


def test_a_missing_calibration_says_what_to_do(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "WEIGHTS_DIR", tmp_path)
    with pytest.raises(WeightsMissing, match=r"calibration\.json.*fetch the folder"):
        judge_of(ENSEMBLE.name)


@given(st.lists(st.floats(0, 3), min_size=9, max_size=40), st.integers(0, 2**32 - 1))
def test_nine_of_ten_new_errors_stay_below_the_bound(errors: list[float], seed: int) -> None:
    """Leave each out in turn: what is promised of a new patient holds over all of them."""
    held = [
        errors[place]
        <= conformal_bound({str(n): [e] for n, e in enumerate(errors) if n != place}, 0.9)
        for place in range(len(errors))
    ]
    assert np.mean(held) >= 0.9 - 1e-9


def test_the_worst_scan_of_a_patient_counts_and_few_patients_promise_nothing() -> None:
    errors = {str(number): [0.0, float(number)] for number in range(9)}
    assert conformal_bound(errors, 0.9) == 8
    assert conformal_bound(dict(list(errors.items())[:8]), 0.9) == math.inf


def test_a_burden_has_a_range_around_it_even_where_nothing_was_called() -> None:
    found, nothing = burden_range(10.0, "ensemble"), burden_range(0.0, "ensemble")
    assert found is not None
    assert nothing is not None
    assert 0 <= found.low < 10 < found.high <= 100
    assert nothing.low == 0
    assert nothing.high > 0
    # The ends are as far off as the bound says.
    assert burden_error(found.low / 100, 0.1) == pytest.approx(
        burden_error(found.high / 100, 0.1), rel=1e-6
    )
    assert burden_error(0, LEAST) == pytest.approx(math.log(2))
    assert burden_range(None, "ensemble") is None
    assert burden_range(10.0, "focus") is None
