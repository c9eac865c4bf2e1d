"""Type any reported figures and read whether they can belong together."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from core.evaluation.references import PUBLICATION, Claim
from core.evaluation.run import Run
from core.metrics.claims import Averaging, Finding, check_claim
from pages.common.charts import COLORS, GRAY, TARGETS, axes, framed, show
from pages.common.frame import errors_shown, plain

FIELDS = {
    "dice": ("Dice", "0.94", "The F1 score of binary masks is the same number."),
    "iou": ("IoU", "optional", "Also called the Jaccard index."),
    "accuracy": ("Accuracy", "optional", "Share of all pixels that are right."),
    "foreground_share": (
        "Foreground share",
        "optional",
        "Share of all pixels that truly are liver, or tumor: about 0.05 for a liver in an "
        "abdominal CT, 0.002 for tumors.",
    ),
}
KEYS = {field: f"metrics-claim-{field}" for field in FIELDS}
MEANING = {
    Averaging.SINGLE: "As one pair of masks, or all voxels pooled",
    Averaging.MEAN: "As means over cases or slices",
}
ICONS = {
    True: ":green[:material/check_circle:]",
    False: ":red[:material/cancel:]",
    None: ":gray[:material/info:]",
}
CHART = (
    "The line is IoU = Dice / (2 − Dice), where every single pair of masks and every pooled count "
    "lies. Means of both may lie anywhere in the band, up to IoU = Dice, which only scores of 0 "
    "and 1 can reach. Outside it nothing can."
)


def claims_view(runs: Sequence[Run]) -> None:
    """Check typed figures against each other; needs no run."""
    st.markdown(
        "Dice, IoU and accuracy of the same masks are bound to each other. Type figures from any "
        "paper: some combinations cannot come from one averaging, and a few from none."
    )
    st.session_state.setdefault(KEYS["dice"], PUBLICATION[0].dice)
    st.session_state.setdefault(KEYS["iou"], PUBLICATION[0].iou)
    with st.container(horizontal=True):
        for claim in PUBLICATION:
            st.button(
                f"The publication: {TARGETS[claim.target].lower()} {claim.dice:g} / {claim.iou:g}",
                on_click=_fill,
                args=(claim,),
                key=f"metrics-claim-of-{claim.target}",
            )
    figures = _inputs()
    dice = figures["dice"]
    if dice is None:
        st.info("Type a Dice to begin with.")
        return
    words, picture = st.columns([3, 2], gap="large")
    with words, errors_shown():
        _findings(check_claim(dice, *(figures[name] for name in list(FIELDS)[1:])))
    with picture:
        _chart(dice, figures["iou"])


def _fill(claim: Claim) -> None:
    filled = {"dice": claim.dice, "iou": claim.iou, "accuracy": None, "foreground_share": None}
    for field, value in filled.items():
        st.session_state[KEYS[field]] = value


def _inputs() -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for column, (field, (label, hint, tip)) in zip(st.columns(4), FIELDS.items(), strict=True):
        found[field] = column.number_input(
            label,
            value=None,
            step=0.01,
            format="%g",
            placeholder=hint,
            key=KEYS[field],
            help=tip,
            persist_state="session",
        )
    return found


def _findings(findings: Sequence[Finding]) -> None:
    for averaging, title in MEANING.items():
        mine = [finding for finding in findings if finding.averaging is averaging]
        st.markdown(f"**{title}**" if mine else "")
        for finding in mine:
            st.markdown(f"{ICONS[finding.possible]} {plain(finding.reason)}")
    st.caption(
        "A figure stands for all that round to it. Possible does not mean true: it means that the "
        "figures alone do not contradict each other."
    )


def _chart(dice: float, iou: float | None) -> None:
    import plotly.graph_objects as go

    each = np.linspace(0, 1, 101)
    figure = go.Figure()
    single = each / (2 - each)
    line = {"color": COLORS[0], "width": 2.5}
    figure.add_scatter(x=each, y=single, mode="lines", line=line, name="One pair of masks")
    figure.add_scatter(
        x=each, y=each, mode="lines", line={"color": GRAY, "width": 1}, fill="tonexty",
        fillcolor="rgba(15,155,142,0.16)", name="Means can lie here", hoverinfo="skip",
    )  # fmt: skip
    if iou is not None:
        figure.add_scatter(
            x=[dice], y=[iou], mode="markers", name="What you typed",
            marker={"size": 13, "color": COLORS[1], "symbol": "x"},
        )  # fmt: skip
    else:
        figure.add_vline(x=dice, line={"color": COLORS[1], "dash": "dot"})
    framed(axes(figure, "Dice", "IoU"), 380)
    figure.update_xaxes(range=[0, 1.01])
    figure.update_yaxes(range=[0, 1.01])
    show(figure, "metrics-claim", CHART)
