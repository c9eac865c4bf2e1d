"""The counterfactual probe: change the scan at one place, and see both networks answer."""

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.study import Study
from core.whatif.probe.edit import Lesion
from core.whatif.probe.place import LesionMask, Voxel
from core.whatif.probe.words import CAVEAT, of_inserting, of_painting
from pages.common.frame import errors_shown, plain
from pages.common.widgets import choose, pick
from pages.explain.probe_map import slice_to_click
from pages.explain.probe_pictures import pictures
from pages.explain.probe_state import (
    BLUR_KEY,
    CONTRAST_KEY,
    DIAMETER_KEY,
    HU_KEY,
    LESION_KEY,
    LEVEL_KEY,
    OWN_BLUR_KEY,
    PLACES,
    REFUSED,
    SEED,
    SLICE_KEY,
    Probed,
    ProbeTarget,
    probed,
    target_of,
)
from pages.explain.probe_sweep import sweep_view

INSERT, PAINT = "Put a lesion in", "Paint a lesion away"
CONTRAST, LEVEL = "Against the liver", "In HU"
WHAT = (
    "Change **one thing** in the scan and ask both networks again. A network that answers to a "
    "lesion must fall silent when the lesion is gone, and speak up when there is one."
)


def probe_view(case: Study, segmentation: Segmentation) -> None:
    """Draw the probe of a segmented case."""
    st.markdown(WHAT)
    target = target_of(case, segmentation)
    if target.place is None and not target.lesions:
        st.info("No liver was found, so there is no place to change.", icon=":material/info:")
        return
    _live(case, segmentation, target)
    if target.place is not None:
        st.divider()
        sweep_view(case, segmentation, lambda: (_wanted(case, target), _seed()))


@st.fragment
def _live(case: Study, segmentation: Segmentation, target: ProbeTarget) -> None:
    mode = choose("What to change", [INSERT, PAINT], "probe-mode", hidden=True)
    left, right = st.columns([2, 5], gap="large")
    with left:
        change, margin = _paint_controls(case, target) if mode == PAINT else _insert_controls(
            case, target
        )  # fmt: skip
    if change is None:
        return
    with st.spinner("Asking both networks", show_time=True):
        answer = _answer(case, segmentation, change, margin)
    with left:
        slice_to_click(case, segmentation, target, change, answer)
    with right:
        if answer is not None:
            _say(change, answer)
            pictures(case, target.closeup, answer, _slice(case, change))


def _insert_controls(case: Study, target: ProbeTarget) -> tuple[Lesion | None, float]:
    if target.place is None:
        st.info("The whole liver is called tumor: there is no room for another lesion.")
        return None, 0.0
    st.slider(
        "Diameter (mm)", 3, 80, 20, key=DIAMETER_KEY, persist_state="session",
        help="Of a ball, before the scanner blurs it.",
    )  # fmt: skip
    how = choose("Its level", [CONTRAST, LEVEL], LEVEL_KEY)
    if how == LEVEL:
        st.slider("Level (HU)", -20, 200, 55, step=5, key=HU_KEY, persist_state="session")
    else:
        st.slider(
            "Contrast (HU)", -100, 100, -40, step=5, key=CONTRAST_KEY, persist_state="session",
            help="Its level above that of the liver around it; below, if negative.",
        )  # fmt: skip
    sharp, again = st.columns([3, 2], vertical_alignment="bottom")
    as_the_scan = sharp.toggle(
        "Edge as sharp as the scan", value=True, key=OWN_BLUR_KEY, persist_state="session"
    )
    again.button(
        "New texture", icon=":material/casino:", on_click=_reseed, key="probe-reseed",
        help="Noise and texture of the liver are drawn anew: what depends on them is chance.",
    )  # fmt: skip
    if not as_the_scan:
        st.slider(
            "Blur of its edge (mm)", 0.2, 6.0, 2.0, step=0.2, key=BLUR_KEY,
            persist_state="session", help="Standard deviation of a Gaussian within the slice.",
        )  # fmt: skip
    return _lesion(case, target, target.place), 0.0


