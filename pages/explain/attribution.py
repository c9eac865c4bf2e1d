"""Which pixels an answer rests on: one slice, one number, one or several methods."""

from functools import partial

import numpy as np
import streamlit as st

from core.cascade.segmentation import Segmentation
from core.draw.slices import telling_slice
from core.explainers.attribution import Method
from core.explainers.backgrounds import Background
from core.explainers.pictures import unexplained
from core.explainers.question import Asked, left_out
from core.explainers.registry import methods, published
from core.geometry.slices import Plane
from core.labels import organ_mask
from core.presets import preset_named
from core.study import Study
from pages.common import jobs
from pages.common.explanations import EXPLANATIONS, Wish
from pages.common.glossary import see
from pages.common.memory import Slot, content
from pages.common.session import cases
from pages.common.widgets import choose, choose_slice, pick, show_picture
from pages.explain.attribution_result import CALLED, result_view
from pages.explain.attribution_state import ATTRIBUTION_TAB, begin_explaining, posed_for
from pages.explain.worker import explainer, warm_up

WHAT = (
    "A network turns a slice into probabilities. An **attribution** shares one number, the mean "
    "probability over the slice or over one lesion, out among the pixels: **red raised it, blue "
    "lowered it**. It shows what the network used, which need not be what a radiologist would use."
)
NETWORKS = {Asked.TUMOR.value: "Tumor network", Asked.LIVER.value: "Liver network"}
BACKGROUNDS = {
    Background.PLAIN.value: "This slice, plain",
    Background.OWN.value: "Other slices of this scan",
    Background.PHANTOMS.value: "Synthetic livers",
}
ABOUT_BACKGROUNDS = (
    "SHAP shares out the difference to usual slices. Plain: the same outline filled with the "
    "liver's gray and noise. Synthetic livers have other outlines, so the map speaks of outlines "
    "too: the view “How far to trust it” shows what that costs."
)
WHOLE = 0
RANGES = Slot[tuple[int, int, int]]("explained-slices")


def attribution_view(case: Study, segmentation: Segmentation) -> None:
    """Ask what is to be explained, explain it, and show what came out."""
    st.markdown(WHAT)
    assert case.findings is not None
    if not case.findings.liver_volume_ml:
        st.info("No liver was found in this scan, so there is no answer to explain.")
        return
    wishes = _wishes(case, segmentation)
    if said := left_out(preset_named(segmentation.preset), wishes[0].asked):
        st.caption(said)
    if not explainer().ready:
        warm_up(posed_for(case, segmentation, wishes[0]).question)
    _start(case, segmentation, wishes)
    jobs.show_running(ATTRIBUTION_TAB)
    made = EXPLANATIONS.all(case.id)
    known = [(wish, made[wish]) for wish in wishes if wish in made]
    if known:
        result_view(case, segmentation, known)
    elif jobs.running() is None:
        left, right, _ = st.columns([1, 1, 2], gap="small")
        gray, called = unexplained(case.volume, segmentation.labels, wishes[0].z)
        show_picture(gray, f"Slice {wishes[0].z + 1}", at=left)
        show_picture(called, CALLED, at=right)
        st.caption(
            "Nothing was explained for this choice yet. Explanations stay until you close the page."
        )


def _wishes(case: Study, segmentation: Segmentation) -> list[Wish]:
    """Ask what to explain and by which methods; one wish for each method."""
    left, right = st.columns([2, 3], gap="medium", vertical_alignment="bottom")
    with left:
        asked = Asked(choose("Whom to ask", NETWORKS, "explain-asked"))
    with right:
        z = _slice(case, segmentation)
    left, right = st.columns([2, 3], gap="medium", vertical_alignment="bottom")
    with left:
        lesion = _target(case, segmentation, z) if asked is Asked.TUMOR else None
    with right:
        names = _methods()
    background, samples, seed = _settings(names)
    key = content(case, segmentation)
    return [
        Wish(
            key,
            z,
            asked,
            lesion,
            name,
            background if methods()[name].compares else Background.PLAIN,
            samples if methods()[name].compares else None,
            seed,
        )
        for name in names
    ]


