"""What the server has of a scan, for how long, and how to be rid of it."""

import os

import streamlit as st

from core.io.dicom.kept import identity_in
from core.models.store import WORKSPACE_PLACE
from core.study import Study
from pages.common.frame import plain
from pages.common.memory import memory
from pages.common.server import KEPT_SECONDS
from pages.common.session import cases, choose, notify

RULE = (
    "This scan is in the memory of the server, for this tab alone: over a reload too, until "
    f"{KEPT_SECONDS // 60} minutes after the tab is closed. It is sent nowhere else."
)
WORKSPACE = (
    "Once you correct it by hand it is kept in this host's workspace too, where its other visitors "
    "see it; the switch beside your name prevents that, and the Teach page deletes it."
)


def privacy(case: Study) -> None:
    """Tell the rule, what was kept and dropped of DICOM headers, and offer to forget the scan."""
    st.markdown(f"{RULE} {WORKSPACE}" if os.environ.get(WORKSPACE_PLACE) else RULE)
    headers = case.volume.dicom_headers
    if headers:
        kept = ", ".join(identity_in(headers[0])) or "nothing that tells whose it is"
        st.markdown(
            "**Kept of the DICOM headers**, for DICOM results of this series alone: "
            f"{plain(kept)}. Besides it place and size of the slices, UIDs, and the description "
            "of the series."
        )
        dropped = ", ".join(case.volume.dropped) or "nothing"
        with st.expander(f"Dropped: {len(case.volume.dropped)} elements"):
            st.caption(plain(dropped))
    st.button(
        "Forget this scan",
        icon=":material/delete_forever:",
        key=f"forget-{case.id[:8]}",
        help="With all that was made of it here, at once.",
        on_click=_forget,
        args=(case.id,),
        width="stretch",
    )


def _forget(case_id: str) -> None:
    memory().close(case_id)
    if left := list(cases()):
        choose(left[-1])
    notify("The scan and all that was made of it are gone from the server.", error=False)
