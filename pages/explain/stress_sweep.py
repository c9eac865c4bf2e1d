"""The robustness curve: one stress through all its levels."""

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from core.cascade.segmentation import Segmentation
from core.study import Study
from core.whatif.stress.knobs import KNOBS, Knob
from core.whatif.stress.robustness import to_csv
from pages.common import jobs
from pages.common.charts import COLORS, GRAY, axes, framed, show
from pages.common.downloads import file_stem
from pages.common.memory import content
from pages.common.widgets import choose, download, pick
from pages.explain.stress_state import LIVE_SLICES, STRESS_TAB, SWEEPS, Swept, begin_sweep

if TYPE_CHECKING:
    import plotly.graph_objects as go

SOME, WHOLE = "A dozen slices", "The whole scan"


def sweep_view(case: Study, segmentation: Segmentation) -> None:
    """Offer to turn one knob through its levels, or show the curve."""
    st.subheader("How much of it does the result stand?", anchor=False)
    if jobs.show_running(STRESS_TAB, case):
        return
    what, scope = st.columns(2, gap="large")
    with what:
        labels = {name: knob.label for name, knob in KNOBS.items()}
        knob = KNOBS[pick("What gets worse", labels, "stress-knob")]
    with scope:
        whole = choose("Measured on", [SOME, WHOLE], "stress-scope") == WHOLE
    begin = partial(begin_sweep, case, segmentation, knob, whole=whole)
    jobs.offer("Measure the curve", "show_chart", begin, key="stress-sweep")
    st.caption(_duration(segmentation, knob, whole))
    swept = SWEEPS.get(case.id, knob.name)
    if swept is None:
        return
    if swept.of != content(case, segmentation):
        st.info("The curve measured before was that of another result of this scan.")
        return
    _show(case, knob, swept)


def _duration(segmentation: Segmentation, knob: Knob, whole: bool) -> str:
    slices = segmentation.labels.shape[2]
    share = 1.0 if whole else min(1.0, LIVE_SLICES / slices)
    seconds = sum(segmentation.seconds.values()) * share * len(knob.levels)
    about = (
        "less than half a minute" if seconds < 25 else f"about {max(1, round(seconds / 60))} min"
    )
    levels = ", ".join(knob.worded(level) for level in knob.levels)
    return (
        f"{len(knob.levels)} levels ({levels}), all other sliders as they were scanned: {about}, "
        "beside the page; it can be cancelled."
    )


def _show(case: Study, knob: Knob, swept: Swept) -> None:
    of = "the whole scan" if swept.slices == case.volume.shape[2] else f"{swept.slices} slices"
    meaning = (
        "Dice is with the truth, agreement with the result on the undisturbed scan."
        if swept.known_truth
        else "Agreement is Dice with the result on the undisturbed scan: no accuracy."
    )
    show(
        _curve(knob, swept),
        f"stress-{knob.name}",
        f"{knob.label}, measured on {of}. {meaning} The dotted line marks the scan as it is. One "
        "scan: others may stand more or less.",
    )
    download(
        "The curve (CSV)",
        lambda: to_csv(knob, swept.levels).encode(),
        f"{file_stem(case)}-stress-{knob.name}.csv",
        key="stress-download-curve",
    )


def _curve(knob: Knob, swept: Swept) -> "go.Figure":
    import plotly.graph_objects as go

    shown = {
        "Liver agreement": ("liver_agreement", COLORS[0], "dot"),
        "Tumor agreement": ("tumor_agreement", COLORS[1], "dot"),
    }
    if swept.known_truth:
        shown = {
            "Liver Dice": ("liver_dice", COLORS[0], "solid"),
            "Tumor Dice": ("tumor_dice", COLORS[1], "solid"),
            **shown,
        }
    figure = go.Figure()
    levels = [one.level for one in swept.levels]
    for label, (name, color, dash) in shown.items():
        figure.add_scatter(
            x=levels, y=[getattr(one.score, name) for one in swept.levels], name=label,
            mode="lines+markers", line={"color": color, "dash": dash},
            text=[knob.worded(level) for level in levels], hovertemplate="%{text}: %{y:.3f}",
        )  # fmt: skip
    figure.add_vline(x=knob.none, line_color=GRAY, line_width=1, line_dash="dot")
    if knob.unit == "%":
        figure.update_xaxes(tickformat=".0%")
    unit = "" if knob.unit == "%" else f" ({knob.unit})"
    axes(figure, f"{knob.label}{unit}", "Dice").update_yaxes(range=[-0.03, 1.03])
    return framed(figure, 380)
