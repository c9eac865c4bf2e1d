"""Cases that were put right by hand, which one comes next, and what a network learns from them."""

import streamlit as st

from core.errors import HepatoScopeError
from pages.common.frame import plain, show_error
from pages.common.invitation import invitation
from pages.common.opening import open_page
from pages.common.workspace import workspace
from pages.teach.cases_view import cases_view
from pages.teach.lesson_view import lesson_view
from pages.teach.state import lessons, listed

SHARED = (
    "The cases of this host's workspace “{name}”, which all its visitors share: with their scans, "
    "on its disk, until somebody deletes them here."
)
ALONE = (
    "This host names no workspace, so these are the cases of this browser session alone: they, and "
    "what is learned from them, go when it ends."
)


def page() -> None:
    open_page(
        "Teach",
        "Put answers right by hand, see which case is worth looking at next, and try what the "
        "tumor network learns from your corrections.",
    )
    try:
        place = workspace()
    except HepatoScopeError as error:
        show_error(str(error))
        place = None
    told = ALONE if place is None else SHARED.format(name=plain(place.root.name))
    st.caption(told)
    known = listed(place)
    if not known:
        st.info(
            "Nothing to teach by yet: open a scan, segment it, and correct it by hand.",
            icon=":material/school:",
        )
        invitation()
    else:
        st.subheader("Cases", anchor=False)
        cases_view(known, place)
    st.subheader("What the network would learn", anchor=False)
    lesson_view(known, lessons(place))


page()
