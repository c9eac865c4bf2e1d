"""The switches that decide what a figure is an average of."""

from collections.abc import Sequence

import streamlit as st

from core.evaluation.averages import EmptyRule, Unit
from core.evaluation.run import Run
from pages.common.charts import TARGETS
from pages.common.glossary import see
from pages.common.widgets import choose, pick

UNITS = {
    Unit.CASE: "Each case",
    Unit.SLICE: "Each slice",
    Unit.GLOBAL: "Each voxel (global)",
}
RULES = {
    EmptyRule.LEFT_OUT: "Left out, and counted",
    EmptyRule.ONE: "Counts as 1",
    EmptyRule.ZERO: "Counts as 0",
    EmptyRule.WITH_TRUTH: "Only where truth is not empty, as the publication",
}
MEANING = {
    Unit.CASE: "Every patient weighs the same, whatever the size of the liver or the tumors.",
    Unit.SLICE: "Every slice weighs the same: a sliver of tumor counts like a large piece.",
    Unit.GLOBAL: "All voxels of all cases in one pot: large livers and large tumors decide.",
}
CONSEQUENCE = {
    EmptyRule.LEFT_OUT: "Where truth and prediction are both empty nothing is defined.",
    EmptyRule.ONE: "Every slice without anything to find is a full success, which lifts the mean.",
    EmptyRule.ZERO: "Every slice without anything to find is a failure, which lowers the mean.",
    EmptyRule.WITH_TRUTH: "What is found where nothing is goes unseen.",
}


def averaging_switches() -> tuple[Unit, EmptyRule]:
    """Ask what weighs the same, and what two empty masks count as."""
    left, right = st.columns(2, gap="medium", vertical_alignment="bottom")
    unit = left.segmented_control(
        "What weighs the same",
        list(UNITS),
        format_func=UNITS.__getitem__,
        key="metrics-unit",
        default=Unit.CASE,
        help=see("Per case and pooled").strip(),
        required=True,
        persist_state="session",
    )
    with right:
        rule = empty_switch()
    st.caption(f"{MEANING[unit]} {CONSEQUENCE[rule]} An empty mask on one side alone is always 0.")
    return unit, rule


def empty_switch() -> EmptyRule:
    """Ask what truth and prediction that are both empty count as."""
    tip = see("Empty masks").strip()
    return pick("Two empty masks", RULES, "metrics-empty-rule", tip)


def choose_target(runs: Sequence[Run], key: str) -> str:
    """Ask for one of the targets that the main run scored."""
    scored = set(runs[0].cases["target"])
    options = [target for target in TARGETS if target in scored]
    chosen: str = choose("What", {target: TARGETS[target] for target in options}, key)
    return chosen
