"""What ends a report: whom it is of, who signs it, and the files."""

from functools import partial

import streamlit as st

from core.report.composite import Picture
from core.report.document import Report, SignOff, provenance_of
from core.report.draft import Draft
from core.report.fact import Facts
from core.report.formats import FORMATS, Format
from core.report.written import Place
from core.study import Examined, Study
from pages.common.downloads import dicom_obstacle, file_stem
from pages.common.frame import plain
from pages.common.saved import SIGNED
from pages.common.widgets import download
from pages.report.state import kept, sign, written_at

NO_NAME = (
    "Never taken from the scan: what you type here goes into the files below and nowhere else. "
    "Leave it empty for a report without a name."
)
CARRIES = (
    "DICOM files carry the patient data of your series, as the archive needs it; all others tell "
    "nobody's name but those typed above."
)


def finish(
    case: Study,
    study: Examined,
    facts: Facts,
    pictures: tuple[Picture, ...],
    draft: Draft,
    place: Place,
) -> None:
    """Ask for patient and signature, and offer the files."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.subheader("Sign", anchor=False)
        patient = st.text_input(
            "Patient (optional)",
            key=f"report-patient-{case.id[:8]}",
            max_chars=120,
            help=NO_NAME,
            persist_state="session",
        )
        _left_out(draft, place)
        signed = _sign_off(case, draft)
    report = Report(
        draft.narrative,
        facts,
        pictures,
        provenance_of(study.segmentation, written_at(case, draft.narrative)),
        signed,
        (patient or "").strip() or None,
    )
    with right:
        st.subheader("Take it home", anchor=False)
        _files(case, study, report)


def _left_out(draft: Draft, place: Place) -> None:
    """Show who signs what does not stand in the text, though it was written."""
    out = draft.left_out(kept(place))
    if out:
        told = "  \n".join(f"“{plain(one.text)}”" for one in out)
        st.warning(f"Not in the text that you sign:  \n{told}", icon=":material/remove_done:")


def _sign_off(case: Study, draft: Draft) -> SignOff | None:
    signed = SIGNED.get(case.id)
    if signed is not None and signed.narrative == draft.narrative:
        st.success(plain(f"Signed by {signed.sign_off.line}"), icon=":material/verified:")
        st.button(
            "Take the signature back", on_click=SIGNED.drop, args=(case.id,), key="report-unsign"
        )
        return signed.sign_off
    if signed is not None:
        st.warning(
            "The text has changed since it was signed, so the signature does not stand under it.",
            icon=":material/edit_off:",
        )
    key = "report-name"
    name = st.text_input("Your name", key=key, max_chars=80, persist_state="session")
    name = str(name or "").strip()
    st.button(
        "Sign this text now",
        icon=":material/draw:",
        disabled=not name,
        on_click=sign,
        args=(case, draft.narrative, name),
        help="Puts your name and the present time under the text as it stands.",
        key="report-sign",
    )
    return None


def _files(case: Study, study: Examined, report: Report) -> None:
    series = bool(study.volume.dicom_headers)
    obstacle = dicom_obstacle(study.volume) if series else None
    of_dicom = series and obstacle is None
    offered = [one for one in FORMATS if of_dicom or not one.of_series]
    with st.container(horizontal=True):
        for one in offered:
            download(
                one.title,
                partial(_file, one, report, study),
                f"{file_stem(case)}-report{one.suffix}",
                key=f"report-file-{one.suffix}",
                help=f"{one.says[0].upper()}{one.says[1:]}.",
            )
    if obstacle:
        st.warning(plain(obstacle), icon=":material/warning:")
    if of_dicom:
        st.caption(CARRIES)
    st.caption("Each says “research use only”, the version, the networks' hashes and the time.")


def _file(one: Format, report: Report, study: Examined) -> bytes:
    return one.write(report, study)
