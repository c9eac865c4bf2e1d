"""SAM beside our networks: what a model makes of the slice that never learned what a liver is."""

from dataclasses import replace

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.draw.preview import telling_slice
from core.foundation.capabilities import OF_SAM, VISION_LANGUAGE, missing_modules
from core.foundation.sam.automatic import Settings
from core.foundation.sam.checkpoint import LocalCheckpoint
from core.geometry.slices import Plane
from core.study import Study
from pages.common import jobs
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


def sam_view(case: Study, segmentation: Segmentation) -> None:
    """Choose a SAM, a slice and a question; show what it answers beside our networks' result."""
    st.markdown(WHAT)
    if missing := missing_modules(*OF_SAM):
        st.info(
            f"SAM needs {' and '.join(missing)}, which this installation does not have. Add what "
            "is missing with the command below, then start HepatoScope again.",
            icon=":material/extension:",
        )
        st.code(f"pip install -r {VISION_LANGUAGE}", language="bash")
        return
    checkpoint = choose_checkpoint(case)
    question = None
    if checkpoint is not None:
        st.divider()
        question = _question(case, segmentation, checkpoint)
    job = jobs.running()
    if job is not None and job.tab == SAM_TAB:
        jobs.show_progress()
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
        window = st.segmented_control(
            "Window", list(WINDOWS), default="Liver", required=True, key="sam-window",
            persist_state="session",
            help="SAM sees gray pictures: what the window does not show, it cannot find.",
        )  # fmt: skip
    mode = st.segmented_control(
        "What SAM is asked",
        [AUTOMATIC, PROMPTS],
        default=AUTOMATIC,
        required=True,
        key="sam-mode",
        persist_state="session",
    )
    everything = Question(case.id, checkpoint.stamp, z, str(window), Settings())
    if mode == PROMPTS:
        return prompt_view(case, segmentation, checkpoint, everything)
    question = replace(everything, about=_settings())
    ask_button("Find all masks", case, checkpoint, question)
    return question


def _slice(case: Study, segmentation: Segmentation) -> int:
    count = case.volume.shape[2]
    best = telling_slice(segmentation.labels, Plane.AXIAL) + 1
    key = f"sam-slice-{case.id[:8]}"
    st.session_state.setdefault(key, best)
    if count == 1:
        return 0
    return int(
        st.slider(
            f"Axial slice; {best} shows most tumor, or most liver without any",
            1,
            count,
            key=key,
            persist_state="session",
        )
    ) - 1  # fmt: skip


def _settings() -> Settings:
    usual = Settings()
    st.caption(
        "A grid of points is laid over the slice and SAM is asked what lies at each; the masks it "
        "is sure of stay, and of those that lie on each other the best."
    )
    with st.expander("How they are found", icon=":material/tune:"):
        side = st.segmented_control(
            "Points along each side", SIDES, default=usual.side, required=True, key="sam-side",
            persist_state="session",
            help="The original takes 32: four times the time of 16, and smaller things are found.",
        )  # fmt: skip
        rated = st.slider(
            "IoU that SAM must expect of its own mask", 0.0, 1.0, usual.rated, 0.01,
            key="sam-rated", persist_state="session",
        )  # fmt: skip
        stability = st.slider(
            "Stability: IoU of the mask at a lower and at a higher threshold", 0.0, 1.0,
            usual.stability, 0.01, key="sam-stability", persist_state="session",
        )  # fmt: skip
    return Settings(int(side or usual.side), float(rated), float(stability))
