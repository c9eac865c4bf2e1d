"""What can be moved: the slice, the window, both thresholds; and the way back."""

import streamlit as st

from core.geometry.windows import LIVER_WINDOW, Window
from core.study import Study, called_at
from core.walkthrough.moment import Moment
from pages.common import jobs
from pages.common.session import store
from pages.pipeline.state import (
    own_settings,
    put_back,
    run_whole_scan,
    setting_keys,
    slice_index,
    slice_key,
)

WINDOWS = {
    "The networks' own": LIVER_WINDOW,
    "Soft tissue": Window(-160, 240),
    "Lung": Window(-1350, 150),
    "Bone": Window(-500, 1300),
}
LEVELS, WIDTHS = (-800.0, 600.0), (20.0, 2000.0)


def slice_control(case: Study) -> None:
    """Offer the slices of the case."""
    slice_index(case)
    st.slider(
        f"Axial slice, 1 to {case.volume.shape[2]} from the feet",
        1,
        case.volume.shape[2],
        key=slice_key(case),
        persist_state="session",
    )


def window_control(case: Study) -> None:
    """Offer level and width of the window, and some that radiologists use."""
    keys, own = setting_keys(case), own_settings(case).window
    with st.container(horizontal=True):
        for name, window in WINDOWS.items():
            st.button(name, on_click=_set_window, args=(keys, window), key=f"pipeline-{name}")
    left, right = st.columns(2, gap="medium")
    for column, name, value, ends in (
        (left, "level", own.level, LEVELS),
        (right, "width", own.width, WIDTHS),
    ):
        st.session_state.setdefault(keys[name], value)
        column.slider(
            f"Window {name} (HU)", *ends, step=10.0, key=keys[name], format="%.0f",
            persist_state="session",
        )  # fmt: skip


def _set_window(keys: dict[str, str], window: Window) -> None:
    st.session_state[keys["level"]] = window.level
    st.session_state[keys["width"]] = window.width


def threshold_control(case: Study, name: str) -> None:
    """Offer the threshold of the liver or the tumor network."""
    own = own_settings(case)
    key = setting_keys(case)[name]
    value = own.liver_threshold if name == "liver" else own.tumor_threshold
    st.session_state.setdefault(key, value)
    st.slider(
        f"{name.capitalize()} from probability", 0.05, 0.95, step=0.05, key=key,
        persist_state="session",
    )  # fmt: skip


def moved_notice(case: Study, moment: Moment) -> None:
    """Say what was moved and what follows, with the ways back and on."""
    own, now = own_settings(case), moment.settings
    if now == own:
        return
    changes = []
    if now.window != own.window:
        changes.append(f"window {_hu(now.window)} (was {_hu(own.window)})")
    for name in ("liver", "tumor"):
        before, after = (getattr(each, f"{name}_threshold") for each in (own, now))
        if before != after:
            changes.append(f"{name} threshold {after:.2f} (was {before:.2f})")
    with st.container(border=True):
        st.markdown(f":material/tune: **Moved here:** {', '.join(changes)}. {_consequence(moment)}")
        _ways(case, moment)


def _consequence(moment: Moment) -> str:
    if moment.result is None:
        return ""
    if moment.result.asked_anew is None:
        return "All slices follow; the Segment page keeps its own result."
    return (
        f"The networks were asked anew about slice {moment.z + 1} alone, the other slices keep "
        "their answers; the Segment page keeps its own result."
    )


def _ways(case: Study, moment: Moment) -> None:
    own, now = own_settings(case), moment.settings
    with st.container(horizontal=True):
        st.button("Put back", on_click=put_back, args=(case,), icon=":material/restart_alt:")
        if moment.result is None or case.segmentation is None:
            return
        if moment.result.asked_anew is not None:
            jobs.offer(
                "Ask about the whole scan", "neurology", run_whole_scan, case, case.segmentation,
                now, type="secondary",
                help="Runs both networks over all slices like this, for this page alone.",
            )  # fmt: skip
        if now.window == own.window:
            st.button(
                "Use on the Segment page",
                on_click=_use,
                args=(case, now.liver_threshold, now.tumor_threshold),
                icon=":material/check:",
                help="Labels the case there at these thresholds; no network is asked again.",
            )


def _use(case: Study, liver: float, tumor: float) -> None:
    put_back(case)
    store(called_at(case, liver, tumor))


def _hu(window: Window) -> str:
    return f"{window.low:.0f} to {window.high:.0f} HU".replace("-", "−")
