"""The stress lab: make the scan worse, and see what the result is worth then."""

import math

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.cascade.segmentation import Segmentation
from core.draw.canvas import png
from core.draw.crop import Closeup
from core.draw.sheet import grid
from core.study import Study
from core.whatif.stress.degrade import degrade_labels
from core.whatif.stress.knobs import KNOBS, Stress
from pages.common.downloads import file_stem
from pages.common.frame import errors_shown
from pages.common.truth import truth_of
from pages.common.widgets import choose_slice, download, show_picture
from pages.explain.stress_state import (
    Stressed,
    StressTarget,
    chosen_stress,
    knob_key,
    release,
    stressed,
    target_of,
)
from pages.explain.stress_sweep import sweep_view

WHAT = (
    "Make the scan **worse in a known way** and let the whole cascade look again: it finds the "
    "liver anew and then the tumors. Physics and shortcuts of every slider are behind its “?”."
)


def stress_view(case: Study, segmentation: Segmentation) -> None:
    """Draw the stress lab of a segmented case."""
    st.markdown(WHAT)
    if truth_of(case) is None:
        st.info(
            "The truth of this scan is not known, so **agreement** with the undisturbed result is "
            "shown: how little changes, not how right it is. Of the demo case the truth is known; "
            "for a scan of your own, bring it on the Metrics page under “My own case”.",
            icon=":material/info:",
        )
    _live(case, segmentation, target_of(case, segmentation))
    st.divider()
    sweep_view(case, segmentation)


@st.fragment
def _live(case: Study, segmentation: Segmentation, target: StressTarget) -> None:
    left, right = st.columns([2, 5], gap="large")
    with left:
        key = f"stress-slice-{case.id[:8]}"
        z = choose_slice("Axial slice", key, target.first, target.last, target.telling)
        stress = _knobs()
    with right, errors_shown():
        with st.spinner("Segmenting the degraded slices", show_time=True):
            result = stressed(case, segmentation, stress, z)
        _scores(result)
        _pictures(case, target.closeup, result, stress, z)


def _knobs() -> Stress:
    for name, knob in KNOBS.items():
        key = knob_key(name)
        st.session_state.setdefault(key, knob.none)
        st.select_slider(
            knob.label, knob.levels, key=key, format_func=knob.worded, help=knob.physics,
            persist_state="session",
        )  # fmt: skip
    st.button("As it was", icon=":material/undo:", on_click=release, key="stress-release")
    return chosen_stress()


def _scores(result: Stressed) -> None:
    now, then = result.score, result.undisturbed
    known = result.subject.truth is not None
    pairs = (
        {
            "Liver Dice": (now.liver_dice, then.liver_dice),
            "Tumor Dice": (now.tumor_dice, then.tumor_dice),
        }
        if known
        else {}
    )
    with st.container(horizontal=True):
        for label, (value, before) in pairs.items():
            st.metric(
                label, _figure(value), _change(value, before), border=True,
                help="With the truth. Below: against the undisturbed scan.",
            )  # fmt: skip
        for label, value in (
            ("Liver agreement", now.liver_agreement),
            ("Tumor agreement", now.tumor_agreement),
        ):
            st.metric(
                label, _figure(value), border=True,
                help="Dice with the result on the undisturbed scan: no accuracy.",
            )  # fmt: skip
        st.metric(
            "Tumor (mL)", f"{now.tumor_ml:.0f}", _ml(now.tumor_ml - then.tumor_ml),
            delta_color="off", border=True,
        )  # fmt: skip
    count = result.found.shape[2]
    st.caption(
        f"Over {count} slices spread through the liver, segmented in {result.seconds:.1f} s; they "
        "stand for the scan while you move sliders."
    )


def _pictures(case: Study, closeup: Closeup, result: Stressed, stress: Stress, z: int) -> None:
    shown = range(case.volume.shape[2])[result.subject.part]
    index = min(range(len(shown)), key=lambda one: abs(shown[one] - z))
    spacing, only = case.volume.spacing, slice(index, index + 1)
    before = closeup.outlined(case.volume.hu[..., shown[index]], result.reference[..., index])
    hu = result.scan.hu[..., index]
    after = closeup.outlined(hu, result.found[..., index])
    if result.subject.truth is None:
        wanted, name = result.reference[..., only], "Undisturbed result on the degraded slice"
    else:
        truth = result.subject.truth[..., shown[index], None]
        wanted, name = truth, "Truth on the degraded slice"
    expected = closeup.outlined(hu, degrade_labels(_whole(wanted), stress, spacing)[..., 0])
    columns = st.columns(3, gap="small")
    for column, picture, title in zip(
        columns,
        (before, after, expected),
        (f"Slice {shown[index] + 1} as it is", "Degraded, as called", name),
        strict=True,
    ):
        show_picture(picture, title, at=column)
    download(
        "Pictures",
        lambda: png(grid([[before, after, expected]])),
        f"{file_stem(case)}-stress-slice-{shown[index] + 1}.png",
        key="stress-download-pictures",
    )
    st.caption("Outlines: liver blue, tumors orange.")


def _whole(labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(labels)


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _change(value: float, before: float) -> str | None:
    same = math.isnan(value - before) or round(value - before, 3) == 0
    return None if same else f"{value - before:+.3f}"


def _ml(change: float) -> str | None:
    return f"{change:+.0f}" if round(change) else None
