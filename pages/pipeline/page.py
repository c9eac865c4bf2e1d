"""One case on stage, step by step: what happens between a CT file and its labels, and why."""

import streamlit as st

from core.errors import HepatoScopeError
from core.study import Study
from pages.common import jobs
from pages.common.frame import begin, plain
from pages.common.invitation import invitation
from pages.common.notices import quality_panel
from pages.common.scan_source import case_header
from pages.common.session import current_case, show_notice
from pages.pipeline.walk import walk


def page() -> None:
    jobs.collect()
    begin(
        "Pipeline",
        "Walk with one scan from the file to the tumor in 3D: what happens at every stage and "
        "why, with its own numbers, pictures and code. Move something, and all later stages "
        "follow.",
    )
    show_notice()
    case = current_case()
    if case is None:
        invitation()
    else:
        _open_case(case)


def _open_case(case: Study) -> None:
    case_header(case)
    usable = quality_panel(case)
    busy = jobs.running() is not None
    if busy:
        jobs.show_progress()
    try:
        walk(case, usable=usable, busy=busy)
    except HepatoScopeError as error:
        st.error(plain(str(error)), icon=":material/error:")


page()
