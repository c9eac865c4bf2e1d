"""Labels put right by hand: what the visitor draws in the viewer, and what follows from it."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from math import isfinite
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.cascade.segmentation import Segmentation
from core.editing.edits import Correction, Edit, Target
from core.editing.file import edits_to_json
from core.editing.gap import nearest_gap
from core.editing.growing import grow, growth_at
from core.editing.history import History
from core.editing.wishes import Boxed, Bridged, Grown, Undone, wish_from
from core.errors import HepatoScopeError
from core.foundation.sam.outline import outline_in_box
from core.io.export import labels_to_nifti, training_case
from core.models.store import WORKSPACE_PLACE
from core.study import Study, begun, corrected_by
from core.workspace.journal import Did, Event
from pages.common.downloads import file_stem
from pages.common.frame import plain
from pages.common.memory import Slot
from pages.common.sam import ask_shipped, warm_shipped
from pages.common.session import cases, notify, store
from pages.common.widgets import download
from pages.common.workspace import HISTORIES, KEEP_KEY, note, sit_down
from pages.viewer import redraw

ON_KEY, NAME_KEY = "segment-editing", "reader-name"
# Of the visit: the number of the last edit that was taken.
TAKEN = Slot[float]("corrections-taken")
# Of one message; a hand is not that quick.
MOST_EDITS, MOST_NAME = 200, 80
HOW = (
    "Choose a tool above the planes and draw: figures, lesions, report and files follow. A box "
    "asks SAM for an outline. Every step can be undone."
)
KEPT = (
    "With its scan, on the disk of this host, where other visitors of its workspace see it: every "
    "correction is written as it is made, and networks can be taught by it on the Teach page."
)
WRITTEN = ":material/cloud_done: In the workspace; every correction is written as it is made."


class ReaderHand:
    """Takes what is drawn on a case; `pages.viewer.Hand` says what it does."""

    def __init__(self, case: Study, viewer: str) -> None:
        self._opened, self._viewer = case, viewer

    @property
    def _case(self) -> Study:
        """The case as it is by now: an edit may have changed it since the page was drawn."""
        return cases().get(self._opened.id, self._opened)

    @property
    def state(self) -> dict[str, float]:
        """Numbers of the last edit applied, of those to undo and to redo."""
        history = _history(self._case)
        return {"applied": TAKEN.get() or 0, "undo": len(history.done), "redo": len(history.undone)}

    def take(self, edits: Any) -> bool:
        """Make what was not made before; what cannot be made is told, and loses nothing."""
        last = TAKEN.get() or 0
        new = [one for one in _numbered(edits) if one["serial"] > last][:MOST_EDITS]
        if not new:
            return False
        TAKEN.put(max(one["serial"] for one in new))
        before = history = _history(self._case)
        events: list[Event] = []
        # What was drawn on a case that was closed meanwhile is nobody's.
        for one in (one for one in new if one.get("of") == self._case.id):
            try:
                after, event = self._after(history, one)
                events += [] if after is history else [event]
                history = after
            except HepatoScopeError as error:
                notify(str(error))
                redraw(self._viewer)
        if history is not before:
            _keep(self._case, history)
            note(self._case, before, events)
        return True

    def _after(self, history: History, told: Mapping[str, Any]) -> tuple[History, Event]:
        wish = wish_from(told)
        if isinstance(wish, Undone):
            after = history.redo() if wish.again else history.undo()
            return after, Event(Did.REDONE if wish.again else Did.UNDONE)
        by = str(st.session_state.get(NAME_KEY) or "").strip()[:MOST_NAME]
        at = datetime.now(UTC).isoformat(timespec="seconds")
        made = Correction(self._edit(history, wish), by, at)
        return history.made(made), Event(Did.MADE, made)

    def _probability(self, target: Target) -> NDArray[np.uint8] | None:
        """Give what the networks answered; None where they were not asked."""
        found = self._case.segmentation
        if found is None or found.brought is not None:
            return None
        return found.tumor_probability if target is Target.TUMOR else found.liver_probability

    def _edit(self, history: History, wish: Edit | Boxed | Grown | Bridged) -> Edit:
        """Find for the reader what was not drawn whole."""
        volume = self._case.volume
        match wish:
            case Boxed():
                ask = partial(ask_shipped, self._case, wish.plane)
                corners = wish.one, wish.other
                return outline_in_box(volume, wish.plane, corners, wish.pen, ask, carry=wish.carry)
            case Grown():
                known = self._probability(wish.pen.target)
                growth = growth_at(volume, wish.at, wish.pen, known)
                return grow(volume, known, wish.at, growth, wish.pen)
            case Bridged():
                return nearest_gap(history.labels, wish.target, wish.plane, wish.index)
        return wish


def editing_switch(case: Study, viewer: str) -> ReaderHand | None:
    """Offer to correct the labels; gives who takes what is drawn, None while that is off."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        on = st.toggle(
            "Correct by hand", key=ON_KEY, persist_state="session", help=HOW, on_change=_switched
        )
        if on:
            st.text_input(
                "Your name, for the record (optional)",
                key=NAME_KEY,
                max_chars=MOST_NAME,
                persist_state="session",
                width=280,
            )
            if os.environ.get(WORKSPACE_PLACE):
                st.toggle(
                    "Keep in the workspace",
                    value=True,
                    key=KEEP_KEY,
                    persist_state="session",
                    help=KEPT,
                )
    if on and (desk := sit_down(case)) is not None:
        st.caption(plain(desk.why) if desk.why else WRITTEN)
    return ReaderHand(case, viewer) if on else None


