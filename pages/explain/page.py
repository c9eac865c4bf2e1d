"""Why did the network say so? Explanations that are themselves put to the test."""

import streamlit as st

from core.errors import HepatoScopeError
from pages.common import jobs
from pages.common.frame import begin, plain
from pages.common.invitation import invitation
from pages.common.method import segment_button
from pages.common.notices import quality_panel
from pages.common.scan_source import case_header
from pages.common.session import current_case, show_notice
from pages.common.widgets import choose, draw_view

# Modules of pages.explain with the view they hold; only the one that is open is loaded.
VIEWS = {
    "Attribution": ("attribution", "attribution_view"),
    "Probe": ("probe", "probe_view"),
    "Stress lab": ("stress", "stress_view"),
    "SAM": ("sam", "sam_view"),
}
TRUST = "How far to trust it"
VIEW = "explain-view"


def page() -> None:
    jobs.collect()
    begin(
        "Why did the network say so?",
        "See which pixels an answer rests on, paint a lesion away and ask again, disturb the scan, "
        "or let a network that never saw a liver have a try.",
    )
    show_notice()
    view = choose("View", [*VIEWS, TRUST], VIEW, hidden=True)
    try:
        if view == TRUST:
            from pages.explain.faithfulness import faithfulness_view

            faithfulness_view()
        else:
            _with_case(view)
    except HepatoScopeError as error:
        st.error(plain(str(error)), icon=":material/error:")


def _with_case(view: str) -> None:
    case = current_case()
    if case is None:
        st.info(
            "Explanations are about a scan that was segmented: open one, or take the demo case.",
            icon=":material/neurology:",
        )
        invitation()
        return
    case_header(case)
    job = jobs.running()
    if job is not None and job.tab != view:
        jobs.show_progress()
    if case.segmentation is None:
        usable = quality_panel(case)
        if job is None:
            st.info("This scan was not segmented yet: there is no answer to explain.")
            segment_button(case, usable)
    else:
        draw_view("explain", VIEWS[view], case, case.segmentation)


page()
