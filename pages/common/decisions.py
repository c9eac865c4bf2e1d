"""What the visitor says of a lesion, with a click: none at all, or one indeed; and back again."""

import streamlit as st

from core.cascade.decisions import Opinion, opinions_on, rejections_in
from core.cascade.findings import Lesion
from core.cascade.segmentation import Segmentation
from core.study import Study, decided, withdrawn
from pages.common.session import store

REJECT, CONFIRM, BACK = "Not a lesion", "It is one", "Take it back"


def lesion_actions(case: Study, segmentation: Segmentation, lesion: Lesion, key: str) -> None:
    """Offer to reject or to confirm a lesion; what was confirmed can be taken back."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}-row"):
        size = f"{lesion.longest_diameter_mm:.1f} mm on slice {lesion.axial_slice + 1}"
        st.markdown(f"**Lesion {lesion.number}** ({size})", width="content")
        if st.button(REJECT, icon=":material/block:", key=f"{key}-reject", help=_AFTER):
            _keep(decided(case, lesion.number, Opinion.REJECTED))
        if not lesion.confirmed:
            if st.button(CONFIRM, icon=":material/check:", key=f"{key}-confirm"):
                _keep(decided(case, lesion.number, Opinion.CONFIRMED))
            return
        st.markdown(":green[:material/verified: confirmed]", width="content")
        if st.button(BACK, icon=":material/undo:", key=f"{key}-unconfirm"):
            _keep(withdrawn(case, _confirmation_of(segmentation, lesion.number)))


_AFTER = (
    "It becomes liver: figures, table, report, documents and downloads follow at once, and say "
    "that you did so. It can be taken back."
)


def every_lesion(case: Study, segmentation: Segmentation, key: str) -> None:
    """Offer to decide on each lesion in turn, and list what was rejected."""
    assert case.findings is not None
    lesions = case.findings.lesions
    if lesions:
        with st.expander("Reject or confirm lesions", icon=":material/rule:", key=f"{key}-all"):
            for lesion in lesions:
                lesion_actions(case, segmentation, lesion, f"{key}-{lesion.number}")
    rejected_lesions(case, segmentation, key)


def rejected_lesions(case: Study, segmentation: Segmentation, key: str) -> None:
    """List what the visitor rejected, each with its way back."""
    assert case.findings is not None
    rejected = case.findings.rejected
    if not rejected:
        return
    with st.expander(f"Rejected by you: {len(rejected)}", icon=":material/block:"):
        standing = rejections_in(segmentation.labels, segmentation.decisions)
        for lesion, decision in zip(rejected, standing, strict=True):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(
                    f"{lesion.longest_diameter_mm:.1f} mm on slice {lesion.axial_slice + 1}, "
                    f"{lesion.volume_ml:.2f} mL, {lesion.location}",
                    width="stretch",
                )
                if st.button(BACK, icon=":material/undo:", key=f"{key}-{decision.key}"):
                    _keep(withdrawn(case, decision.key))


def _confirmation_of(segmentation: Segmentation, number: int) -> str:
    """Name the latest decision that confirms a lesion."""
    for decision in reversed(segmentation.decisions):
        if opinions_on(segmentation.labels, (decision,))[number - 1] is Opinion.CONFIRMED:
            return decision.key
    raise ValueError(f"nobody confirmed lesion {number}")


def _keep(case: Study) -> None:
    store(case)
    st.rerun()
