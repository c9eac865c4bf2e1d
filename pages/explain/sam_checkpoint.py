"""Which SAM: chosen from those we know, by its hub name, or as a folder; and how to get it."""

import streamlit as st

from core.errors import HepatoScopeError
from core.foundation.capabilities import OF_SAM, VISION_LANGUAGE, missing_modules
from core.foundation.hub import HubFacts, check_name
from core.foundation.sam.catalogue import CATALOGUE, Checkpoint, known
from core.foundation.sam.checkpoint import HUB, SHIPPED, LocalCheckpoint, find
from core.process.memory import free_mb
from core.study import Study
from pages.common.fetching import Typed, ask_for_checkpoint, facts_of, offer
from pages.common.frame import show_error
from pages.common.sam import sam_process
from pages.explain.sam_state import CHECKPOINT_KEY, SAM_TAB

OTHER_NAME, FOLDER = "Another, by its name on the hub", "A folder on the machine of HepatoScope"
TYPED = {
    OTHER_NAME: Typed("Name on the Hugging Face Hub", "sam-hub-name", "owner/model"),
    FOLDER: Typed("Folder with config.json and model.safetensors", "sam-folder", "/path/to/sam"),
}
NOT_HERE = (
    "The weights of this SAM are not on this machine, so there is no mask to show.  \n"
    "Fetch them once with the button, or copy a checkpoint here and choose its folder above."
)


def choose_checkpoint(case: Study) -> LocalCheckpoint | None:
    """Ask for a checkpoint and say what it needs; None while it is not on this machine."""
    left, right = st.columns([2, 3], gap="medium", vertical_alignment="top")
    with left:
        place = _place()
    if not place:
        right.caption("Type the name or the folder on the left.")
        return None
    if place != SHIPPED and (missing := missing_modules(*OF_SAM)):
        with right:
            _say_missing(missing)
        return None
    with right:
        try:
            found = find(place)
            if found is None:
                check_name(place)
        except HepatoScopeError as error:
            show_error(str(error))
            return None
        entry = known(place)
        _say_needs(entry, facts_of(place), found)
    if entry is not None:
        left.caption(entry.summary)
    if found is None:
        offer(case, place, HUB, SAM_TAB, NOT_HERE, known=entry is not None)
    return found


def _place() -> str:
    titles = {entry.name: f"{entry.title} · {entry.download_mb:,} MB" for entry in CATALOGUE}
    st.session_state.setdefault(CHECKPOINT_KEY, SHIPPED)
    return ask_for_checkpoint(titles, TYPED, CHECKPOINT_KEY)


def _say_missing(missing: tuple[str, ...]) -> None:
    st.info(
        f"This SAM needs {' and '.join(missing)}, which this installation does not have. Add what "
        "is missing with the command below and start HepatoScope again, or choose the one that is "
        "shipped.",
        icon=":material/extension:",
    )
    st.code(f"pip install -r {VISION_LANGUAGE}", language=None)


def _say_needs(
    entry: Checkpoint | None, facts: HubFacts | None, found: LocalCheckpoint | None
) -> None:
    said, here = entry or facts, found or entry
    weights = said.download_mb if said else found.weights_mb if found else None
    shown = {
        "Weights": _megabytes(weights),
        "Licence": said.licence if said else "see its card",
        "Memory": _gigabytes(here.memory_mb if here else None),
        "Free here": _gigabytes(free_mb()),
    }
    with st.container(horizontal=True):
        for label, value in shown.items():
            st.metric(label, value)
    if found is None:
        return
    line = ":green[:material/check_circle:] On this machine"
    if sam_process().holds(found):
        line += ", and in memory"
    st.caption(f"{line}. It runs here on the CPU: no image leaves this machine.")


def _megabytes(size: float | None) -> str:
    if size is None:
        return "–"
    return f"{size:,.0f} MB" if size >= 10 else f"{size:.1f} MB"


def _gigabytes(megabytes: float | None) -> str:
    return "–" if megabytes is None else f"{megabytes / 1000:.1f} GB"
