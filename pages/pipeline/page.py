"""One case on stage, step by step: what happens between a CT file and its labels, and why."""

import streamlit as st

from pages.common import jobs
from pages.common.frame import errors_shown
from pages.common.method import NOT_ASKED
from pages.common.notices import quality_panel
from pages.common.opening import open_case, open_page
from pages.pipeline.walk import walk


def page() -> None:
    open_page(
        "Pipeline",
        "Walk with one scan from the file to the tumor in 3D: what happens at every stage and "
        "why, with its own numbers, pictures and code. Move something, and all later stages "
        "follow.",
    )
    case = open_case()
    if case is None:
        return
    if case.segmentation is not None and case.segmentation.brought is not None:
        st.info(NOT_ASKED, icon=":material/upload_file:")
        return
    usable = quality_panel(case)
    busy = jobs.show_running()
    with errors_shown():
        walk(case, usable=usable, busy=busy)


page()
