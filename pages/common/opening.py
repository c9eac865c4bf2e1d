"""How pages open: title and notices, the scan at hand, its segmentation."""

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.study import Study
from pages.common import jobs
from pages.common.frame import begin
from pages.common.full import full_panel
from pages.common.invitation import invitation
from pages.common.method import segment_button
from pages.common.notices import quality_panel
from pages.common.scan_source import case_header
from pages.common.server import housekeeping, is_full
from pages.common.session import cases, current_case, show_notice
from pages.common.visit import come_back

FULL = "More visitors are here than this host has room for; please come back in a few minutes."


def open_page(title: str, lead: str) -> None:
    """Take over work that has ended, and open a page as `begin` does, with what is to be said."""
    housekeeping()
    come_back(title)
    jobs.collect()
    begin(title, lead)
    if is_full() and not cases():
        st.info(FULL, icon=":material/groups:")
        st.stop()
    show_notice()
    full_panel()


def open_case(what: str = "", icon: str = "") -> Study | None:
    """Show which scan is open; without one invite to a scan, as `what` is about one."""
    case = current_case()
    if case is not None:
        case_header(case)
        return case
    if what:
        st.info(
            f"{what} about a scan that was segmented: open one, or take the demo case.",
            icon=f":material/{icon}:",
        )
    invitation()
    return None


def segmented_case(case: Study, lacking: str, tab: str | None = None) -> Segmentation | None:
    """Give the segmentation of a case; without one say what is `lacking`, and offer to make it.

    Parameters
    ----------
    tab : that is open and shows the progress of its own work.
    """
    job = jobs.running()
    if job is not None and (tab is None or job.tab != tab):
        jobs.show_progress()
    if case.segmentation is None:
        usable = quality_panel(case)
        if job is None:
            st.info(f"This scan was not segmented yet: {lacking}.")
            segment_button(case, usable)
    return case.segmentation
