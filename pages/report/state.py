"""What a visitor chose, wrote and signed for the reports of their cases."""

from datetime import UTC, datetime

from core.report.document import SignOff
from core.report.earlier import PackedStudy
from core.report.text import Edition, Narrative
from core.report.written import Generated, Place, Signed
from core.study import Study
from pages.common.memory import Slot
from pages.common.saved import EDITS, GENERATED, KEPT, SIGNED

REPORT_TAB = "Report"
FACTS, LLAVA = "facts", "llava"
WRITER_KEY = "report-writer"

EARLIER = Slot[PackedStudy]("report-earlier")
WRITTEN = Slot[tuple[Narrative, datetime]]("report-written")


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
