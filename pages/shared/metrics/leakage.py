"""The same network trained twice: slices split at random against patients split."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.evaluation.leakage import AVERAGES, SPLITS, TARGETS, Promise, leakage
from pages.shared.metrics.drawing import COLORS, GRAY, axes, choose
from pages.shared.metrics.figures import framed, show
from pages.shared.metrics.state import number

NAMES = {"slice": "Slices split at random", "patient": "Patients split"}
HOW_TO_MAKE = (
    "Train each network twice, once with `python -m core train liver … --split slice --out "
    "weights/leakage/slice/liver` and once with `--split patient`, then `python -m core evaluate … "
    "--weights weights/leakage/slice --out weights/evaluations/leakage-slice-lits-a-test`."
)
LESSON = (
    "Neighboring slices of one patient are nearly the same picture, so a validation on slices "
    "drawn at random asks the network about what it has already seen, and can promise more than a "
    "new patient gets. Split by patient, validation asks what will be asked later, and its figure "
    "is one to plan with."
)
CAVEAT = (
    "Validation looks at slices at the network's size and gives the tumor network the true liver; "
    "the test runs the whole cascade on whole scans, so some of each gap is not leakage: compare "
    "the gaps of the two splits."
)


def leakage_view() -> None:
    """Show what validation promised and what unseen patients gave, for both splits."""
    st.subheader("What a leaking split promises", anchor=False)
    if not leakage("per_slice"):
        st.caption(f"The two trainings to compare are not here. {HOW_TO_MAKE}")
        return
    average = choose("Average of the Dice", AVERAGES, "metrics-leakage-average")
    promises = leakage(average)
    st.markdown(LESSON)
    _chart(promises, AVERAGES[average])
    _table(promises)
    if missing := _missing(promises):
        st.caption(f"Not here yet: {', '.join(missing)}. {HOW_TO_MAKE}")


def _chart(promises: Sequence[Promise], average: str) -> None:
    import plotly.graph_objects as go

    figure = go.Figure()
    places = [f"{each.network.capitalize()}:<br>{NAMES[each.split].lower()}" for each in promises]
    bars = {
        "Promised by validation": ([each.promised for each in promises], GRAY),
        "Given by unseen patients": ([each.given for each in promises], COLORS[0]),
    }
    for name, (values, color) in bars.items():
        figure.add_bar(
            x=places, y=values, name=name, marker_color=color, cliponaxis=False,
            text=["" if value is None else f"{value:.2f}" for value in values],
            textposition="outside", hovertemplate="%{y:.3f}",
        )  # fmt: skip
    framed(axes(figure, "", "Dice"), 380, barmode="group", bargap=0.3)
    figure.update_yaxes(range=[0, 1.08])
    show(figure, "metrics-leakage", f"Dice, {average}. {CAVEAT}")


def _table(promises: Sequence[Promise]) -> None:
    rows = [
        {
            "Network": each.network.capitalize(),
            "Split": NAMES[each.split],
            "Promised": number(each.promised),
            "Given": number(each.given),
            "Gap": "–" if each.gap is None else f"{each.gap:+.3f}".replace("-", "−"),
            "Patients on both sides": f"{each.shared_patients} of {each.validation_patients}",
            "Validation slices": each.validation_slices,
            "Test cases": each.test_cases,
        }
        for each in promises
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True)


def _missing(promises: Sequence[Promise]) -> list[str]:
    """Name the trainings and runs that would complete the comparison."""
    there = {(each.network, each.split) for each in promises}
    wanted = [(network, split) for network in TARGETS for split in SPLITS]
    trainings = [
        f"{network}, {NAMES[s].lower()}" for network, s in wanted if (network, s) not in there
    ]
    tested = {each.split: each.test_cases for each in promises}
    runs = [f"the run leakage-{split}-lits-a-test" for split, cases in tested.items() if not cases]
    return trainings + runs
