"""With which networks to segment, and the button that does it."""

import os

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.models.store import (
    WORKSPACE_PLACE,
    first_preset,
    taught_presets,
    trained_presets,
)
from core.presets import Preset, preset_named
from core.study import Study
from pages.common import jobs
from pages.common.memory import Slot

NOT_ASKED = (
    "The labels of this scan were brought in a file, so there is no answer of a network to look "
    "into; segment it with our networks on the Segment page to have one."
)
# Presets that were taught in this visit, where the host names no workspace.
MINE = Slot[tuple[str, ...]]("taught-presets")
METHOD = Slot[str]("method-chosen")


def method_choice(key: str) -> Preset:
    """Offer the trained presets where there are several; the choice outlives the page."""
    presets = usable_presets()
    names = [preset.name for preset in presets]
    if len(presets) == 1:
        return presets[0]
    before = METHOD.get() or first_preset().name
    chosen = st.radio(
        "Networks",
        names,
        index=names.index(before) if before in names else 0,
        format_func=str,
        captions=[preset.summary for preset in presets],
        key=key,
    )
    METHOD.put(chosen)
    return preset_named(chosen)


def usable_presets() -> tuple[Preset, ...]:
    """List the presets of this machine, then those that were taught in its workspace or here."""
    taught = taught_presets()
    if not os.environ.get(WORKSPACE_PLACE):
        mine = MINE.get() or ()
        taught = tuple(one for one in taught if one.name in mine)
    return (*(trained_presets() or (first_preset(),)), *taught)


def segment_button(case: Study, usable: bool) -> None:
    """Offer to segment a scan that has no result yet."""
    anyway = usable or st.checkbox(
        "Segment it anyway", help="The networks know CT of the abdomen only: expect nonsense."
    )
    preset = method_choice("method")
    st.button(
        "Segment liver and tumors",
        type="primary",
        icon=":material/neurology:",
        disabled=not anyway,
        on_click=jobs.start,
        args=(case, preset),
    )


def segment_again(case: Study, found: Segmentation) -> None:
    """Offer other networks for a scan that was segmented, or any for a mask that was brought."""
    if len(usable_presets()) < 2 and found.brought is None:
        return
    with st.popover(f"Segmented with: {found.maker}", icon=":material/neurology:"):
        preset = method_choice("method-again")
        st.button("Segment again", on_click=jobs.start, args=(case, preset), type="primary")
