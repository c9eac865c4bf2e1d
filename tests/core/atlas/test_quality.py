"""Codes are judged on patients that nothing was learned from; here each code is drawn by hand."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from core.atlas.quality import across_patients, judge, probe

Floats = NDArray[np.float32]
PATIENTS, EACH = 4, 40


def table(patients: int = PATIENTS, tumor_every: int = 4) -> pd.DataFrame:
    """Patches of some patients; every fourth is tumor."""
    number = np.arange(patients * EACH)
    tumor = np.where(number % tumor_every == 0, 0.5, 0.0)
    return pd.DataFrame({"patient": [f"p{one}" for one in number // EACH], "tumor_fraction": tumor})


def codes(of: pd.DataFrame, telling: float, seed: int = 0) -> Floats:
    """Noise of three numbers, the first of which is `telling` higher in tumor."""
    noise = np.random.default_rng(seed).normal(0, 1, (len(of), 3))
    noise[:, 0] += telling * (of["tumor_fraction"] > 0)
    return noise.astype(np.float32)


def judged(telling: float) -> dict[str, float]:
    known, new = table(), table(3)
    seen, shown = codes(known, telling), codes(new, telling, seed=1)
    found = judge(probe(seen, known, shown), shown, new)
    return found | {"probe_auroc": found["probe_auroc"]["value"]}


def test_code_that_tells_tumors_apart_is_perfect_by_every_figure() -> None:
    found = judged(telling=60)
    assert (found["patches"], found["tumor"]) == (120, 30)
    for figure in ("probe_auroc", "probe_accuracy", "purity", "rand"):
        assert found[figure] == pytest.approx(1), figure
    assert found["silhouette"] > 0.4


def test_code_that_knows_nothing_is_at_chance() -> None:
    found = judged(telling=0)
    assert found["probe_auroc"] == pytest.approx(0.5, abs=0.15)
    assert found["purity"] == pytest.approx(0, abs=0.15)
    assert found["silhouette"] == pytest.approx(0, abs=0.1)
    assert found["rand"] == pytest.approx(0, abs=0.1)


def test_patches_that_are_neither_teach_nothing_and_are_not_judged() -> None:
    known, new = table(), table(3)
    new.loc[1, "tumor_fraction"] = 0.1
    seen, shown = codes(known, 60), codes(new, 60)
    assert judge(probe(seen, known, shown), shown, new)["patches"] == 119
    # As many more of the other kind, called neither: the probe stays the same.
    unclear = known.assign(tumor_fraction=0.1)
    more = pd.concat([known, unclear], ignore_index=True)
    np.testing.assert_allclose(
        probe(np.concatenate([seen, -seen]), more, shown), probe(seen, known, shown)
    )


def test_neighbours_of_the_same_patient_do_not_count_for_purity() -> None:
    """Codes that know patients, and tumors within each in its own way, tell nothing new."""
    of = table()
    patient = of["patient"].str[1:].astype(int).to_numpy()
    tumor = of["tumor_fraction"].to_numpy() > 0
    noise = np.random.default_rng(0).normal(0, 0.01, (len(of), 2))
    spread = np.stack([patient * 100.0, np.where(tumor, patient % 2 * 2 - 1, 0)], axis=1)
    found = judge(np.zeros(len(of), np.float32), (spread + noise).astype(np.float32), of)
    assert found["purity"] < 0.5


def test_held_out_patients_of_one_kind_have_no_figure() -> None:
    plain = table(2).assign(tumor_fraction=0.0)
    found = judge(np.zeros(len(plain), np.float32), codes(plain, 0), plain)
    for figure in ("probe_accuracy", "purity", "silhouette", "rand"):
        assert found[figure] is None
    assert found["probe_auroc"]["value"] is None


def test_each_patient_is_judged_by_all_the_others() -> None:
    found = across_patients(codes(table(), 60), table())
    assert found["pooled"] == {"value": 1, "low": 1, "high": 1}
    assert (found["within"], found["patients"], found["tumor"]) == (1, PATIENTS, 40)


def test_what_only_a_patient_itself_teaches_is_worth_nothing_across_patients() -> None:
    """In each patient another number tells, in which all others are noise."""
    of = table()
    patient = of["patient"].str[1:].astype(int).to_numpy()
    shown = np.random.default_rng(0).normal(0, 1, (len(of), PATIENTS)).astype(np.float32)
    shown[np.arange(len(of)), patient] += 60 * (of["tumor_fraction"] > 0).to_numpy()
    assert across_patients(shown, of)["within"] < 0.8
    assert judge(probe(shown, of, shown), shown, of)["probe_auroc"]["value"] > 0.95


def test_patient_left_with_nobody_to_learn_from_stays_out() -> None:
    of = table(2)
    of.loc[of["patient"] == "p1", "tumor_fraction"] = 0.0
    found = across_patients(codes(of, 60), of)
    # Only the plain patient can be judged, by the one who has both kinds.
    assert (found["patches"], found["tumor"], found["within"]) == (EACH, 0, None)
    assert found["pooled"]["value"] is None
