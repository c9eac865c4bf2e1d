"""The text of a report, to be written over; what is written is checked at once."""

from functools import partial

import streamlit as st

from core.report.check import Checked, Verdict
from core.report.draft import Draft, Part
from core.report.text import paragraphs
from core.report.written import Place
from pages.common.frame import plain
from pages.report.state import keep, kept, set_edit

SIGNS = {
    Verdict.SUPPORTED: ":green[:material/check_circle:]",
    Verdict.UNSUPPORTED: ":orange[:material/help:]",
    Verdict.CONTRADICTED: ":red[:material/cancel:]",
}
FATES = {
    Verdict.SUPPORTED: "supported",
    Verdict.UNSUPPORTED: "not supported: it enters with a mark",
    Verdict.CONTRADICTED: "contradicted: it stays out",
}
HANGING = "left hanging: it stays out"
HANGING_SIGN = ":red[:material/link_off:]"
KEPT = "kept: it enters with a mark"


def editor(draft: Draft, place: Place) -> None:
    """Offer every part of the text to be written over."""
    st.caption(
        "Click beside a text, or press Ctrl + Enter, to have it checked. Sentences that you leave "
        "as they are keep their facts; all others are held against the measurements."
    )
    for part in draft.parts:
        _part(part, draft.checked.get(part.title, ()), place)


def _part(part: Part, checked: tuple[Checked, ...], place: Place) -> None:
    key = f"report-text-{place.case[:8]}-{place.writer}-{place.edition}-{part.title}"
    # Setting a value wipes out what is being typed: only where it has changed.
    if st.session_state.get(key) != part.text:
        st.session_state[key] = part.text
    st.text_area(
        part.title,
        key=key,
        height="content",
        on_change=_take,
        args=(place, part, key),
    )
    verdicts(checked, place)
    if part.edited:
        st.button(
            "Back to the text before",
            icon=":material/undo:",
            key=f"{key}-back",
            on_click=set_edit,
            args=(place, part.title, None),
        )


def _take(place: Place, part: Part, key: str) -> None:
    text = str(st.session_state[key])
    same = paragraphs(text) == paragraphs(part.first)
    set_edit(place, part.title, None if same else text)


def verdicts(checked: tuple[Checked, ...], place: Place) -> None:
    """List checked sentences with their verdicts, and offer to keep the contradicted ones."""
    for one in checked:
        stays = one.text in kept(place)
        fate = KEPT if stays else HANGING if one.hanging else FATES[one.verdict]
        sign = HANGING_SIGN if one.hanging else SIGNS[one.verdict]
        st.markdown(f"{sign} “{plain(one.text)}”  \n:gray[**{fate}.** {plain(one.reason)}]")
        if one.refused:
            key = f"report-keep-{place.case[:8]}-{place.edition}-{one.text}"
            st.session_state[key] = stays
            st.checkbox("Keep it, marked", key=key, on_change=partial(_keep, place, one.text, key))


def _keep(place: Place, sentence: str, key: str) -> None:
    keep(place, sentence, bool(st.session_state[key]))
