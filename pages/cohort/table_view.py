"""Explore the table of a cohort: distributions, what stands out, a list, its pictures and scans."""

import io
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import streamlit as st
from numpy.typing import NDArray

from core.cohort.explore import (
    DATE,
    FIGURES,
    counts,
    doubt_first,
    drawn,
    known_figures,
    outliers,
    quality_counts,
    thinned,
    values,
)
from core.cohort.rows import FAILED
from core.errors import HepatoScopeError
from core.io.apart import read_apart
from core.io.export import table_to_csv
from core.volume import unnamed
from pages.cohort.state import Cohort
from pages.common.charts import COLORS, axes, framed
from pages.common.frame import plain
from pages.common.session import notify, open_volume
from pages.common.widgets import download, show_figures

SEGMENT = "pages/segment/page.py"
CHART, LIST = "cohort-chart", "cohort-list"
MOST_LISTED, MOST_PICTURES = 500, 12
LISTED = [
    "case", "liver_volume_ml", "tumor_volume_ml", "tumor_burden_percent", "lesions",
    "longest_diameter_mm", "expected_dice", "expected_wrong_ml", "age_years", "study_date",
    "quality",
]  # fmt: skip
DIGITS = {
    "liver_volume_ml": "%.0f", "tumor_volume_ml": "%.1f", "tumor_burden_percent": "%.1f",
    "longest_diameter_mm": "%.0f", "expected_dice": "%.2f", "expected_wrong_ml": "%.1f",
}  # fmt: skip


def table_view(cohort: Cohort, table: pa.Table) -> None:
    """Show the figures, the chart, and the rows that are chosen in it."""
    known = counts(table)
    show_figures(
        {
            "Scans": f"{known.scans:,}",
            "Segmented": f"{known.done:,}",
            "Failed": f"{known.failed:,}",
            "With lesions": f"{known.with_lesions:,}",
        }
    )
    figures = known_figures(table)
    if figures:
        chosen = _chart(table, figures)
        _listed(cohort, table, chosen)
    _remarks(table)
    _take_home(cohort, table)


def _chart(table: pa.Table, figures: Sequence[str]) -> NDArray[np.intp] | None:
    """Draw two figures against each other, or one alone; gives the rows that are chosen."""
    import plotly.graph_objects as go

    left, right = st.columns(2)
    named = {name: FIGURES[name] for name in figures}
    x = left.selectbox("Across", figures, format_func=named.__getitem__, key="cohort-x")
    others = ["", *(name for name in figures if name != x)]
    y = right.selectbox(
        "Upwards",
        others,
        index=min(1, len(others) - 1),
        format_func=lambda name: named.get(name, "How many (distribution)"),
        key="cohort-y",
    )
    figure = go.Figure()
    if not y:
        known = ~np.isnan(values(table, x))
        figure.add_histogram(x=drawn(table, x)[known], marker_color=COLORS[0], nbinsx=60)
        st.plotly_chart(
            framed(axes(figure, named[x], "Scans"), 380),
            key=f"{CHART}-{x}",
            alt=f"Distribution of {named[x]} over the cohort",
        )
        return None
    rows = thinned(table, (x, y))
    out = (outliers(table, x) | outliers(table, y))[rows]
    cases = table["case"].take(pa.array(rows)).to_numpy(zero_copy_only=False)
    for part, color, name in ((~out, COLORS[0], "Scans"), (out, COLORS[1], "Stand out")):
        figure.add_scattergl(
            x=drawn(table, x)[rows][part],
            y=drawn(table, y)[rows][part],
            mode="markers",
            name=name,
            marker={"color": color, "size": 7, "opacity": 0.7},
            customdata=rows[part],
            text=cases[part],
            hovertemplate=f"%{{text}}<br>{_told('x', x)}, {_told('y', y)}<extra></extra>",
        )
    figure.update_layout(dragmode="lasso")
    picked = st.plotly_chart(
        framed(axes(figure, named[x], named[y]), 420),
        key=f"{CHART}-{x}-{y}",
        on_select="rerun",
        selection_mode=["lasso", "box", "points"],
        alt=f"{named[y]} against {named[x]}, a point for each scan",
    )
    st.caption(
        "Draw around points to list them. Orange: far from the median of either figure (robust "
        f"score above 3.5). {len(rows):,} of {table.num_rows:,} scans are drawn."
    )
    points = picked["selection"]["points"]
    if not points:
        return None
    return np.array(sorted({int(one["customdata"]) for one in points}), dtype=np.intp)


