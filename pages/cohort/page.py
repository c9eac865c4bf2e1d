"""Many scans at once: segment a folder that the host allows, and explore what came out."""

import os

import streamlit as st

from pages.cohort.run_view import run_view
from pages.cohort.state import PLACE, Cohort, cohorts, table_of
from pages.cohort.table_view import table_view
from pages.common.frame import errors_shown
from pages.common.opening import open_page

NO_PLACE = (
    f"This host allows no folder of scans (`{PLACE}`), so the cohort that is shipped is shown. "
    "On a machine of your own, name a folder with one subfolder for each cohort."
)
NOT_BEGUN = "Nothing was segmented yet; begin above."


def page() -> None:
    open_page(
        "Cohort",
        "Segment an archive on all cores, and explore it: how large the livers are, what stands "
        "out, what the networks doubt, and what failed.",
    )
    with errors_shown():
        known = cohorts()
        if not os.environ.get(PLACE):
            st.caption(NO_PLACE)
        if not known:
            st.info("No cohort is here.", icon=":material/folder_off:")
            return
        name = st.selectbox("Cohort", list(known), key="cohort-name", persist_state="session")
        _with(known[name])


def _with(cohort: Cohort) -> None:
    run_view(cohort)
    table = table_of(cohort)
    if table.num_rows:
        table_view(cohort, table)
    elif cohort.scans is not None:
        st.info(NOT_BEGUN, icon=":material/hourglass_empty:")


page()
