"""What is said beside the pictures: quality of the scan, optional parts."""

from collections.abc import Sequence

import streamlit as st

from core.foundation.capabilities import capabilities
from core.presets import preset_named
from core.quality import QualityFinding, Severity
from core.study import Study
from core.turning import BACK, turned
from core.volume import Turn
from pages.common import jobs
from pages.common.frame import plain
from pages.common.session import cases, open_volume

ICONS = {
    Severity.ERROR: ":material/error:",
    Severity.WARNING: ":material/warning:",
    Severity.INFO: ":material/info:",
}


def quality_panel(case: Study) -> bool:
    """Show what the quality gate and the reader found; returns whether the scan is usable."""
    errors = [finding for finding in case.quality if finding.severity is Severity.ERROR]
    for finding in errors:
        st.error(plain(f"{finding.reason} {finding.advice}"), icon=ICONS[Severity.ERROR])
    remarks = [finding for finding in case.quality if finding not in errors]
    count = len(remarks) + len(case.volume.notes)
    if count:
        warned = any(finding.severity is Severity.WARNING for finding in remarks)
        icon = ICONS[Severity.WARNING if warned else Severity.INFO]
        title = f"About this scan: {count} remark{'s' * (count > 1)}"
        # A body that lies otherwise than its file says spoils everything: that is not folded away.
        lies_wrong = any(finding.code in set(Turn) for finding in remarks)
        with st.expander(title, icon=icon, expanded=lies_wrong):
            _remarks(case, remarks)
    return not errors


def _remarks(case: Study, findings: Sequence[QualityFinding]) -> None:
    for finding in findings:
        st.markdown(f"{ICONS[finding.severity]} {plain(f'{finding.reason} {finding.advice}')}")
        if finding.code in set(Turn) and not case.volume.dicom_headers:
            _turn_button(case, Turn(finding.code), "Turn it")
    for note in case.volume.notes:
        st.markdown(f"{ICONS[Severity.INFO]} {plain(note)}")
    if case.volume.turns:
        last = case.volume.turns[-1]
        _turn_button(case, BACK.get(last, last), "Turn it back")


def _turn_button(case: Study, turn: Turn, label: str) -> None:
    """Offer to look at the scan turned, as a case beside this one."""
    st.button(
        label,
        icon=":material/flip:",
        key=f"turn-{turn}-{label}",
        help="Opens the scan turned, beside this one. Labels still go back on the file as it is.",
        on_click=_turn,
        args=(case, turn),
    )


def _turn(case: Study, turn: Turn) -> None:
    volume = turned(case.volume, turn)
    known = volume.digest in cases()
    open_volume(volume)
    opened = cases().get(volume.digest)
    if case.segmentation is not None and opened is not None and not known:
        jobs.start(opened, preset_named(case.segmentation.preset))


def optional_parts_panel() -> None:
    """Keep the optional parts at hand, folded."""
    with st.expander("Optional parts: what is switched on here?", icon=":material/extension:"):
        optional_parts()


def optional_parts() -> None:
    """List the optional parts, and how to turn on those that are off here."""
    parts = capabilities()
    for column, part in zip(st.columns(len(parts), gap="medium"), parts, strict=True):
        state = ":green-badge[on]" if part.available else ":gray-badge[off]"
        column.markdown(f"**{part.name}** {state}  \n{part.used_for}")
        if part.advice:
            column.caption(part.advice)
