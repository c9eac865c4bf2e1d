"""The workspace of the host, where it names one: corrections by hand are kept there at once."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from core.editing.edits import Correction
from core.editing.history import History, Labels
from core.errors import BadWorkspace
from core.models.store import WORKSPACE_PLACE
from core.study import Study
from core.workspace import journal
from core.workspace.folder import (
    Claim,
    Workspace,
    claimed,
    entries,
    keep,
    open_case,
    unwritable,
    workspace_at,
)
from pages.common.memory import Slot
from pages.common.session import cases, notify, open_study

KEEP_KEY = "workspace-keep"
# Of a case.
HISTORIES, LOOK_AT = Slot[History]("corrections"), Slot[tuple[int, int, int]]("look-at")
TAKEN = (
    "Another reader corrects this case of the workspace at present: what you draw stays in this "
    "browser session. Download it, or load the page anew once they have left."
)
OTHERS = (
    "The workspace holds this case with {edits} corrections that are not these: what you draw "
    "stays in this browser session. Open it on the Teach page to go on there."
)


@dataclass(eq=False)
class Desk:
    """The place at which a visitor corrects a case of the workspace.

    Parameters
    ----------
    claim : to the case; None where it is not theirs.
    start, done : labels and corrections that the workspace knows.
    waiting : what was done and is not written yet.
    why : nothing is kept; empty where it is.
    paused : whether the visitor wants nothing kept for now.
    """

    claim: Claim | None = None
    start: Labels | None = None
    done: tuple[Correction, ...] = ()
    waiting: list[journal.Event] = field(default_factory=list)
    why: str = ""
    paused: bool = False


DESKS = Slot[Desk]("workspace-desk")


def workspace() -> Workspace | None:
    """Open the workspace that the host names; None where it names none.

    Raises BadWorkspace where it cannot be used.
    """
    place = os.environ.get(WORKSPACE_PLACE)
    return workspace_at(Path(place)) if place else None


def sit_down(case: Study) -> Desk | None:
    """Begin to keep a case that is corrected; None where there is no workspace, or no wish."""
    desk = DESKS.get(case.id)
    if not os.environ.get(WORKSPACE_PLACE) or st.session_state.get(KEEP_KEY) is False:
        if desk is not None:
            desk.paused = True
        return None
    if desk is None or desk.paused:
        desk = desk or Desk()
        desk.paused = False
        DESKS.put(desk, case.id)
        with st.spinner("Keeping the case in the workspace"):
            _take_in(case, desk)
    return desk


def _take_in(case: Study, desk: Desk) -> None:
    """Take a case in whole, unless it is another reader's; the desk tells why not."""
    assert case.segmentation is not None
    try:
        place = workspace()
        assert place is not None
        known = {one.id: one for one in entries(place)}.get(case.id)
        if known is not None and known.by_hand and desk.start is None:
            desk.why = OTHERS.format(edits=known.by_hand)
            return
        desk.claim = desk.claim or claimed(place, case.id)
        if desk.claim is None:
            desk.why = TAKEN
            return
        keep(place, case)
    except BadWorkspace as error:
        desk.why = str(error)
        return
    desk.start, desk.done = case.segmentation.as_found, case.segmentation.corrections
    desk.waiting, desk.why = [], ""


def note(case: Study, before: History, events: Sequence[journal.Event]) -> None:
    """Write down what was done to a case, which is `case` by now and was `before`."""
    desk = DESKS.get(case.id)
    if desk is None or desk.paused or case.segmentation is None or desk.why == TAKEN:
        return
    found = case.segmentation
    if desk.start is not found.as_found or desk.done != before.done:
        # Thresholds moved, or something was decided since: the case is another one.
        told = desk.why
        _take_in(case, desk)
        if desk.why and desk.why != told:
            notify(desk.why)
        return
    desk.waiting += events
    desk.done = found.corrections
    try:
        place = workspace()
        assert place is not None
        journal.append(place.folder(case.id), desk.waiting)
    except (OSError, BadWorkspace) as error:
        told, desk.why = desk.why, str(unwritable(error) if isinstance(error, OSError) else error)
        if desk.why != told:
            notify(desk.why)
        return
    desk.waiting, desk.why = [], ""


def open_entry(case_id: str, z: int | None = None) -> None:
    """Open a case of the workspace with its corrections, at the axial slice `z` where one is told.

    Raises HepatoScopeError where it cannot be opened.
    """
    place = workspace()
    if place is None:
        return
    if case_id not in cases() or DESKS.get(case_id) is None:
        with st.spinner("Opening the case"):
            study, history = open_case(place, case_id)
            claim = claimed(place, case_id)
        open_study(study, lambda: _seated(study, history, claim, z))
    else:
        open_study(cases()[case_id], lambda: look_at(cases()[case_id], z))


def _seated(study: Study, history: History, claim: Claim | None, z: int | None) -> None:
    HISTORIES.put(history, study.id)
    desk = Desk(claim, history.start, history.done, why="" if claim else TAKEN)
    DESKS.put(desk, study.id)
    look_at(study, z)


def look_at(study: Study, z: int | None) -> None:
    """Let the viewer go to an axial slice, at the middle of its liver."""
    if z is None or study.segmentation is None:
        return
    sheet = study.segmentation.labels[..., z]
    places = sheet.nonzero()
    if len(places[0]):
        LOOK_AT.put((int(places[0].mean()), int(places[1].mean()), z), study.id)
