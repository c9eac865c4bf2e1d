"""The earlier study that a report compares with: uploaded, or another case of this session."""

import streamlit as st

from core.errors import MaybeOtherPatient
from core.presets import preset_named
from core.report.followup import Comparison, compare_studies
from core.report.followup.refusals import LOW_OVERLAP
from core.study import Examined, Study
from pages.common import jobs
from pages.common.frame import errors_shown, plain
from pages.common.memory import Slot, content
from pages.common.session import cases, titles
from pages.common.uploads import read_scan, upload
from pages.common.widgets import pick
from pages.report.earlier_state import begin_earlier
from pages.report.state import EARLIER

NONE, UPLOAD = "none", "upload"
UPLOADED = "report-upload"
TIP = "Lesions are matched in space; a change counts where it is beyond what the voxels leave open."
COMPARED = Slot[Comparison]("report-compared", keep=4)


def earlier_panel(case: Study, study: Examined) -> Comparison | None:
    """Ask for an earlier study and compare with it; None where there is none, or none that fits."""
    others = {other.id: other for other in cases().values() if other.id != case.id}
    offered = {NONE: "None", UPLOAD: "A scan that I upload"}
    offered |= {case_id: f"Open here: {titles()[case_id]}" for case_id in others}
    key = f"report-earlier-from-{case.id[:8]}"
    with st.expander("Compare with an earlier study", icon=":material/history:", key=f"{key}-box"):
        chosen = pick("Earlier study", offered, key, TIP, default=NONE)
        earlier = None
        if chosen == UPLOAD:
            earlier = _uploaded(case, study)
        elif chosen != NONE:
            earlier = _open_here(others[str(chosen)], study)
        return None if earlier is None else _compared(case, study, earlier)


def _compared(case: Study, study: Examined, earlier: Examined) -> Comparison | None:
    insisted = f"report-insist-{case.id[:8]}-{earlier.volume.digest[:8]}"
    known = (
        *content(case, study.segmentation),
        *(earlier.volume.digest, earlier.segmentation.preset, earlier.segmentation.called),
    )
    insist = bool(st.session_state.get(insisted))
    with errors_shown():
        try:
            with st.spinner("Comparing the studies"):
                found = COMPARED.made(
                    case.id,
                    (*known, insist),
                    lambda: compare_studies(study, earlier, insist=insist),
                )
        except MaybeOtherPatient as doubt:
            st.warning(plain(str(doubt)), icon=":material/person_alert:")
            _insist(insisted)
            return None
        days = "" if found.days is None else f", made {found.days} days before"
        told = f"{plain(found.source)}{days}: the livers overlap with a Dice of {found.overlap:.2f}"
        if found.overlap < LOW_OVERLAP:
            st.warning(
                f"Compared with {told}, as little as those of different patients. You insisted: no "
                "sum of diameters is made, and the report says so.",
                icon=":material/person_alert:",
            )
            _insist(insisted)
        else:
            st.caption(f":green[:material/check_circle:] Compared with {told}.")
        return found
    return None


def _insist(key: str) -> None:
    st.checkbox("Both scans are of one patient: compare them", key=key, persist_state="session")


def _open_here(other: Study, study: Examined) -> Examined | None:
    if other.segmentation is not None:
        return other.known
    st.info("That scan was not segmented yet.", icon=":material/info:")
    jobs.offer(
        "Segment it in the same way", "neurology",
        jobs.start, other, preset_named(study.segmentation.preset),
        type="secondary", key="report-segment-earlier",
    )  # fmt: skip
    return None


def _uploaded(case: Study, study: Examined) -> Examined | None:
    packed = EARLIER.get(case.id)
    if packed is not None:
        name, forget = st.columns([4, 1], vertical_alignment="center")
        name.markdown(f"**{plain(packed.volume.source)}**")
        forget.button(
            "Forget it",
            on_click=EARLIER.drop,
            args=(case.id,),
            key="report-forget-earlier",
            width="stretch",
        )
        return packed.whole()
    upload(
        "Upload the earlier CT",
        UPLOADED,
        lambda files: begin_earlier(case, study, read_scan(files)),
        accept_multiple_files=True,
        disabled=jobs.running() is not None,
        label_visibility="collapsed",
    )
    st.caption(
        "It is segmented with the same networks and thresholds as this scan, which takes about as "
        "long. Only its outlines and measurements stay in this session."
    )
    return None