def _paint_controls(case: Study, target: ProbeTarget) -> tuple[LesionMask | None, float]:
    if not target.lesions:
        st.info(
            "No tumor is called in this case, so there is nothing to paint away; put one in "
            "instead, or lower the tumor threshold on the Segment page.",
            icon=":material/info:",
        )
        return None, 0.0
    numbers = {lesion.number: lesion for lesion in target.lesions}
    key = f"{LESION_KEY}-{case.id[:8]}"
    voxel_ml = case.volume.voxel_ml
    titles = {
        one: f"{one}: {lesion.mask.sum() * voxel_ml:.1f} mL, slice {lesion.middle + 1}"
        for one, lesion in numbers.items()
    }
    tip = "Numbered as in the findings. Or click one on the slice."
    number = pick(
        "Lesion", titles, key, tip, default=target.lesions[0].number,
        on_change=_go_to_lesion, args=(case, numbers),
    )  # fmt: skip
    margin = st.slider(
        "Painted around it (mm)", 0.0, 12.0, 3.0, step=1.0, key="probe-margin",
        persist_state="session",
        help="The outline of a lesion is seldom wide enough: what is left of its rim still speaks.",
    )  # fmt: skip
    return numbers[number], float(margin)


def _answer(
    case: Study, segmentation: Segmentation, change: Lesion | LesionMask, margin: float
) -> Probed | None:
    """Ask the networks; what cannot be done is said, and the page stays as it is."""
    if message := REFUSED.pop():
        st.warning(plain(message), icon=":material/wrong_location:")
    with errors_shown():
        z = _slice(case, change)
        return probed(case, segmentation, change, z, margin_mm=margin, seed=_seed())
    return None


def _say(change: Lesion | LesionMask, answer: Probed) -> None:
    reaction, edit = answer.reaction, answer.edit
    painted = isinstance(change, LesionMask)
    st.markdown(f"**{(of_painting if painted else of_inserting)(reaction)}**")
    before, after = reaction.before, reaction.after
    shown = {
        "Tumor probability": (
            reaction.tumor_inside(after),
            reaction.tumor_inside(before),
            ".2f",
            "Mean over the lesion that was painted away or put in.",
        ),
        "Called tumor (mL)": (
            reaction.tumor_ml(after),
            reaction.tumor_ml(before),
            ".1f",
            "On the slices that were asked about, other lesions included.",
        ),
    }
    with st.container(horizontal=True):
        for label, (now, then, form, tip) in shown.items():
            st.metric(
                label, f"{now:{form}}", f"{now - then:+{form}}", delta_color="off",
                border=True, help=tip,
            )  # fmt: skip
        st.metric(
            "Liver lost / gained (mL)",
            f"{reaction.liver_lost_ml:.1f} / {reaction.liver_gained_ml:.1f}",
            border=True,
            help="By the liver network. The tumor network never looks outside the liver.",
        )
    asked = edit.hu.shape[2]
    some = "" if asked == answer.changed else f" of the {answer.changed} changed"
    part = "" if edit.inside_share > 0.99 else f" {edit.inside_share:.0%} of it lies in the liver."
    st.caption(
        f"{asked}{some} slices asked in {answer.seconds:.1f} s. The liver there has "
        f"{edit.base_hu:.0f} HU and a noise of {edit.noise_hu:.0f} HU; what was drawn has "
        f"{edit.base_hu + edit.contrast_hu:.0f} HU and the same noise.{part} {CAVEAT}"
    )


def _lesion(case: Study, target: ProbeTarget, place: Voxel) -> Lesion:
    kept = st.session_state
    at = PLACES.get(case.id) or place
    level = float(kept.get(HU_KEY, 55)) if kept.get(LEVEL_KEY) == LEVEL else None
    blur = None if kept.get(OWN_BLUR_KEY, True) else float(kept.get(BLUR_KEY, 2.0))
    diameter, contrast = float(kept.get(DIAMETER_KEY, 20)), float(kept.get(CONTRAST_KEY, -40))
    return Lesion(at, diameter, contrast if level is None else 0.0, level, blur)


def _wanted(case: Study, target: ProbeTarget) -> Lesion:
    assert target.place is not None
    return _lesion(case, target, target.place)


def _slice(case: Study, change: Lesion | LesionMask) -> int:
    """Axial slice that is shown, counted from 0."""
    own = change.at[2] if isinstance(change, Lesion) else change.middle
    return int(st.session_state.get(f"{SLICE_KEY}-{case.id[:8]}", own + 1)) - 1


def _go_to_lesion(case: Study, numbers: dict[int, LesionMask]) -> None:
    number = st.session_state[f"{LESION_KEY}-{case.id[:8]}"]
    st.session_state[f"{SLICE_KEY}-{case.id[:8]}"] = numbers[number].middle + 1


def _reseed() -> None:
    SEED.put(_seed() + 1)


def _seed() -> int:
    return SEED.get() or 0
