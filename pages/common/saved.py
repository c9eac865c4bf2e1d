"""A case as one file: taken home with all that was decided and written, and opened again."""

from pathlib import Path

import streamlit as st

from core.report.written import Generated, Place, Signed, Written, written_from
from core.saved import open_saved, save
from core.study import Study
from pages.common.memory import Slot
from pages.common.session import cases, open_study
from pages.common.widgets import download

# By place: two editions of ours and the text of a model.
EDITS = Slot[dict[str, str]]("report-edits", keep=3)
KEPT = Slot[frozenset[str]]("report-kept-sentences", keep=3)
GENERATED = Slot[Generated]("report-generated")
SIGNED = Slot[Signed]("report-signed")

WITH_SCAN = "session-with-scan"
WHAT = (
    "Labels, thresholds, what you decided on lesions, texts and signature, to be opened here again "
    "like a scan. With the scan it carries the patient data that a DICOM series carries; without, "
    "open the scan first, then the session."
)


def session_download(case: Study, stem: str) -> None:
    """Offer the case as a file that can be opened again."""
    with_scan = st.checkbox("With the scan itself", value=True, key=WITH_SCAN)
    download(
        "Session (one file)",
        lambda: save(case, written_about(case.id).to_dict(), with_scan=with_scan),
        f"{stem}.hepatoscope.zip",
        key="download-session",
        icon=":material/save:",
        width="stretch",
    )
    st.caption(WHAT)


def written_about(case_id: str) -> Written:
    """Collect what was written about a case."""
    edits: dict[Place, dict[str, str]] = EDITS.all(case_id)
    kept: dict[Place, frozenset[str]] = KEPT.all(case_id)
    return Written(edits, kept, GENERATED.get(case_id), SIGNED.get(case_id))


def open_session(path: Path) -> None:
    """Open a saved case, and take over what was written about it.

    Raises HepatoScopeError where it cannot be read, or its scan is not at hand.
    """
    found = open_saved(path, {case.id: case.volume for case in cases().values()})
    case_id = found.study.id
    written = written_from(found.written, case_id)
    open_study(found.study, lambda: _keep(written, case_id))


def _keep(written: Written, case_id: str) -> None:
    for place, texts in written.edits.items():
        EDITS.put(dict(texts), case_id, place)
    for place, sentences in written.kept.items():
        KEPT.put(sentences, case_id, place)
    if written.generated is not None:
        GENERATED.put(written.generated, case_id)
    if written.signed is not None:
        SIGNED.put(written.signed, case_id)
