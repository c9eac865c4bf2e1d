"""The same network trained twice: slices split at random against patients split."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.evaluation.leakage import AVERAGES, SPLITS, TARGETS, Promise, Split, leakage
from pages.common.charts import COLORS, axes, framed, show
from pages.common.charts import TARGETS as TARGET_NAMES
from pages.common.numbers import number
from pages.common.widgets import choose
from pages.metrics.leakage_limits import limits

NAMES = {"slice": "Slices at random", "patient": "Patients held out"}
SHADES = {"slice": COLORS[1], "patient": COLORS[0]}
AVERAGE_NAMES = dict(
    zip(AVERAGES, ("Pixels pooled", "Each slice with truth", "Each patient"), strict=True)
)
ENDS = ("its own<br>validation", "patients<br>it never met")
HOW_TO_MAKE = (
    "Train each network twice, once with `python -m core train liver … --split slice --out "
    "weights/leakage/slice/liver` and once with `--split patient`, then `python -m core evaluate … "
    "--weights weights/leakage/slice --out weights/evaluations/leakage-slice-lits-a-test`."
)
LESSON = (
    "Neighboring slices of one patient are nearly copies of each other. Where the slices to "
    "validate on are **drawn at random from all patients**, the network has learned from the "
    "neighbors of almost every one of them, and is praised for what it remembers. Where **whole "
    "patients are held out**, it is asked what it will be asked in use. Network, recipe and scans "
    "are the same here: only the split differs."
)
NEXT_TO_NOTHING = 0.05
RULE = (
    "New patients: those of the test, whom neither network has met. In the rows “each patient” a "
    "slip on a patient who has nothing to find counts as 0, which pulls that mean down."
)

Pair = Mapping[Split, Promise]


def leakage_view() -> None:
    """Show what validation promised and what unseen patients gave, for both splits."""
    st.subheader("Same network, two splits: what leaking slices promise", anchor=False)
    promises = leakage()
    if not promises:
        st.caption(f"The two trainings to compare are not here. {HOW_TO_MAKE}")
        return
    pairs = {
        network: {each.split: each for each in promises if each.network == network}
        for network in TARGETS
        if any(each.network == network for each in promises)
    }
    st.markdown(LESSON)
    average = choose("Average of the Dice", AVERAGE_NAMES, "metrics-leakage-average")
    for (network, pair), column in zip(pairs.items(), st.columns(len(pairs)), strict=True):
        with column:
            _slopes(network, pair, average)
            for promise in pair.values():
                st.markdown(_finding(promise, average))
    st.table(_table(pairs))
    st.caption(RULE)
    limits(promises)
    if missing := _missing(promises):
        st.caption(f"Not here yet: {', '.join(missing)}. {HOW_TO_MAKE}")


def _slopes(network: str, pair: Pair, average: str) -> None:
    import plotly.graph_objects as go

    figure = go.Figure()
    for split, promise in pair.items():
        dices = promise.promised[average], promise.given[average]
        figure.add_scatter(
            x=ENDS, y=dices, mode="lines+markers+text", name=NAMES[split], cliponaxis=False,
            line={"color": SHADES[split], "width": 3}, marker={"size": 10},
            text=[number(dice, 2) for dice in dices], textposition=_places(pair, split, average),
            textfont={"size": 14, "color": SHADES[split]}, hovertemplate="%{y:.3f}",
        )  # fmt: skip
    title = TARGET_NAMES[TARGETS[network]]
    framed(axes(figure, "", f"{title}: Dice"), 340)
    figure.update_xaxes(range=[-0.4, 1.4])
    figure.update_yaxes(range=[-0.1, 1.1], tickvals=[0, 0.25, 0.5, 0.75, 1])
    show(
        figure,
        f"metrics-leakage-{network}",
        f"{title}: Dice, {AVERAGE_NAMES[average].lower()}. A line that falls is a promise that was "
        "not kept.",
    )


def _places(pair: Pair, split: Split, average: str) -> list[str]:
    """Put the label of the higher of two points above it, and that of the lower one below."""
    places = []
    for side, of in (("left", "promised"), ("right", "given")):
        mine = getattr(pair[split], of)[average] or 0.0
        others = [getattr(each, of)[average] or 0.0 for key, each in pair.items() if key != split]
        above = all(mine > other or (mine == other and split == "slice") for other in others)
        places.append(f"{'top' if above else 'bottom'} {side}")
    return places


def _finding(promise: Promise, average: str) -> str:
    """Say in a sentence what validation promised and what came of it."""
    promised, given = promise.promised[average], promise.given[average]
    told = f"**{NAMES[promise.split]}:** validation promises **{number(promised, 2)}**"
    if promised is None or given is None:
        return f"{told}; patients it never met are not scored yet."
    kept = f"{told}, and patients it never met give **{given:.2f}**: {_words(promised, given)}."
    if max(promised, given) < NEXT_TO_NOTHING:
        return f"{kept} This network finds next to nothing, and its validation says so."
    return kept


def _words(promised: float | None, given: float | None) -> str:
    """Say by how much too much was promised, in the two digits that are shown."""
    if promised is None or given is None:
        return "–"
    gap = round(promised, 2) - round(given, 2)
    if abs(gap) < 0.005:
        return "as promised"
    return f"{abs(gap):.2f} too {'much' if gap > 0 else 'little'}"


def _table(pairs: Mapping[str, Pair]) -> pd.DataFrame:
    """One row for each network and average, its columns those of both splits."""
    rows = {
        (TARGET_NAMES[TARGETS[network]], AVERAGE_NAMES[average]): {
            (NAMES[split], name): text
            for split, promise in pair.items()
            for name, text in (
                ("Own validation", number(promise.promised[average])),
                ("New patients", number(promise.given[average])),
                ("Promised", _words(promise.promised[average], promise.given[average])),
            )
        }
        for network, pair in pairs.items()
        for average in AVERAGES
    }
    return pd.DataFrame.from_dict(rows, orient="index").fillna("–")


def _missing(promises: Sequence[Promise]) -> list[str]:
    """Name the trainings and runs that would complete the comparison."""
    there = {(each.network, each.split) for each in promises}
    wanted = [(network, split) for network in TARGETS for split in SPLITS]
    trainings = [
        f"{network}, {NAMES[s].lower()}" for network, s in wanted if (network, s) not in there
    ]
    tested = {each.split for each in promises if each.test_patients}
    untested = dict.fromkeys(each.split for each in promises if each.split not in tested)
    return trainings + [f"the run leakage-{split}-lits-a-test" for split in untested]
