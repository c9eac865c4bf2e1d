"""Thresholds that can be moved, and what each step of the post-processing changed."""

import streamlit as st

from core.cascade.postprocessing import Step
from core.cascade.segmentation import Segmentation
from core.presets import preset_named
from core.study import Study, called_at
from pages.common.session import store

WHAT = (
    "The networks give every voxel a probability. A voxel becomes liver, or tumor, where it "
    "reaches the threshold: lower finds more and errs more. Labels, measurements and downloads "
    "follow; probabilities stay. A liver that grows is not searched again for tumors."
)


def thresholds(case: Study, segmentation: Segmentation) -> None:
    """Offer both thresholds; moving one labels and measures the case anew."""
    preset = preset_named(segmentation.preset)
    liver, tumor = st.columns(2, gap="medium")
    now = (segmentation.liver_threshold, segmentation.tumor_threshold)
    asked = (
        liver.slider("Liver from probability", 0.05, 0.95, now[0], 0.05, help=WHAT),
        tumor.slider("Tumor from probability", 0.05, 0.95, now[1], 0.05, help=WHAT),
    )
    standard = (preset.liver_threshold, preset.tumor_threshold)
    if now != standard and st.button(
        f"Back to {standard[0]:.2f} and {standard[1]:.2f}", icon=":material/restart_alt:"
    ):
        asked = standard
    if asked != now:
        _move(case, *asked)


def steps_view(case: Study, segmentation: Segmentation) -> None:
    """Tell what each step made of the probabilities."""
    if segmentation.brought is not None:
        st.caption("A mask that was brought stands as it is: no step was taken.")
        return
    st.markdown(steps_table(segmentation.steps))


def steps_table(steps: tuple[Step, ...]) -> str:
    """Write each step with the volume that it added or removed, as a Markdown table."""
    rows = [
        f"| **{step.name}** | {_signed(step.changed_ml)}&nbsp;mL | {step.explanation} |"
        for step in steps
    ]
    return "\n".join(("| Step | Change | What it does |", "|:--|--:|:--|", *rows))


def _signed(volume_ml: float) -> str:
    # Adding zero turns a rounded -0.0 into 0.0.
    rounded = round(volume_ml, 1) + 0.0
    return f"{rounded:+,.1f}".replace("-", "−") if rounded else "0.0"


def _move(case: Study, liver: float, tumor: float) -> None:
    with st.spinner("Labelling the voxels anew"):
        store(called_at(case, liver, tumor))
    st.rerun()
