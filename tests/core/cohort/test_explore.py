"""Questions to the table of a cohort, of a hundred thousand scans too."""

import numpy as np
import pyarrow as pa
import pytest

from core.cohort.explore import (
    DATE,
    FIGURES,
    MOST_POINTS,
    counts,
    doubt_first,
    drawn,
    known_figures,
    outliers,
    quality_counts,
    thinned,
    values,
)
from core.cohort.rows import COLUMNS, DONE, FAILED, row, schema


def table_of(*rows: dict[str, object]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema())


def cohort(count: int) -> pa.Table:
    rng = np.random.default_rng(0)
    made = {
        "case": [f"case-{number}" for number in range(count)],
        "state": [DONE] * count,
        "liver_volume_ml": rng.normal(1500, 200, count),
        "tumor_volume_ml": rng.gamma(1, 20, count),
        "lesions": rng.poisson(1, count).astype(np.int32),
    }
    columns = [pa.array(made[name], kind) if name in made else pa.nulls(count, kind)
               for name, kind in COLUMNS.items()]  # fmt: skip
    return pa.table(columns, schema())


def test_every_figure_is_a_column() -> None:
    assert set(FIGURES) <= set(COLUMNS)


def test_rows_are_counted_by_their_state() -> None:
    found = counts(
        table_of(
            row(case="a", state=DONE, lesions=2),
            row(case="b", state=DONE, lesions=0),
            row(case="c", state=FAILED),
        )
    )
    assert (found.scans, found.done, found.failed, found.with_lesions) == (3, 2, 1, 1)
    assert counts(table_of()).scans == 0


def test_what_lies_far_from_the_median_stands_out() -> None:
    volumes = [1400.0, 1500.0, 1550.0, 1600.0, 1450.0, 9000.0]
    table = table_of(*(row(case=str(at), liver_volume_ml=one) for at, one in enumerate(volumes)))
    assert outliers(table, "liver_volume_ml").tolist() == [False] * 5 + [True]
    # Where nothing is known, or all is alike, nothing does.
    assert not outliers(table, "age_years").any()
    same = table_of(*(row(case=str(at), lesions=0) for at in range(5)))
    assert not outliers(same, "lesions").any()


def test_figures_that_nobody_has_are_not_offered() -> None:
    table = table_of(row(case="a", liver_volume_ml=1.0), row(case="b"))
    assert known_figures(table) == ["liver_volume_ml"]
    assert np.isnan(values(table, "liver_volume_ml")).tolist() == [False, True]


def test_a_hundred_thousand_rows_are_thinned_and_keep_what_stands_out() -> None:
    table = cohort(100_000)
    figures = ("liver_volume_ml", "tumor_volume_ml")
    drawn = thinned(table, figures)
    out = np.flatnonzero(outliers(table, "liver_volume_ml"))
    assert len(drawn) <= 2 * MOST_POINTS
    assert 0 < len(out) < MOST_POINTS
    assert np.isin(out, drawn).all()
    assert len(thinned(table.slice(0, 50), figures)) == 50


def test_quality_findings_are_counted_by_code() -> None:
    table = table_of(
        row(case="a", quality="thick coarse"), row(case="b", quality="thick"), row(case="c")
    )
    assert quality_counts(table) == [("thick", 2), ("coarse", 1)]


def test_most_doubtful_comes_first_and_what_is_not_known_last() -> None:
    table = table_of(
        row(case="sure", expected_dice=0.99, expected_wrong_ml=1.0),
        row(case="failed", state=FAILED),
        row(case="doubtful", expected_dice=0.4, expected_wrong_ml=30.0),
    )
    ordered = doubt_first(table)["case"].to_pylist()
    assert ordered == ["doubtful", "sure", "failed"]


@pytest.mark.parametrize("figure", FIGURES)
def test_no_figure_needs_a_row(figure: str) -> None:
    empty = table_of()
    assert len(values(empty, figure)) == 0
    assert not len(outliers(empty, figure))


def test_volumes_can_be_drawn_against_the_date_of_the_study() -> None:
    dates = ["2024-02-29", None, "2026-11-28"]
    table = table_of(
        *(row(case=str(at), study_date=one, liver_volume_ml=1500.0) for at, one in enumerate(dates))
    )
    assert DATE in known_figures(table)
    assert drawn(table, DATE)[0] == np.datetime64("2024-02-29")
    days = values(table, DATE)
    assert days[2] - days[0] == 1003
    assert np.isnan(days[1])
    assert thinned(table, (DATE, "liver_volume_ml")).tolist() == [0, 2]
    assert not outliers(table, DATE).any()
