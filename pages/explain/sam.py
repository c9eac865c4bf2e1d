"""SAM beside our networks: what a model makes of the slice that never learned what a liver is."""

from dataclasses import replace

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.draw.slices import telling_slice
from core.foundation.sam.automatic import Settings
from core.foundation.sam.checkpoint import Engine, LocalCheckpoint
from core.geometry.slices import Plane
from core.study import Study
from pages.common import jobs
from pages.common.widgets import choose, choose_slice
from pages.explain.sam_checkpoint import choose_checkpoint
from pages.explain.sam_prompts import ask_button, prompt_view
from pages.explain.sam_result import result_view
from pages.explain.sam_state import SAM_TAB, WINDOWS, Question, latest

WHAT = (
    "**SAM**, the Segment Anything Model (Kirillov et al., ICCV 2023), learned from photographs to "
    "outline whatever is pointed at. It never learned what a liver is: it has masks, no names for "
    "them. See how far that carries on this slice, beside networks that were trained for it."
)
AUTOMATIC, PROMPTS = "Automatic masks", "Prompts"
SIDES = (8, 16, 32)
ONE_MASK = (
    ":material/info: The shipped SAM has one mask for each point, mostly of the largest thing "
    "there: expect the body rather than its organs. A larger SAM has three, and finds more."
)


def sam_view(case: Study, segmentation: Segmentation) -> None:
    """Choose a SAM, a slice and a question; show what it answers beside our networks' result."""
    st.markdown(WHAT)
    checkpoint = choose_checkpoint(case)
    question = None
    if checkpoint is not None:
        st.divider()
        question = _question(case, segmentation, checkpoint)
    jobs.show_running(SAM_TAB)
    shown = latest(case, question)
    if shown is not None:
        result_view(case, segmentation, shown, current=shown.question == question)


def _question(
    case: Study, segmentation: Segmentation, checkpoint: LocalCheckpoint
) -> Question | None:
    """Ask for slice, window and what SAM is asked; None while a prompt is empty."""
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
    with left:
        z = _slice(case, segmentation)
    with right:
        window = choose(
            "Window",
            list(WINDOWS),
            "sam-window",
            "SAM sees gray pictures: what the window does not show, it cannot find.",
            default="Liver",
        )
    mode = choose("What SAM is asked", [PROMPTS, AUTOMATIC], "sam-mode")
    everything = Question(case.id, checkpoint.stamp, z, str(window), Settings())
    if mode == PROMPTS:
        return prompt_view(case, segmentation, checkpoint, everything)
    if checkpoint.engine is Engine.OPENVINO:
        st.caption(ONE_MASK)
    question = replace(everything, about=_settings())
    ask_button("Find all masks", case, checkpoint, question)
    return question


def _slice(case: Study, segmentation: Segmentation) -> int:
    best = telling_slice(segmentation.labels, Plane.AXIAL)
    label = f"Axial slice; {best + 1} shows most tumor, or most liver without any"
    last = case.volume.shape[2] - 1
    return choose_slice(label, f"sam-slice-{case.id[:8]}", 0, last, best)


def _settings() -> Settings:
    usual = Settings()
    st.caption(
        "A grid of points is laid over the slice and SAM is asked what lies at each; the masks it "
        "is sure of stay, and of those that lie on each other the best."
    )
    with st.expander("How they are found", icon=":material/tune:"):
        side = choose(
            "Points along each side",
            SIDES,
            "sam-side",
            "The original takes 32: four times the time of 16, and smaller things are found.",
            default=usual.side,
        )
        rated = st.slider(
            "IoU that SAM must expect of its own mask", 0.0, 1.0, usual.rated, 0.01,
            key="sam-rated", persist_state="session",
        )  # fmt: skip
        stability = st.slider(
            "Stability: IoU of the mask at a lower and at a higher threshold", 0.0, 1.0,
            usual.stability, 0.01, key="sam-stability", persist_state="session",
        )  # fmt: skip
    return Settings(int(side or usual.side), float(rated), float(stability))
