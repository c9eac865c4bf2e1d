"""Where no room is left for another case, the visitor says which one is to close."""

import streamlit as st

from pages.common.frame import plain
from pages.common.memory import MAX_CASES
from pages.common.session import WAITING, cases, make_room, titles


def full_panel() -> None:
    """Ask which case is to close for the one that waits, if one does; nothing closes unasked."""
    waiting = WAITING.get()
    if waiting is None:
        return
    study, _ = waiting
    named = titles()
    with st.container(border=True):
        st.warning(
            f"{MAX_CASES} scans are open, and there is no room for another. Close one, with its "
            f"result and all that was written about it, to open “{plain(study.title)}”. A result "
            "can be taken home first: Segment, Download, Session.",
            icon=":material/inventory_2:",
        )
        chosen = st.selectbox("Close", list(named), format_func=_told(named).__getitem__)
        with st.container(horizontal=True):
            st.button(
                "Close it, open the other",
                type="primary",
                icon=":material/swap_horiz:",
                on_click=make_room,
                args=(chosen,),
            )
            st.button("Keep all", icon=":material/close:", on_click=WAITING.drop)


def _told(named: dict[str, str]) -> dict[str, str]:
    return {
        case_id: f"{name} (segmented)" if cases()[case_id].segmentation else name
        for case_id, name in named.items()
    }
