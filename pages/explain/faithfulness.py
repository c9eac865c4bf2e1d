"""How far each method can be trusted: the trial on lesions of patients held out."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from core.explainers.backgrounds import Background
from core.explainers.registry import published
from core.explainers.trial import Variant
from core.explainers.verdicts import FIGURES, Verdict, read_trial, shipped_trials, verdicts
from core.io.export import table_to_csv
from core.metrics.bootstrap import Interval
from pages.common.charts import GRAY, axes, color_of, framed
from pages.common.frame import plain
from pages.common.widgets import choose, download

if TYPE_CHECKING:
    import plotly.graph_objects as go

HOW_TO_MAKE = (
    "python -m core faithfulness --data LITS_FOLDER --preset focus --out weights/explanations/mine"
)
CHOSEN = "explain-trial"
WHAT = (
    "A map that looks right proves nothing: it may show what is in the slice and not what the "
    "network used. So every method explained the same lesions of patients whom no network was "
    "trained on, and every map was put to the same tests."
)
TESTS = """
- **Insertion and deletion**: pixels with the highest values are the first that are not plain
  (insertion), or the first that become plain liver (deletion). A faithful map moves the answer
  faster than random order (Petsiuk et al. 2018). Told is the area gained, as a share of the whole
  change.
- **Adding up**: SHAP values and integrated gradients should sum to the difference they share out.
- **Random weights**: a map that a network of random weights gives as well does not speak of this
  network (Adebayo et al. 2018). Told is the rank correlation of both.
- **Stability**: rank correlation with the map of the same slice under noise of 5 HU.
- **In the tumor**: share of the attribution within the true tumor, beside the tumor's share of the
  liver's area: what a map without any idea would have.
