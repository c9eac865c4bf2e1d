"""Prompts for SAM: clicked and dragged on the slice, or drawn from a mask that is known."""

from dataclasses import replace

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.cascade.segmentation import Segmentation
from core.foundation.sam.checkpoint import LocalCheckpoint
from core.foundation.sam.display import gray_slice, pixel_mm, upright
from core.foundation.sam.masks import MaskSet
from core.foundation.sam.picture import outlined
from core.foundation.sam.prompts import Prompt, draw_prompt, objects_of
from core.labels import organ_mask, tumor_mask
from core.study import Study
from pages.common import jobs
from pages.common.truth import truth_of
from pages.explain.pictures import png_url
from pages.explain.prompt_slice import prompt_slice
from pages.explain.sam_state import (
    ANSWERS,
    DRAWN_FROM_KEY,
    MASK_KEY,
    PROMPTS,
    WINDOWS,
    Question,
    begin_asking,
)

HOW = (
    "**Click** what SAM shall outline, **drag a box** around it, or both. Click what does not "
    "belong to it with “Not part of it” (or the right button). A single click is vague: a box says "
    "more, and the larger SAMs give three masks for a click, from a part to the whole."
)
MOST_DRAWN = 10
Mask = NDArray[np.bool_]


def prompt_view(
    case: Study, segmentation: Segmentation, checkpoint: LocalCheckpoint, place: Question
) -> Question | None:
    """Let the visitor point at a slice; gives the question, None while nothing is pointed at."""
    z = place.z
    prompt = PROMPTS.get(case.id, z) or Prompt()
    question = replace(place, about=prompt) if prompt else None
    gray = gray_slice(case.volume, z, WINDOWS[place.window])
    left, right = st.columns([3, 2], gap="large")
    with left:
        answered = None if question is None else ANSWERS.get(case.id, question)
        mask = None if answered is None else answered.found.mask(shown_mask(answered.found))
        prompt_slice(
            png_url(outlined(gray, mask, pixel_mm(case.volume))),
            f"Axial slice {z + 1}: click or drag to point at something",
            prompt,
            (gray.shape[0], gray.shape[1]),
            key=f"sam-pointing-{case.id[:8]}-{z}",
            on_change=lambda changed: PROMPTS.put(changed, case.id, z),
        )
    with right:
        st.markdown(HOW)
        st.markdown(_in_words(prompt))
        ask_button("Ask SAM", case, checkpoint, question)
        st.divider()
        _draw_from_a_mask(case, segmentation, z)
    return question


def ask_button(
    label: str, case: Study, checkpoint: LocalCheckpoint, question: Question | None
) -> None:
    """Offer to ask a question, where there is one."""
    able = question is not None
    jobs.offer(
        label, "auto_awesome", begin_asking, case, checkpoint, question, able=able, key="sam-ask"
    )


def shown_mask(found: MaskSet) -> int:
    """Tell which mask of a prompt's answer is looked at; the best rated one is the first."""
    index = int(st.session_state.get(MASK_KEY) or 0)
    return index if index < len(found) else 0


def _in_words(prompt: Prompt) -> str:
    if not prompt:
        return ":gray[Nothing is pointed at yet.]"
    parts = [f"{len(prompt.inside)} point(s) in it"] if prompt.inside else []
    if prompt.outside:
        parts.append(f"{len(prompt.outside)} beside it")
    if prompt.box is not None:
        parts.append("a box")
    return f"The prompt: **{', '.join(parts)}**."


def _draw_from_a_mask(case: Study, segmentation: Segmentation, z: int) -> None:
    """Offer to draw a prompt at random from a mask of the slice, as evaluations do."""
    masks = _masks(case, segmentation, z)
    if not masks:
        st.caption("No liver was called on this slice, so no prompt can be drawn from a mask.")
        return
    st.markdown("**Or draw a prompt from a mask,** as evaluations of SAM do")
    if st.session_state.get(DRAWN_FROM_KEY) not in masks:
        st.session_state.pop(DRAWN_FROM_KEY, None)
    name = st.selectbox("Mask", list(masks), key=DRAWN_FROM_KEY)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        points = st.number_input(
            "Points", 0, MOST_DRAWN, 1, key="sam-drawn-points", persist_state="session", width=110
        )
        seed = st.number_input(
            "Seed", 0, 9999, 0, key="sam-drawn-seed", persist_state="session", width=110
        )
        box = st.toggle("Box", value=True, key="sam-drawn-box", persist_state="session")
    st.button(
        "Draw the prompt",
        icon=":material/casino:",
        disabled=not points and not box,
        on_click=_draw,
        args=(case, z, masks[name], int(points), int(seed), box),
        key="sam-draw",
    )
    st.caption("From the largest connected part of that mask on this slice.")


def _draw(case: Study, z: int, mask: Mask, points: int, seed: int, box: bool) -> None:
    largest = objects_of(mask)[0]
    drawn = draw_prompt(largest, np.random.default_rng(seed), inside=points, box=box)
    PROMPTS.put(drawn, case.id, z)


def _masks(case: Study, segmentation: Segmentation, z: int) -> dict[str, Mask]:
    """Name the masks of a slice that prompts can be drawn from, [rows, columns] each."""
    labels = {"our networks": segmentation.labels[..., z]}
    truth = truth_of(case)
    if truth is not None:
        labels["the truth"] = truth.axial(z)
    found = {
        f"{target}, by {whose}": select(upright(part))
        for target, select in (("Tumor", tumor_mask), ("Liver", organ_mask))
        for whose, part in labels.items()
    }
    return {name: mask for name, mask in found.items() if mask.any()}
