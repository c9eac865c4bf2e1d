"""The worst cases or slices of a run as cards that open."""

import pandas as pd
import streamlit as st

from core.evaluation import Run
from core.evaluation.cases import Place, place_of, worst
from pages.common.frame import plain
from pages.common.numbers import number
from pages.common.widgets import choose, show_picture
from pages.metrics import pictures
from pages.metrics.state import SCORES

COUNTS = (6, 12, 24)
COLUMNS = 3


def gallery(run: Run, units: pd.DataFrame, score: str) -> tuple[Run, Place] | None:
    """Show the worst of `units`; returns the one whose button was pressed."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        count = choose("How many", COUNTS, "metrics-worst-count")
        drawn = pictures.may_have_images(run) and st.toggle(
            "Show pictures",
            key="metrics-thumbnails-on",
            persist_state="session",
            help="Segments these cases once more to draw what went wrong; takes a while.",
        )
    if not pictures.may_have_images(run):
        st.caption(pictures.NO_FOLDER)
    rows = [row for _, row in worst(units, score, int(count or COUNTS[0])).iterrows()]
    if drawn:
        places = tuple(place_of(row) for row in rows)
        missing = tuple(one for one in places if pictures.thumbnail_of(run, one) is None)
        pictures.draw_later(run, missing, pictures.gallery_job, "gallery")
    chosen = None
    for start in range(0, len(rows), COLUMNS):
        for offset, column in enumerate(st.columns(COLUMNS, gap="small")):
            if start + offset < len(rows):
                row = rows[start + offset]
                with column.container(border=True):
                    if _card(run, row, score, start + offset, drawn):
                        chosen = run, place_of(row)
    return chosen


def _card(run: Run, row: "pd.Series", score: str, rank: int, drawn: bool) -> bool:
    """Draw one card; says whether it was asked to open."""
    place = place_of(row)
    if drawn:
        _thumbnail(run, place)
    where = "" if place.slice is None else f", slice {place.slice + 1}"
    st.markdown(f"**{plain(place.case)}**{where}  \n{SCORES[score]} **{number(row['value'])}**")
    truth, called = int(row["truth_voxels"]), int(row["predicted_voxels"])
    st.caption(f"{truth:,} true and {called:,} predicted voxels")
    return st.button("Open", key=f"metrics-open-{rank}", icon=":material/open_in_full:")


def _thumbnail(run: Run, place: Place) -> None:
    picture = pictures.thumbnail_of(run, place)
    if isinstance(picture, str):
        st.caption(plain(picture))
    elif picture is not None:
        show_picture(picture, "", alt=f"{place.case}: outlines of truth and prediction")
