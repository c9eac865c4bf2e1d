"""Expected Dice against true Dice: whether the network knows which cases it got wrong."""

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from core.evaluation.curves import Teller, chance_correlation, trust
from core.evaluation.run import Run
from core.metrics.risk import RiskCoverage, risk_coverage
from pages.common.charts import GRAY, axes, color_of, framed, show
from pages.common.glossary import see
from pages.common.numbers import number
from pages.common.widgets import choose, show_figures, show_table

COVERAGE = (
    "Cases are added from the most to the least trusted. A network that knows when it is wrong "
    "starts low and rises only at the end; the dotted line is the best order there could be."
)
SCATTER = (
    "One point a case; on the line the network expects what it gets, below it it promises too much."
)
TELLERS: dict[Teller, str] = {
    "expected_dice": "Their probabilities",
    "agreement": "How far several networks agree",
}
WAYS: dict[Teller, str] = {
    "expected_dice": "From the probabilities alone, without any truth, follows the Dice to be "
    "expected of a case.",
    "agreement": "Where several networks vote, the Dice of every two of their masks tells how far "
    "they agree about a case, without any truth.",
}
AXES: dict[Teller, str] = {"expected_dice": "Expected Dice", "agreement": "Dice among the networks"}
# With fewer cases than this any order is likely to come about by chance.
FEW, ENOUGH = 8, 30


def trust_view(runs: Sequence[Run], target: str) -> None:
    """Draw the risk-coverage curve and the scatter of expected and true Dice."""
    st.subheader("Does it know when it is wrong?", anchor=False)
    teller = _teller(runs, target)
    st.markdown(
        f"{WAYS[teller]} If that order holds, the doubtful cases can be handed to a reader first."
    )
    tables = [trust(run, target, teller) for run in runs]
    found = [risk_coverage(each["expected"].tolist(), each["dice"].tolist()) for each in tables]
    _figures(runs, found)
    left, right = st.columns(2, gap="medium")
    with left:
        _coverage(runs, found)
    with right:
        _scatter(runs, tables, AXES[teller])


def _teller(runs: Sequence[Run], target: str) -> Teller:
    """Ask what trust goes by, where the networks of all `runs` voted."""
    voted = all(trust(run, target, "agreement")["expected"].notna().any() for run in runs)
    return choose("Trust goes by", TELLERS, "metrics-teller") if voted else "expected_dice"


def _figures(runs: Sequence[Run], found: Sequence[RiskCoverage]) -> None:
    main = found[0]
    area = "Mean of 1 − Dice over all shares of cases kept (AURC); lower is better."
    excess = "Excess area: 0 means that no order of the cases would have been better."
    order = "Spearman's, of trust and true Dice: 1 means the same order."
    figures = {
        "Area under the risk curve": (number(main.aurc), area + see("Risk and coverage")),
        "Of it, saved by a perfect order": (number(main.excess_aurc), excess),
        "Rank correlation": (number(main.rank_correlation, 2), order),
    }
    show_figures(figures)
    st.caption(_worth(main))
    if len(runs) > 1:
        rows = [
            {
                "Run": run.name,
                "Cases": len(each.risk),
                "AURC": each.aurc,
                "Excess": each.excess_aurc,
                "Rank correlation": each.rank_correlation,
            }
            for run, each in zip(runs, found, strict=True)
        ]
        names = ("AURC", "Excess", "Rank correlation")
        show_table(rows, dict.fromkeys(names, "%.3f"))


def _worth(found: RiskCoverage) -> str:
    """Say how much so many cases can prove."""
    cases = len(found.risk)
    left_out = f" {found.left_out} without a Dice are left out." if found.left_out else ""
    if cases < FEW:
        return f"Of {cases} case{'s' * (cases != 1)}: far too few to prove anything.{left_out}"
    by_chance = chance_correlation(cases)
    few = " Few cases prove little." if cases < ENOUGH else ""
    return (
        f"Of {cases} cases. Figures that have nothing to do with each other pass a correlation of "
        f"±{by_chance:.2f} once in twenty times with so many.{few}{left_out}"
    )


def _coverage(runs: Sequence[Run], found: Sequence[RiskCoverage]) -> None:
    import plotly.graph_objects as go

    figure = go.Figure()
    for index, (run, each) in enumerate(zip(runs, found, strict=True)):
        figure.add_scatter(
            x=each.coverage, y=each.risk, mode="lines+markers", name=run.name,
            line={"color": color_of(index)}, marker={"size": 5 if len(each.risk) < 100 else 1},
            hovertemplate="%{x:.0%} kept: 1 − Dice is %{y:.3f}",
        )  # fmt: skip
    best = {"color": GRAY, "dash": "dot"}
    figure.add_scatter(
        x=found[0].coverage, y=found[0].best_risk, mode="lines", line=best,
        name=f"best order of {runs[0].name}", hoverinfo="skip",
    )  # fmt: skip
    axes(figure, "Share of the cases kept", "Mean of 1 − Dice")
    framed(figure, 380, xaxis_tickformat=".0%")
    figure.update_xaxes(range=[0, 1.02])
    figure.update_yaxes(rangemode="tozero")
    show(figure, "metrics-risk-coverage", COVERAGE)


def _scatter(runs: Sequence[Run], tables: Sequence[pd.DataFrame], told: str) -> None:
    import plotly.graph_objects as go

    figure = go.Figure()
    line = {"color": GRAY, "dash": "dot"}
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line=line, name="as expected", hoverinfo="skip"
    )
    for index, (run, table) in enumerate(zip(runs, tables, strict=True)):
        figure.add_scattergl(
            x=table["expected"], y=table["dice"], mode="markers", name=run.name,
            marker={"color": color_of(index), "size": 8, "opacity": 0.8},
            text=[escape(case) for case in table["case"]],
            hovertemplate="%{text}: expected %{x:.3f}, true %{y:.3f}",
        )  # fmt: skip
    framed(axes(figure, told, "True Dice"), 380)
    # One range for both, from the lowest case: livers all lie close to 1.
    shown = pd.concat(tables)[["expected", "dice"]].min().min()
    lowest = max(0.0, float(shown) - 0.1) if shown == shown else 0.0
    figure.update_xaxes(range=[lowest - 0.02, 1.02])
    figure.update_yaxes(range=[lowest - 0.02, 1.02])
    show(figure, "metrics-expected-dice", SCATTER)
