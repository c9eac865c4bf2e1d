"""The cases that were corrected, or wait for it: which comes next, and why."""

from collections.abc import Sequence

import streamlit as st

from core.errors import HepatoScopeError
from core.workspace.folder import Entry, Workspace, confirm, let_go
from pages.common.frame import plain
from pages.common.session import choose as choose_case
from pages.common.session import notify
from pages.common.widgets import show_table
from pages.common.workspace import open_entry

SEGMENT = "pages/segment/page.py"
RANKED = (
    "Cases that nobody looked at come first, by what the networks themselves expect to be wrong: "
    "how far their labels are from what their probabilities promise (expected Dice), and how many "
    "mL are likely on the wrong side. A mask that was brought has no doubt of its own."
)
COLUMNS = {
    "Corrections": "%d",
    "Expected Dice": (
        "%.2f",
        "Of the tumors called with tumors drawn from the probabilities: 1 is no doubt.",
    ),
    "In doubt (mL)": ("%.1f", "Volume that is expected on the wrong side."),
    "Slice": ("%d", "Axial slice with most of it, from the feet."),
}
TABLE = "teach-cases"


def cases_view(known: Sequence[Entry], place: Workspace | None) -> None:
    """Show the cases in their order, and open one with a click."""
    todo = [one for one in known if not one.done]
    if todo:
        following = todo[0]
        if st.button(
            f"Open the next: {plain(following.title)}",
            type="primary",
            icon=":material/skip_next:",
            key="teach-next",
            help="With the slice in view where most is in doubt.",
        ):
            _open(following, place)
    elif known:
        st.caption(":material/check_circle: Every case was corrected or confirmed.")
    picked = show_table(
        [_row(one) for one in known],
        COLUMNS,
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        key=TABLE,
    )
    st.caption(RANKED)
    clicked = [row for row, _ in picked["selection"]["cells"]] or picked["selection"]["rows"]
    if clicked and clicked[0] < len(known):
        _actions(known[clicked[0]], place)


def _row(one: Entry) -> dict[str, object]:
    return {
        "Case": one.title,
        "State": one.state,
        "Corrections": one.by_hand,
        "Expected Dice": one.doubt.expected_dice,
        "In doubt (mL)": one.doubt.expected_wrong_ml,
        "Slice": None if one.doubt.worst is None else one.doubt.worst + 1,
        "Labels by": one.maker,
        "Patient": one.patient,
    }


def _actions(one: Entry, place: Workspace | None) -> None:
    with st.container(horizontal=True):
        if st.button(f"Open {plain(one.title)}", icon=":material/edit:", key="teach-open"):
            _open(one, place)
        if place is None:
            return
        if not one.done:
            st.button(
                "It is right as it is",
                icon=":material/check:",
                key="teach-confirm",
                on_click=_done,
                args=(place, one.id),
            )
        with st.popover("Delete", icon=":material/delete_forever:"):
            st.markdown("The case goes from the workspace, with its scan and all corrections.")
            st.button("Delete it", key="teach-delete", on_click=_gone, args=(place, one.id))


def _open(one: Entry, place: Workspace | None) -> None:
    try:
        if place is None:
            choose_case(one.id)
        else:
            open_entry(one.id, one.doubt.worst)
    except HepatoScopeError as error:
        notify(str(error))
        st.rerun()
    st.switch_page(SEGMENT)


def _done(place: Workspace, case_id: str) -> None:
    try:
        confirm(place, case_id)
    except HepatoScopeError as error:
        notify(str(error))


def _gone(place: Workspace, case_id: str) -> None:
    try:
        let_go(place, case_id)
    except HepatoScopeError as error:
        notify(str(error))
