"""The publication's figures beside ours, and what they can be averages of."""

import streamlit as st

from core.evaluation import Run
from core.evaluation.averages import EmptyRule, Unit, average, targets_of
from core.evaluation.references import PUBLICATION, REFERENCES, Claim
from core.metrics.claims import Averaging, check_claim
from pages.common.charts import TARGETS
from pages.common.widgets import show_table
from pages.metrics.state import BY_DIGEST, SCORES

AS_THE_PUBLICATION = "Ours, each slice with truth, as it does"
HONEST = "Ours, each case"
EXPLANATION = """
The publication draws its test slices **at random**, so slices of one patient lie on both sides
and the network is asked about neighbors of what it learned. It scores tumors **only on slices
that show one**, so nothing it marks elsewhere is counted. Both lift the figures; neither says
how well a new patient is served. Its averages are over slices, ours over patients never seen.
"""


def publication_view(run: Run) -> None:
    """Set the publication's Dice and IoU beside those of `run`, and check that they fit."""
    claims = [claim for claim in PUBLICATION if claim.target in targets_of(run)]
    rows = [row for claim in claims for row in _rows(run, claim)]
    show_table(rows, {"Dice": "%.3f", "IoU": "%.3f"})
    st.markdown(EXPLANATION)
    with st.expander(
        "Can these Dice and IoU belong together?", expanded=True, icon=":material/rule:"
    ):
        for claim in claims:
            _verdicts(claim)
        st.caption(
            "F1 and Dice are one number for binary masks. The tab Claims checks any other figures."
        )


def _verdicts(claim: Claim) -> None:
    st.markdown(f"**{TARGETS[claim.target]}: Dice {claim.dice} with IoU {claim.iou}**")
    for finding in check_claim(claim.dice, claim.iou):
        icon = ":material/check:" if finding.possible else ":material/close:"
        kind = "As one" if finding.averaging is Averaging.SINGLE else "As means"
        st.markdown(f"{icon} *{kind}*: {finding.reason}")


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs=BY_DIGEST)
def _rows(run: Run, claim: Claim) -> list[dict[str, object]]:
    ways = {
        AS_THE_PUBLICATION: (Unit.SLICE, EmptyRule.WITH_TRUTH),
        HONEST: (Unit.CASE, EmptyRule.LEFT_OUT),
    }
    target = TARGETS[claim.target]
    said = {"Target": target, "Figure": "The publication", "Dice": claim.dice, "IoU": claim.iou}
    ours = [
        {
            "Target": target,
            "Figure": name,
            **{SCORES[score]: average(run, claim.target, score, *way).value
               for score in ("dice", "iou")},
        }
        for name, way in ways.items()
    ]  # fmt: skip
    return [said, *ours]


def references_view() -> None:
    """List the published figures that are drawn as lines, with their sources."""
    rows = [
        {
            "Name": known.name,
            "Target": TARGETS.get(known.target, "Mean of both"),
            "Score": "Lesion recall" if known.score == "lesion_recall" else "Dice",
            "Figure": f"{known.low:g}"
            if known.low == known.high
            else f"{known.low:g}–{known.high:g}",
            "Measured on": known.data,
            "Source": known.source,
        }
        for known in REFERENCES
    ]
    show_table(rows)
    st.caption("Other scans, other splits, other readers: a place on the map, no contest.")
