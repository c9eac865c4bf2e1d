"""What kind of report: by whom, for whom, in which colors, with which explanation."""

from dataclasses import dataclass

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.explainers.question import Asked
from core.explainers.registry import methods
from core.explainers.standing import standing
from core.foundation.capabilities import OF_LLAVA, missing_advice
from core.report.composite import GREEN_RED, OKABE_ITO, Palette
from core.report.explained import Explained, explained_of
from core.report.text import Edition
from core.study import Study
from pages.common.explanations import EXPLANATIONS, Wish
from pages.common.frame import plain
from pages.common.memory import content
from pages.common.widgets import choose
from pages.report.state import FACTS, LLAVA, WRITER_KEY

WRITERS = {FACTS: "Facts", LLAVA: "LLaVA"}
EDITIONS = {Edition.CLINICAL.value: "Clinical", Edition.PLAIN.value: "Plain language"}
PALETTES = {OKABE_ITO.name: OKABE_ITO, GREEN_RED.name: GREEN_RED}
COLORS = {OKABE_ITO.name: "Blue, orange", GREEN_RED.name: "Green, red"}


@dataclass(frozen=True, eq=False)
class Choices:
    """What the visitor chose.

    Parameters
    ----------
    explained : names the map that goes into the report; None without one.
    """

    writer: str
    edition: Edition
    palette: Palette
    explained: tuple[Wish, Explained] | None


def choices(case: Study, segmentation: Segmentation) -> Choices:
    """Ask for everything that makes one report another."""
    advice = missing_advice(*OF_LLAVA)
    writers = WRITERS if not advice else {FACTS: WRITERS[FACTS]}
    if st.session_state.get(WRITER_KEY, FACTS) not in writers:
        st.session_state[WRITER_KEY] = FACTS
    with st.container(horizontal=True, gap="medium"):
        with st.container(width="content"):
            writer = choose("Written by", writers, WRITER_KEY)
        with st.container(width="content"):
            edition = choose("For", EDITIONS, "report-edition") if writer == FACTS else "clinical"
        with st.container(width="content"):
            palette = choose("Colors", COLORS, "report-palette")
        with st.container(width=320):
            explained = _attribution(case, segmentation)
    if advice:
        st.caption(
            "A vision-language model, LLaVA-1.5, can write the text too, and is then checked "
            f"against the measurements.  \n{plain(advice)}"
        )
    return Choices(writer, Edition(edition), PALETTES[palette], explained)


def _attribution(case: Study, segmentation: Segmentation) -> tuple[Wish, Explained] | None:
    """Offer the maps of the tumor network that were made on the Explain page."""
    here = content(case, segmentation)
    known = {
        wish: one
        for wish, one in EXPLANATIONS.all(case.id).items()
        if wish.of == here and wish.asked is Asked.TUMOR
    }
    key = f"report-attribution-{case.id[:8]}"
    # Who comes from the Explain page wants its latest map; who chose none keeps none.
    latest = list(known)[-1] if known else None
    if st.session_state.setdefault(key, latest) not in known:
        st.session_state[key] = None
    if not known:
        st.session_state[key] = None
        st.caption("Explanation  \nNone made yet: make a map on the Explain page.")
        return None
    wish: Wish | None = st.selectbox(
        "Explanation",
        list(known),
        index=None,
        placeholder="None",
        format_func=_title,
        key=key,
        help="Maps that you made of this result on the Explain page: one of them takes the place "
        "of the sagittal slice, and the text says where its weight lies.",
        persist_state="session",
    )
    if wish is None:
        return None
    trial = standing(wish.method, wish.background, wish.asked, segmentation.preset)
    st.caption(f"{methods()[wish.method].title}: {trial.sentence}")
    explained = explained_of(known[wish].posed, known[wish].found, wish.z)
    return None if explained is None else (wish, explained)


def _title(wish: Wish) -> str:
    about = "" if wish.lesion is None else f", lesion {wish.lesion}"
    title = methods()[wish.method].title.partition(" (")[0]
    return f"{title}, slice {wish.z + 1}{about}, seed {wish.seed}"