def _slice(case: Study, segmentation: Segmentation) -> int:
    first, last, best = RANGES.made(
        case.id, content(case, segmentation), lambda: _range(segmentation)
    )
    label = f"Axial slice; {best + 1} shows most tumor, or most liver without any"
    return choose_slice(label, f"explain-slice-{case.id[:8]}", first, last, best)


def _range(segmentation: Segmentation) -> tuple[int, int, int]:
    """First and last slice that show liver, and the most telling one."""
    shown = np.flatnonzero(organ_mask(segmentation.labels).any(axis=(0, 1)))
    return int(shown[0]), int(shown[-1]), telling_slice(segmentation.labels, Plane.AXIAL)


def _target(case: Study, segmentation: Segmentation, z: int) -> int | None:
    """Ask for the whole slice or one of its lesions."""
    assert case.findings is not None
    here = [
        lesion.number
        for lesion in case.findings.lesions
        if lesion.first_slice <= z <= lesion.last_slice
    ]
    options = {WHOLE: "The whole slice, as published"} | {n: f"Lesion {n}" for n in here}
    key = f"explain-target-{case.id[:8]}"
    tip = "The mean probability of tumor over the slice, or over one lesion as it was called."
    return pick("What to explain", options, key, tip, default=WHOLE) or None


def _methods() -> list[str]:
    chosen = st.multiselect(
        "Methods",
        list(methods()),
        default=[published().name],
        format_func=lambda name: methods()[name].title,
        key="explain-method",
        help="  \n".join(_described(method) for method in methods().values()),
        persist_state="session",
    )
    return [name for name in methods() if name in chosen] or [published().name]


def _described(method: Method) -> str:
    return f"**{method.title}** ({method.paper}). {method.says}"


def _settings(names: list[str]) -> tuple[Background, int, int]:
    compared = any(methods()[name].compares for name in names)
    with st.expander("Settings", icon=":material/tune:"):
        first, second, third = st.columns(3, gap="medium")
        with first:
            background = pick(
                "SHAP compares with", BACKGROUNDS, "explain-background", ABOUT_BACKGROUNDS,
                disabled=not compared,
            )  # fmt: skip
        samples = second.select_slider(
            "Draws of SHAP",
            (20, 50, 100, 200, 400),
            100,
            key="explain-samples",
            help="More draws: less noise, and the values add up more exactly." + see("SHAP"),
            disabled=not compared,
            persist_state="session",
        )
        seed = third.number_input(
            "Seed", 0, 9999, 0, key="explain-seed", help="The same seed gives the same map.",
            persist_state="session",
        )  # fmt: skip
    return Background(background), int(samples), int(seed)


def _start(case: Study, segmentation: Segmentation, wishes: list[Wish]) -> None:
    made = EXPLANATIONS.all(case.id)
    missing = [wish for wish in wishes if wish not in made]
    untested = [wish for wish in wishes if wish in missing or made[wish].curves is None]
    with st.container(horizontal=True, vertical_alignment="center"):
        begin = partial(begin_explaining, case, segmentation, wishes)
        jobs.offer(
            "Explain", "troubleshoot", partial(begin, test=False), able=bool(missing),
            key="explain-start",
        )  # fmt: skip
        jobs.offer(
            "Explain and test", "rule", partial(begin, test=True), able=bool(untested),
            type="secondary", key="explain-test",
            help="Also takes away the pixels that the map points at, and watches the probability.",
        )  # fmt: skip
        if missing and jobs.running() is None:
            st.caption(_estimate(missing))


def _estimate(missing: list[Wish]) -> str:
    """Tell about how long it will take, by what it took before in this session."""
    before = {
        wish.method: one.found
        for case_id in cases()
        for wish, one in EXPLANATIONS.all(case_id).items()
    }
    rates = [
        before[wish.method].seconds
        / before[wish.method].samples
        * (wish.samples or methods()[wish.method].samples)
        for wish in missing
        if wish.method in before
    ]
    start = "" if explainer().ready else " The first one loads TensorFlow, some 15 s more."
    if len(rates) == len(missing):
        return f"About {max(1, round(sum(rates)))} s here.{start}"
    return f"Some seconds for each method.{start}"