def _told(axis: str, figure: str) -> str:
    """Give the part of a hover text that tells a value."""
    return f"%{{{axis}|%Y-%m-%d}}" if figure == DATE else f"%{{{axis}:.4g}}"


def _listed(cohort: Cohort, table: pa.Table, chosen: NDArray[np.intp] | None) -> None:
    some = table if chosen is None else table.take(pa.array(chosen))
    ordered = doubt_first(some).slice(0, MOST_LISTED)
    if not ordered.num_rows:
        return
    told = "All scans" if chosen is None else f"{len(chosen)} chosen"
    st.markdown(f"**{told}**, the most doubtful first" + _only(some.num_rows))
    frame: pd.DataFrame = ordered.select(LISTED).to_pandas()
    picked = st.dataframe(
        frame.dropna(axis="columns", how="all"),
        column_config={
            name: st.column_config.NumberColumn(FIGURES[name], format=DIGITS.get(name))
            for name in LISTED
            if name in FIGURES and name != DATE
        }
        | {DATE: FIGURES[DATE]},
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=LIST,
        placeholder="–",
    )
    rows = picked["selection"]["rows"]
    if rows and rows[0] < ordered.num_rows:
        _one(cohort, ordered.slice(rows[0], 1).to_pylist()[0])
    _pictures(cohort, ordered)


def _only(count: int) -> str:
    return f" ({MOST_LISTED} of {count:,} are listed)" if count > MOST_LISTED else ""


def _one(cohort: Cohort, known: dict[str, object]) -> None:
    root = None if cohort.scans is None else cohort.scans.resolve()
    place = None if root is None else (root / str(known["input"])).resolve()
    # A table may be anybody's: nothing outside of the folder that the host allows is read.
    if root is None or place is None or root not in place.parents or not place.is_file():
        st.caption("Its scan is not on this host, so it cannot be opened here.")
        return
    if st.button(f"Open {plain(str(known['case']))}", icon=":material/biotech:", key="cohort-open"):
        try:
            with st.spinner("Reading the scan"):
                # Of a DICOM series the folder that its first file lies in.
                whole = place.parent if place.suffix.casefold() in ("", ".dcm", ".ima") else place
                open_volume(unnamed(read_apart(whole)))
        except HepatoScopeError as error:
            notify(str(error))
            st.rerun()
        st.switch_page(SEGMENT)


def _pictures(cohort: Cohort, ordered: pa.Table) -> None:
    """Show previews of the first rows, where the case folders have them."""
    places = [cohort.out / str(case) / "preview.png" for case in ordered["case"].to_pylist()]
    shown = [place for place in places[: 4 * MOST_PICTURES] if place.is_file()][:MOST_PICTURES]
    if not shown:
        return
    with st.expander("Previews", icon=":material/grid_view:"):
        for first in range(0, len(shown), 4):
            for column, place in zip(st.columns(4), shown[first : first + 4], strict=False):
                name = place.parent.name
                column.image(str(place), caption=name, alt=f"Preview of {name} with its labels")


def _remarks(table: pa.Table) -> None:
    """Tell what the quality check found, and which scans failed, with their sentences."""
    found = quality_counts(table)
    failed = [one for one in table.select(["case", "state", "reason"]).to_pylist()
              if one["state"] == FAILED]  # fmt: skip
    left, right = st.columns(2)
    if found:
        with left.expander(f"Findings of the quality check ({sum(n for _, n in found):,})"):
            st.dataframe(pd.DataFrame(found, columns=["finding", "scans"]), hide_index=True)
    if failed:
        with right.expander(f"Failed ({len(failed):,})", icon=":material/error:"):
            rows = pd.DataFrame(failed[:MOST_LISTED])[["case", "reason"]]
            st.dataframe(rows, hide_index=True)


def _take_home(cohort: Cohort, table: pa.Table) -> None:
    with st.container(horizontal=True):
        download(
            "Table (CSV)",
            lambda: table_to_csv(table.to_pandas()),
            "cohort.csv",
            key="cohort-csv",
        )
        download("Table (Parquet)", lambda: _parquet(table), "cohort.parquet", key="cohort-parquet")


def _parquet(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()
