"""What a visitor chose, wrote and signed for the reports of their cases."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from core.report.document import SignOff
from core.report.earlier import PackedStudy
from core.report.text import Edition, Narrative
from core.study import Study
from pages.common.session import MAX_CASES, cases

REPORT_TAB = "Report"
FACTS, LLAVA = "facts", "llava"
# Texts of a case: two editions of ours and one of a model.
MOST_TEXTS = 3 * MAX_CASES


class Key:
    """Keys of what the page keeps for one visitor."""

    ATTRIBUTION = "report-attribution"
    CHECKPOINT = "report-checkpoint"
    EARLIER = "report-earlier"
    EARLIER_FROM = "report-earlier-from"
    EDITION = "report-edition"
    EDITS = "report-edits"
    FACTS = "report-facts"
    FOLDER = "report-folder"
    GENERATED = "report-generated"
    KEPT = "report-kept"
    LOOKED_AT = "report-looked-at"
    MODE = "report-mode"
    PALETTE = "report-palette"
    PATIENT = "report-patient"
    PICTURES = "report-pictures"
    SECONDS = "report-seconds"
    SIGNED = "report-signed"
    SLICE = "report-slice"
    TOKENS = "report-tokens"
    UPLOADS = "report-uploads"
    WRITER = "report-writer"
    WRITTEN = "report-written"


@dataclass(frozen=True)
class Place:
    """Which text of which case: what was edited in one stays in it."""

    case: str
    writer: str
    edition: Edition


@dataclass(frozen=True)
class Signed:
    """A signature under a certain text."""

    narrative: Narrative
    sign_off: SignOff


@dataclass(frozen=True)
class Generated:
    """What a model wrote, and which; `cut_short` where it ran out of time."""

    text: str
    checkpoint: str
    cut_short: str = ""


def edits(place: Place) -> dict[str, str]:
    """List the texts that were written over ours, by the title of their section."""
    found: dict[str, str] = _of(Key.EDITS).get(place, {})
    return found


def set_edit(place: Place, title: str, text: str | None) -> None:
    """Keep a text that was written over ours; None goes back to ours."""
    others = {name: one for name, one in edits(place).items() if name != title}
    _keep(Key.EDITS, place, others if text is None else {**others, title: text}, MOST_TEXTS)


def kept(place: Place) -> frozenset[str]:
    """List the contradicted sentences that the visitor keeps."""
    found: frozenset[str] = _of(Key.KEPT).get(place, frozenset())
    return found


def keep(place: Place, sentence: str, on: bool) -> None:
    """Keep a contradicted sentence, or no longer."""
    before = kept(place)
    _keep(Key.KEPT, place, before | {sentence} if on else before - {sentence}, MOST_TEXTS)


def generated(case: Study) -> Generated | None:
    """Give what a model wrote of a case, if it did."""
    return _of(Key.GENERATED).get(case.id)


def keep_generated(case_id: str, found: Generated) -> None:
    """Keep what a model wrote; what was edited in an earlier text is gone with it."""
    _keep(Key.GENERATED, case_id, found, MAX_CASES)
    place = Place(case_id, LLAVA, Edition.CLINICAL)
    for key in (Key.EDITS, Key.KEPT):
        _of(key).pop(place, None)


def earlier_study(case: Study) -> PackedStudy | None:
    """Give the earlier study that was uploaded for a case."""
    return _of(Key.EARLIER).get(case.id)


def keep_earlier(case_id: str, study: PackedStudy | None) -> None:
    """Keep the earlier study of a case; None forgets it."""
    if study is None:
        _of(Key.EARLIER).pop(case_id, None)
    else:
        _keep(Key.EARLIER, case_id, study, MAX_CASES)


def written_at(case: Study, narrative: Narrative) -> datetime:
    """Tell when the text at hand came to be."""
    known: tuple[Narrative, datetime] | None = _of(Key.WRITTEN).get(case.id)
    if known is None or known[0] != narrative:
        known = narrative, datetime.now(UTC)
        _keep(Key.WRITTEN, case.id, known, MAX_CASES)
    return known[1]


def signature(case: Study) -> Signed | None:
    """Give the signature under a case, which may be of another text by now."""
    return _of(Key.SIGNED).get(case.id)


def sign(case: Study, narrative: Narrative, name: str) -> None:
    """Sign a text now."""
    signed = Signed(narrative, SignOff(name, datetime.now(UTC)))
    _keep(Key.SIGNED, case.id, signed, MAX_CASES)


def withdraw(case: Study) -> None:
    """Take a signature back."""
    _of(Key.SIGNED).pop(case.id, None)


def forget_closed_cases() -> None:
    """Drop what belongs to cases that the session no longer has."""
    for key in (Key.EDITS, Key.KEPT):
        for place in [place for place in _of(key) if place.case not in cases()]:
            del _of(key)[place]
    for key in (Key.EARLIER, Key.GENERATED, Key.SIGNED, Key.WRITTEN):
        for case_id in [case_id for case_id in _of(key) if case_id not in cases()]:
            del _of(key)[case_id]


def _of(key: str) -> dict[Any, Any]:
    found: dict[Any, Any] = st.session_state.setdefault(key, {})
    return found


def _keep(key: str, name: object, value: object, most: int) -> None:
    found = _of(key)
    found.pop(name, None)
    found[name] = value
    while len(found) > most:
        del found[next(iter(found))]