"""


def faithfulness_view() -> None:
    """Show the verdicts of a trial, and what they rest on."""
    st.markdown(WHAT)
    trials = shipped_trials()
    if not trials:
        st.info("No trial of the explanations is here yet. Make one on labelled scans with")
        st.code(HOW_TO_MAKE, language=None)
        return
    name = choose("Trial", list(trials), CHOSEN)
    record, sections = read_trial(trials[name])
    found = verdicts(sections)
    st.markdown(_headline(record, found))
    _table(found)
    for verdict in found:
        if not verdict.trusted:
            st.caption(f"**{verdict.title}**: {'; '.join(verdict.reasons)}.")
    st.caption(f"{record['rule']} Made by commit {record['commit']}, {record['written'][:10]}.")
    left, right = st.columns(2, gap="medium")
    left.plotly_chart(_gains(found), key="trial-gains", config={"displaylogo": False})
    right.plotly_chart(_shares(found), key="trial-shares", config={"displaylogo": False})
    st.caption("Bars: means over the sections. Lines: 95 % intervals, patients drawn anew.")
    with st.expander("What was tested", icon=":material/rule:"):
        st.markdown(TESTS)
        st.code(_command(record), language=None)
    download(
        "All sections (CSV)",
        lambda: table_to_csv(sections),
        f"{name}-sections.csv",
        key="trial-csv",
    )


def _headline(record: dict[str, Any], found: list[Verdict]) -> str:
    """Say what was tested and what came out, in words."""
    patients = ", ".join(f"{name} ({n})" for name, n in record["sections_by_patient"].items())
    trusted = [verdict.title for verdict in found if verdict.trusted]
    words = f"trusted: **{', '.join(trusted)}**" if trusted else "**none is trusted**"
    by_name = {verdict.variant: verdict.figures for verdict in found}
    shap = by_name[Variant(published().name, Background.PLAIN).name]
    phantoms = by_name.get(Variant(published().name, Background.PHANTOMS).name)
    against = (
        f" Against livers of phantoms it is {phantoms['tumor'].value:.0%}: what SHAP compares with "
        "decides its map."
        if phantoms
        else ""
    )
    share, area = shap["tumor"], shap["tumor_area"]
    return (
        f"**{record['sections']} sections** of {record['lesions']} true lesions that the networks "
        f"of “{record['preset']}” found at least in part, of {len(record['patients'])} patients "
        f"({plain(patients)}), none of whom was trained on{_validation(record)}. By the rule "
        f"below, {words}. The publication says that SHAP "
        "“consistently concentrates around the tumor”: here "
        f"**{share.value:.0%} of its attribution** lies in the true tumor ({_range(share)}), which "
        f"takes {area.value:.0%} of the liver’s area in these slices.{against}"
    )


def _validation(record: dict[str, Any]) -> str:
    """Tell of patients who, though not trained on, had a say in which weights were kept."""
    chosen_by = [name for name in record["patients"] if name not in record["test_patients"]]
    return f"; {plain(', '.join(chosen_by))} chose the epoch that was kept" if chosen_by else ""


def _range(interval: Interval) -> str:
    return f"{interval.low:.0%} to {interval.high:.0%}"


def _table(found: list[Verdict]) -> None:
    rows = [
        {
            "Method": verdict.title,
            "Verdict": "trusted" if verdict.trusted else "not trusted",
            **{name: _shown(verdict.figures.get(name), name) for name in COLUMNS},
        }
        for verdict in found
    ]
    st.dataframe(
        pd.DataFrame(rows).rename(columns=COLUMNS),
        hide_index=True,
        column_config={
            label: st.column_config.TextColumn(help=FIGURES[name])
            for name, label in COLUMNS.items()
        },
    )


COLUMNS = {
    "insertion_gain": "Insertion",
    "deletion_gain": "Deletion",
    "random_likeness": "Like random weights",
    "stability": "Stability",
    "completeness_error": "Does not add up by",
    "tumor": "In the tumor",
    "outside": "Outside the liver",
    "seconds": "Seconds",
}
PERCENT = ("completeness_error", "tumor", "outside")


def _shown(interval: Interval | None, name: str) -> str:
    """Write a mean with its interval; a dash where the method has no such figure."""
    if interval is None or interval.value != interval.value:
        return "–"
    form = "z.0%" if name in PERCENT else ".1f" if name == "seconds" else "z.2f"
    return f"{interval.value:{form}} ({interval.low:{form}} to {interval.high:{form}})"


def _gains(found: list[Verdict]) -> "go.Figure":
    return _bars(
        found,
        {"insertion_gain": "Insertion", "deletion_gain": "Deletion"},
        "Area gained on random order",
    )


def _shares(found: list[Verdict]) -> "go.Figure":
    figure = _bars(found, {"tumor": "Attribution in the true tumor"}, "Share of the attribution")
    area = found[0].figures["tumor_area"].value
    figure.add_vline(
        x=area,
        line={"color": GRAY, "dash": "dot"},
        annotation={"text": "tumor’s area", "font": {"color": GRAY}, "y": 1.08, "x": area},
    )
    return figure.update_xaxes(tickformat=".0%")


def _bars(found: list[Verdict], series: dict[str, str], title: str) -> "go.Figure":
    import plotly.graph_objects as go

    figure = go.Figure()
    # Short enough for a telephone, where the bars need the room.
    names = [_short(verdict) for verdict in found]
    for number, (key, label) in enumerate(series.items()):
        intervals = [verdict.figures[key] for verdict in found]
        values = [interval.value for interval in intervals]
        figure.add_bar(
            y=names,
            x=values,
            name=label,
            orientation="h",
            marker={"color": color_of(number)},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [interval.high - interval.value for interval in intervals],
                "arrayminus": [interval.value - interval.low for interval in intervals],
                "color": GRAY,
            },
        )
    figure = framed(axes(figure, title, ""), 80 + 44 * len(names), barmode="group")
    return figure.update_yaxes(autorange="reversed")


def _short(verdict: Verdict) -> str:
    name, _, background = verdict.title.partition(", against ")
    return ",<br>".join(part for part in (name.split(" (")[0], background) if part)


def _command(record: dict[str, Any]) -> str:
    split = f" --split {record['split']}" if record["split"] else ""
    return (
        f"python -m core faithfulness --data {record['data']}{split} --preset {record['preset']} "
        "--out RUN"
    )
