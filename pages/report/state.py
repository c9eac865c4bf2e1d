"""What a visitor chose, wrote and signed for the reports of their cases."""

from dataclasses import dataclass
from datetime import UTC, datetime

from core.report.document import SignOff
from core.report.earlier import PackedStudy
from core.report.text import Edition, Narrative
from core.study import Study
from pages.common.memory import Slot

REPORT_TAB = "Report"
FACTS, LLAVA = "facts", "llava"


WRITER_KEY = "report-writer"


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


# By place: two editions of ours and the text of a model.
EDITS = Slot[dict[str, str]]("report-edits", keep=3)
KEPT = Slot[frozenset[str]]("report-kept-sentences", keep=3)
GENERATED = Slot[Generated]("report-generated")
EARLIER = Slot[PackedStudy]("report-earlier")
WRITTEN = Slot[tuple[Narrative, datetime]]("report-written")
SIGNED = Slot[Signed]("report-signed")


def edits(place: Place) -> dict[str, str]:
    """List the texts that were written over ours, by the title of their section."""
    return EDITS.get(place.case, place) or {}


def set_edit(place: Place, title: str, text: str | None) -> None:
    """Keep a text that was written over ours; None goes back to ours."""
    others = {name: one for name, one in edits(place).items() if name != title}
    EDITS.put(others if text is None else {**others, title: text}, place.case, place)


def kept(place: Place) -> frozenset[str]:
    """List the contradicted sentences that the visitor keeps."""
    return KEPT.get(place.case, place) or frozenset()


def keep(place: Place, sentence: str, on: bool) -> None:
    """Keep a contradicted sentence, or no longer."""
    before = kept(place)
    KEPT.put(before | {sentence} if on else before - {sentence}, place.case, place)


def keep_generated(case_id: str, found: Generated) -> None:
    """Keep what a model wrote; what was edited in an earlier text is gone with it."""
    GENERATED.put(found, case_id)
    place = Place(case_id, LLAVA, Edition.CLINICAL)
    EDITS.drop(case_id, place)
    KEPT.drop(case_id, place)


def written_at(case: Study, narrative: Narrative) -> datetime:
    """Tell when the text at hand came to be."""
    known = WRITTEN.get(case.id)
    if known is None or known[0] != narrative:
        known = narrative, datetime.now(UTC)
        WRITTEN.put(known, case.id)
    return known[1]


def sign(case: Study, narrative: Narrative, name: str) -> None:
    """Sign a text now."""
    SIGNED.put(Signed(narrative, SignOff(name, datetime.now(UTC))), case.id)
