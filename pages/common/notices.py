"""What is said beside the pictures: quality of the scan, optional parts."""

from collections.abc import Sequence

import streamlit as st

from core.foundation.capabilities import capabilities
from core.quality import QualityFinding, Severity
from core.study import Study
from pages.common.frame import plain

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
        with st.expander(f"About this scan: {count} remark{'s' * (count > 1)}", icon=icon):
            _remarks(remarks, case.volume.notes)
    return not errors


def _remarks(findings: Sequence[QualityFinding], notes: Sequence[str]) -> None:
    for finding in findings:
        st.markdown(f"{ICONS[finding.severity]} {plain(f'{finding.reason} {finding.advice}')}")
    for note in notes:
        st.markdown(f"{ICONS[Severity.INFO]} {plain(note)}")


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
