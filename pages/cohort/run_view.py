"""Start a run over a cohort, watch it, stop it, and go on with it."""

import streamlit as st

from core.errors import HepatoScopeError
from core.models.store import first_preset
from pages.cohort.state import Cohort, Run, runs, table_of
from pages.common.frame import plain, show_error
from pages.common.method import usable_presets

EVERY = "2s"


def run_view(cohort: Cohort) -> None:
    """Offer what can be done with the run of a cohort whose scans are here."""
    if cohort.scans is None:
        return
    run = runs().get(str(cohort.out))
    if run is not None and not run.over:
        st.fragment(_watched, run_every=EVERY)(cohort, run)
        return
    with st.container(border=True):
        if run is not None and run.process.returncode not in (0, 1):
            show_error(run.lines[-1] if run.lines else "The run ended without a word.")
        known = [one.name for one in usable_presets()]
        with st.container(horizontal=True, vertical_alignment="bottom"):
            first = known.index(first_preset().name)
            preset = st.selectbox("Networks", known, index=first, key="cohort-preset")
            again = st.checkbox("Try again what failed", key="cohort-again")
            st.button(
                "Go on" if cohort.begun else "Segment all",
                type="primary",
                icon=":material/play_arrow:",
                key="cohort-start",
                on_click=_begin,
                args=(cohort, preset, again),
            )
        st.caption(
            f"Scans of {plain(str(cohort.scans.name))}; results go to {plain(cohort.out.name)} "
            "beside it. What was finished before with the same networks is not done again."
        )


def _begin(cohort: Cohort, preset: str, again: bool) -> None:
    runs()[str(cohort.out)] = Run.begin(cohort, preset, again=again)


def _watched(cohort: Cohort, run: Run) -> None:
    if run.over:
        st.rerun()
    with st.container(border=True):
        st.progress(run.share, text=run.lines[-1] if run.lines else "The workers are started.")
        try:
            st.caption(f"{table_of(cohort).num_rows:,} rows in the table so far.")
        except HepatoScopeError as error:
            show_error(str(error))
        st.button("Stop", icon=":material/stop:", key="cohort-stop", on_click=run.stop)
        st.caption("It goes on when you leave; stopped, it can go on later.")
        with st.expander("What it says"):
            st.code("\n".join(run.lines), language=None)
