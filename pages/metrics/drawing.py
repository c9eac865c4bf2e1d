"""What charts have in common: colors of runs, names of axes, and the choice of what is drawn."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.evaluation.run import Run

if TYPE_CHECKING:
    import plotly.graph_objects as go

# Legible on white and on black alike.
COLORS = ("#0f9b8e", "#e0732e", "#6478e8", "#cf4f95", "#a39125", "#4aa3df")
GRAY = "#8a9794"
TARGETS = {"organ": "Liver", "tumor": "Tumors"}


def color_of(index: int) -> str:
    """Color of the run at `index`; they repeat after six."""
    return COLORS[index % len(COLORS)]


def choose_target(runs: Sequence[Run], key: str) -> str:
    """Ask for one of the targets that the main run scored."""
    scored = set(runs[0].cases["target"])
    options = [target for target in TARGETS if target in scored]
    chosen: str = choose("What", {target: TARGETS[target] for target in options}, key)
    return chosen


def choose(label: str, options: dict[str, str], key: str, tip: str | None = None) -> str:
    """Ask for one of `options`, by name; the choice lasts as long as the session."""
    chosen = st.segmented_control(
        label,
        list(options),
        format_func=lambda option: options[option],
        default=next(iter(options)),
        required=True,
        key=key,
        help=tip,
        persist_state="session",
    )
    return str(chosen)


def axes(figure: "go.Figure", x: str, y: str) -> "go.Figure":
    """Name the axes of a figure."""
    figure.update_xaxes(title_text=x)
    figure.update_yaxes(title_text=y)
    return figure
