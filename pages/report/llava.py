"""Text by LLaVA: which checkpoint, what it needs, and the text while it is being written."""

from pathlib import Path

import streamlit as st

from core.foundation.llava.catalogue import CHECKPOINTS, known
from core.foundation.llava.checkpoint import HUB, LocalCheckpoint, find
from core.foundation.llava.model import Writing
from core.process.memory import free_mb
from core.report.composite import Picture
from core.report.fact import Facts
from core.study import Study
from pages.common import jobs
from pages.common.fetching import Typed, ask_for_checkpoint, facts_of, offer
from pages.common.frame import errors_shown, plain
from pages.common.saved import GENERATED
from pages.report.llava_state import begin_writing, stream
from pages.report.state import REPORT_TAB

TYPED = {
    "Another: its name on the hub, or a folder": Typed(
        "Name or folder", "report-folder", "owner/model or /path/to/llava"
    )
}
NOT_HERE = (
    "The weights of this LLaVA are not on this machine; the facts report needs none.  \n"
    "Fetch them once with the button, or copy a LLaVA-1.5 here and give its folder above."
)
MINUTES = {5: "5 min", 10: "10 min", 30: "30 min", 60: "1 h"}


def llava_panel(case: Study, facts: Facts, picture: Picture) -> None:
    """Ask for a checkpoint and let it write; while it does, show what it has written."""
    if stream() is not None:
        growing_text()
        return
    found = GENERATED.get(case.id)
    writer = "" if found is None else plain(Path(found.checkpoint).name)
    with st.expander(
        f"Written by {writer}" if writer else "Let LLaVA write it",
        expanded=found is None,
        icon=":material/smart_toy:",
    ):
        st.caption(
            "LLaVA-1.5 gets the pictures and the facts, and is taken for a witness: each of its "
            "sentences is checked against the facts. It runs on the machine of HepatoScope."
        )
        with errors_shown():
            _ask(case, facts, picture, again=found is not None)
    if found is not None and found.cut_short:
        st.warning(plain(found.cut_short), icon=":material/timer_off:")


@st.fragment(run_every=1.0)
def growing_text() -> None:
    """Show what is written so far, while it grows."""
    growing = stream()
    if growing is not None and growing.text:
        st.caption("Not checked yet:")
        st.markdown(plain(growing.text))


def _ask(case: Study, facts: Facts, picture: Picture, *, again: bool) -> None:
    place = _place()
    if not place:
        st.caption("Type a name or a folder.")
        return
    found = find(place)
    _needs(place, found)
    if found is None:
        offer(case, place, HUB, REPORT_TAB, NOT_HERE, known=known(place) is not None)
        return
    tokens, minutes = _limits()
    writing = Writing(place, tokens, 60.0 * minutes)
    label = "Write again" if again else "Write"
    jobs.offer(label, "edit_note", begin_writing, case, facts, picture, writing, key="report-write")


def _place() -> str:
    titles = {entry.name: entry.title for entry in CHECKPOINTS}
    left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
    with left:
        place = ask_for_checkpoint(titles, TYPED, "report-checkpoint", right)
    if entry := known(place):
        right.caption(entry.summary)
    return place


def _needs(place: str, found: LocalCheckpoint | None) -> None:
    entry = known(place)
    said = entry or facts_of(place)
    shown = {
        "Weights": found.weights_mb if found else said.download_mb if said else None,
        "Memory, in 4 bits": (
            found.memory_mb(quantised=True) if found else entry.memory_mb if entry else None
        ),
        "Free here": free_mb(),
    }
    with st.container(horizontal=True):
        for label, size in shown.items():
            st.metric(label, "–" if size is None else f"{size / 1000:.1f} GB")
    here = ":green[:material/check_circle:] On this machine. " if found else ""
    st.caption(f"{here}Licence: {plain(said.licence) if said else 'see its card'}.")


def _limits() -> tuple[int, int]:
    left, right = st.columns(2, gap="medium")
    tokens = left.slider(
        "Longest text, in tokens",
        50,
        600,
        300,
        10,
        key="report-tokens",
        help="A word has about 1.3 tokens.",
        persist_state="session",
    )
    minutes = right.select_slider(
        "Stop after",
        list(MINUTES),
        30,
        format_func=MINUTES.__getitem__,
        key="report-seconds",
        help="What is written by then is kept.",
        persist_state="session",
    )
    return int(tokens), int(minutes)
