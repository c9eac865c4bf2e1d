"""How well it does, in figures that can be questioned down to the single slice."""

import streamlit as st

from pages.common import jobs
from pages.common.frame import errors_shown
from pages.common.opening import open_page
from pages.common.widgets import choose, draw_view
from pages.metrics.pictures import RECORD
from pages.metrics.runs import HOW_TO_MAKE, available, choose_runs, uploader
from pages.metrics.state import VIEW_KEY

# Modules of pages.metrics with the view they hold; only the one that is open is loaded.
VIEWS = {
    "Overview": ("overview", "overview_view"),
    "Cases and slices": ("distributions", "distributions_view"),
    "Thresholds": ("thresholds", "thresholds_view"),
    "Calibration": ("calibration", "calibration_view"),
    "Training": ("training", "training_view"),
    "Claims": ("claims", "claims_view"),
    "My own case": ("own_case", "own_case_view"),
}
WITHOUT_A_RUN = ("Claims", "My own case")


def page() -> None:
    open_page(
        "Metrics",
        "How well the networks do on patients they never saw, and what each figure is an average "
        "of. Click a point to see the case behind it.",
    )
    # A whole run of the page closes what was open over it.
    RECORD.drop()
    jobs.show_running()
    runs = choose_runs()
    if not runs and not available():
        _invitation()
    views = list(VIEWS) if runs else list(WITHOUT_A_RUN)
    if VIEW_KEY in st.session_state and st.session_state[VIEW_KEY] not in views:
        st.session_state[VIEW_KEY] = views[0]
    view = choose("View", views, VIEW_KEY, hidden=True, linked=True)
    with errors_shown():
        draw_view("metrics", VIEWS[view], runs)


def _invitation() -> None:
    with st.container(border=True):
        st.subheader("No evaluation run is open", anchor=False)
        st.markdown(
            "An evaluation run holds the scores of many cases, slice by slice, and no images. "
            "Score your own labelled CTs (LiTS, Medical Decathlon or slice folders) with"
        )
        st.code(HOW_TO_MAKE, language=None)
        st.markdown("then zip the folder and bring it here, or put it into `weights/evaluations`.")
        uploader()


page()