def _switched() -> None:
    if st.session_state[ON_KEY]:
        warm_shipped()


def corrections_view(case: Study, segmentation: Segmentation) -> None:
    """Tell what corrections came to, with their files; nothing where there are none.

    To stand below the picture, which must not move under a hand that draws.
    """
    if not segmentation.corrections:
        return
    assert case.findings is not None
    told = case.findings.corrected
    assert told is not None
    dice = [
        f"{what} {value:.3f}"
        for what, value in (("liver", told.liver_dice), ("tumor", told.tumor_dice))
        if value is not None
    ]
    st.caption(
        f"{told.sentence} As found: {told.found_lesions} lesions, "
        f"{told.found_tumor_volume_ml:.1f} mL of tumor, by {segmentation.maker}. Dice of found and "
        f"corrected: {', '.join(dice)}. Last correction: {told.last_at[:16].replace('T', ' ')} UTC."
    )
    with st.container(horizontal=True):
        found, stem = segmentation.as_found, file_stem(case)
        from_ = {"preset": segmentation.preset, "models_sha256": segmentation.models}
        download(
            "Corrections (JSON)",
            partial(edits_to_json, segmentation.corrections, found, case.id, from_),
            f"{stem}-edits.json",
            key="download-edits",
        )
        download(
            "Training case (LiTS layout)",
            partial(training_case, case.volume, segmentation.labels),
            f"{stem}-training-case.zip",
            key="download-training-case",
            help="The scan with its corrected labels, as two NIfTI files in a zip.",
        )
        download(
            "Labels as found (NIfTI)",
            partial(labels_to_nifti, case.volume, found),
            f"{stem}-labels-as-found.nii.gz",
            key="download-as-found",
        )
        if st.button("Take all corrections back", icon=":material/restart_alt:", key="start-over"):
            before = history = _history(case)
            while history.done:
                history = history.undo()
            _keep(case, history)
            note(cases()[case.id], before, [Event(Did.UNDONE)] * len(before.done))
            st.rerun()


def _history(case: Study) -> History:
    """Give the history of a case; a new one where its labels came about in another way."""
    assert case.segmentation is not None
    known, found = HISTORIES.get(case.id), case.segmentation
    if known is not None and known.labels is found.labels and known.start is found.as_found:
        return known
    return begun(case)


def _keep(case: Study, history: History) -> None:
    HISTORIES.put(history, case.id)
    store(corrected_by(case, history))


def _numbered(edits: Any) -> list[Mapping[str, Any]]:
    """Choose what is an edit with a number of what a browser says, which may be anything."""
    if not isinstance(edits, list):
        return []
    return [
        one
        for one in edits
        if isinstance(one, Mapping)
        and isinstance(one.get("serial"), int | float)
        and isfinite(one["serial"])
    ]
