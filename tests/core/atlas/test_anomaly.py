"""Which patches look unlike the rest."""

import math

import numpy as np
import pandas as pd
import pytest

from core.atlas.anomaly import judge, neighbour_distance

LINE = np.arange(4, dtype=np.float32)[:, None]


def test_distance_is_the_mean_to_the_nearest_of_other_patients() -> None:
    """0 and 1 are of one patient: 0 finds 2 and 3, not its own neighbour 1."""
    found = neighbour_distance(LINE, list("aabb"), LINE, list("aabb"), k=2)
    assert found.tolist() == [2.5, 1.5, 1.5, 2.5]


def test_a_patient_without_others_has_no_distance() -> None:
    assert np.isnan(neighbour_distance(LINE, list("aaaa"), LINE, list("aaaa"), k=1)).all()
    assert np.isnan(neighbour_distance(LINE, list("aabb"), LINE, list("aabb"), k=3)).all()


def table(split: list[str]) -> pd.DataFrame:
    """Patients a and b, each with plain liver, half a tumor's edge, and tumor."""
    return pd.DataFrame(
        {
            "split": split,
            "patient": list("aaabbb"),
            "liver_fraction": [1, 1, 1, 1, 1, 0.5],
            "tumor_fraction": [0, 0.1, 1, 0, 0.1, 1],
            "good": [1, 9, 2, 1, 9, 2],
            "bad": [2, 9, 1, 2, 9, 1],
        }
    )


def test_scores_are_judged_on_held_out_patients_within_and_at_the_edge_of_the_liver() -> None:
    rows = judge(table(["train"] * 3 + ["test"] * 3), ["good"])
    assert [(row["population"], row["split"], row["tumor"], row["liver"]) for row in rows] == [
        ("all", "test", 1, 1),
        ("inner", "test", 0, 1),
    ]
    assert rows[0]["auroc"]["value"] == 1
    assert rows[1]["auroc"]["value"] is None, "no tumor within the liver: not defined, not 0"


def test_all_patients_judge_where_none_is_held_out_and_edges_of_tumors_count_as_neither() -> None:
    good, bad = (judge(table([""] * 6), [name])[0] for name in ("good", "bad"))
    assert good["split"] == "all"
    assert (good["tumor"], good["liver"], good["auroc"]["cases"]) == (2, 2, 2)
    assert (good["auroc"]["value"], bad["auroc"]["value"]) == (1, 0)


def test_a_score_that_is_not_known_everywhere_is_left_out_and_counted() -> None:
    some = table([""] * 6).assign(good=[1, 9, 2, 1, 9, math.nan])
    area = judge(some, ["good"])[0]["auroc"]
    assert area["value"] == pytest.approx(1)
    assert area["left_out"] == 1
