"""Points of the charts, and the worst of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.evaluation import Run, read_run
from core.evaluation.averages import EmptyRule, Unit
from core.evaluation.cases import (
    Place,
    density,
    jitter,
    lesions_with_size,
    place_of,
    rows_of,
    scored_units,
    trend,
    with_liver_area,
    worst,
)
from tests.pages.runs import make_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder: Path = tmp_path_factory.mktemp("run")
    return read_run(make_run(folder))


def test_units_leave_out_what_is_not_defined(tmp_path: Path) -> None:
    run = read_run(make_run(tmp_path, sees_tumors=False))
    assert len(scored_units(run, "tumor", "dice", Unit.CASE, EmptyRule.LEFT_OUT)) == 1
    assert len(scored_units(run, "tumor", "dice", Unit.CASE, EmptyRule.ONE)) == 2


def test_worst_of_equals_is_the_one_with_more_at_stake() -> None:
    units = pd.DataFrame(
        {"value": [0.0, 0.9, 0.0], "truth_voxels": [5, 90, 7], "predicted_voxels": [0, 90, 0]}
    )
    assert worst(units, "dice", 2)["truth_voxels"].tolist() == [7, 5]
    assert worst(units, "hd95_mm", 1)["truth_voxels"].tolist() == [90]


def test_point_leads_to_its_own_row(run: Run) -> None:
    units = scored_units(run, "organ", "dice", Unit.SLICE, EmptyRule.LEFT_OUT)
    place = place_of(units.iloc[3])
    rows = rows_of(run.slices, place)
    assert place.case == "a"
    assert rows["slice"].tolist() == list(range(len(rows)))
    assert rows[rows["slice"] == place.slice]["dice"].item() == units["value"].iloc[3]


def test_liver_area_is_that_of_the_same_slice(run: Run) -> None:
    tumors = scored_units(run, "tumor", "dice", Unit.SLICE, EmptyRule.LEFT_OUT)
    found = with_liver_area(tumors, run)
    row = found.iloc[0]
    organ = rows_of(run.slices, Place("drawn", row["case"], "organ"))
    mine = organ[organ["slice"] == row["slice"]].iloc[0]
    assert row["liver_voxels"] == mine["true_positive"] + mine["false_negative"]


def test_only_true_lesions_have_a_size_to_be_found_by(run: Run) -> None:
    lesions = lesions_with_size(run)
    assert lesions["truth"].all()
    assert lesions["in_mm"].all()
    assert lesions["size"].item() == pytest.approx(40, rel=0.1)


def test_trend_follows_the_median() -> None:
    sizes = np.arange(1, 101.0)
    middle, low, median, high = trend(sizes, np.where(sizes > 50, 1.0, 0.0))
    assert median[0] == 0
    assert median[-1] == 1
    assert (np.diff(middle) > 0).all()
    assert ((low <= median) & (median <= high)).all()


def test_outline_holds_the_points_and_ends_at_the_bounds() -> None:
    values = np.r_[np.zeros(40), np.full(10, 0.9)]
    position, height = density(values, 0, 1)
    assert position[height.argmax()] < 0.05
    assert 0 < position[0] < position[-1] < 1
    room = np.maximum(np.interp(values, position, height), 0.08)
    assert (np.abs(jitter(values, position, height)) <= room).all()


def test_scores_that_are_all_the_same_have_an_outline_too() -> None:
    _, height = density(np.full(5, 1.0), 0, 1)
    assert np.isfinite(height).all()
