"""Of a preset: whether the Dice that it expects of a case can be trusted."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.evaluation.expected_dice import FEW, Trust, trust_of_preset
from core.evaluation.run import RUN_NAME, Stamp, read_run, stamp_of
from core.models import store
from pages.common.charts import GRAY, TARGETS, axes, color_of, framed
from pages.common.frame import errors_shown, plain
from pages.common.widgets import show_table

WHAT = (
    "From the probabilities alone follows the Dice to be expected of a scan, without any truth. "
    "Whether that figure is worth anything is seen on scans whose truth is known: do the cases "
    "with a higher expected Dice truly score higher?"
)
CHART = (
    "Mean of 1 − Dice if only the most trusted share of the cases is kept: the curve of a preset "
    "that knows its bad cases rises only at the end. Dotted: the best order there could be."
)
COLUMNS = {
    "Cases": (None, "Those with a Dice: where truth and result are both empty there is none."),
    "Rank correlation": ("%.2f", "Spearman's, of expected and true Dice: 1 is the same order."),
    "By chance (%)": (
        "%.0f",
        "How often figures that have nothing to do with each other correlate this much or more "
        "with so many cases. Above 5 % it proves little.",
    ),
    "AURC": (
        "%.3f",
        "Area under the risk-coverage curve: mean of 1 − Dice over all shares of cases kept; lower "
        "is better.",
    ),
    "Excess AURC": ("%.3f", "Of it, what a perfect order of the cases would save."),
}


def trust_view(preset_name: str) -> None:
    """Show rank correlation, AURC and risk-coverage curves of the preset's shipped runs."""
    st.markdown(WHAT)
    found = _found(preset_name)
    if not found:
        st.info(f"No evaluation run of “{plain(preset_name)}” is shipped, so this is not known.")
        return
    _table(found)
    if few := sorted({each.cases for each in found if each.cases <= FEW}):
        least = f"{few[0]}" if len(few) == 1 else f"{few[0]} to {few[-1]}"
        st.caption(
            f":material/warning: {least} cases are few: one patient more can turn such an order "
            "around. Read these figures as a first look, not as proof. Figures of synthetic scans "
            "say how the program works, not how it does on patients."
        )
    _charts(preset_name, found)


def _found(preset_name: str) -> tuple[Trust, ...]:
    """Compare expected and true Dice in every shipped run; say of one that cannot be read why."""
    found: list[Trust] = []
    for place in sorted((store.WEIGHTS_DIR / "evaluations").glob(f"{preset_name}-*/{RUN_NAME}")):
        with errors_shown():
            found += _trusts(str(place.parent), stamp_of(place.parent), preset_name)
    return tuple(found)


@st.cache_data(max_entries=16, show_spinner=False)
def _trusts(folder: str, stamp: Stamp, preset_name: str) -> tuple[Trust, ...]:
    return trust_of_preset([read_run(Path(folder))], preset_name)


def _table(found: Sequence[Trust]) -> None:
    rows = [
        {
            "Run": each.run,
            "What": TARGETS.get(each.target, each.target),
            "Cases": each.cases,
            "Rank correlation": each.curve.rank_correlation,
            "By chance (%)": 100 * each.by_chance,
            "AURC": each.curve.aurc,
            "Excess AURC": each.curve.excess_aurc,
        }
        for each in found
    ]
    show_table(rows, COLUMNS)


def _charts(preset_name: str, found: Sequence[Trust]) -> None:
    """Draw a small risk-coverage chart for each target."""
    targets = [target for target in TARGETS if any(each.target == target for each in found)]
    runs = list(dict.fromkeys(each.run for each in found))
    for column, target in zip(st.columns(len(targets), gap="medium"), targets, strict=True):
        with column:
            _chart(preset_name, target, [each for each in found if each.target == target], runs)
    st.caption(CHART)


def _chart(preset_name: str, target: str, found: Sequence[Trust], runs: Sequence[str]) -> None:
    import plotly.graph_objects as go

    figure = go.Figure()
    for each in found:
        color = color_of(runs.index(each.run))
        figure.add_scatter(
            x=each.curve.coverage, y=each.curve.risk, mode="lines+markers",
            name=each.run.removeprefix(f"{preset_name}-"),
            line={"color": color}, marker={"size": 5},
            hovertemplate="%{x:.0%} kept: 1 − Dice is %{y:.3f}",
        )  # fmt: skip
        figure.add_scatter(
            x=each.curve.coverage, y=each.curve.best_risk, mode="lines", hoverinfo="skip",
            line={"color": GRAY, "dash": "dot"}, showlegend=False,
        )  # fmt: skip
    axes(figure, f"{TARGETS[target]}: share of the cases kept", "Mean of 1 − Dice")
    framed(figure, 260, xaxis_tickformat=".0%", showlegend=True)
    figure.update_xaxes(range=[0, 1.04])
    figure.update_yaxes(rangemode="tozero")
    st.plotly_chart(
        figure,
        key=f"trust-{preset_name}-{target}",
        config={"displayModeBar": False},
        alt=f"{TARGETS[target]}: {CHART}",
    )
