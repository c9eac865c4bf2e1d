"""A report of the case at hand: what was measured, in sentences that say where they come from."""

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.errors import HepatoScopeError
from core.study import Study
from pages.common import jobs
from pages.common.frame import begin, plain
from pages.common.invitation import invitation
from pages.common.method import segment_button
from pages.common.notices import quality_panel
from pages.common.scan_source import case_header
from pages.common.session import current_case, show_notice


def page() -> None:
    jobs.collect()
    begin(
        "Report",
        "What was measured, in sentences that each say where they come from. Read it beside the "
        "pictures, write over it, and take it home; whatever you or a model write is checked.",
    )
    show_notice()
    case = current_case()
    if case is None:
        st.info(
            "A report is about a scan that was segmented: open one, or take the demo case.",
            icon=":material/description:",
        )
        invitation()
        return
    case_header(case)
    if jobs.running() is not None:
        jobs.show_progress()
    if case.segmentation is None:
        usable = quality_panel(case)
        if jobs.running() is None:
            st.info("This scan was not segmented yet: there is nothing to report.")
            segment_button(case, usable)
    else:
        _draw(case, case.segmentation)


def _draw(case: Study, segmentation: Segmentation) -> None:
    from pages.report.view import report_view

    try:
        report_view(case, segmentation)
    except HepatoScopeError as error:
        st.error(plain(str(error)), icon=":material/error:")


page()
