"""How the networks were trained: their figures by epoch, and what a leaking split promises."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core.evaluation.histories import History, histories, read_history
from core.evaluation.run import Run
from core.models.store import CARD_NAME
from pages.common.charts import COLORS, GRAY, axes, framed, show
from pages.common.frame import errors_shown
from pages.common.model_card import model_card
from pages.metrics.leakage import leakage_view

if TYPE_CHECKING:
    import plotly.graph_objects as go

# How often the charts of a training that goes on are drawn anew.
EVERY = "20s"
# Columns of a history, the name to show, and whether validation gave them.
LOSSES = (("loss", "Training", False), ("val_loss", "Validation", True))
DICES = (
    ("dice_coefficient", "Training, by batch", False),
    ("val_dice_coefficient", "Validation, by batch", True),
    ("val_patient_dice", "Validation, by patient", True),
)
LOSS = (
    "Loss by epoch. Where validation stops falling while training goes on, the network learns its "
    "training patients by heart. Vertical lines part the phases, numbered at "
    "the foot, each of which began with the weights of the one before."
)
DICE = (
    "Soft Dice of batches is kind to slices without the structure; the Dice by patient, which "
    "newer trainings note, is nearer to what a run reports. The star is the epoch that was kept."
)


def training_view(runs: Sequence[Run]) -> None:
    """Draw the history of one network at a time, and the comparison of the two splits."""
    folders = histories()
    if not folders:
        st.info("No training history is here: `python -m core train` writes one.")
    else:
        own = f"{runs[0].facts['preset']}/" if runs else ""
        names = sorted(folders, key=lambda name: not name.startswith(own))
        name = st.selectbox("Network", names, key="metrics-history", persist_state="session")
        folder = folders[name]
        finished = (folder / CARD_NAME).is_file()
        st.fragment(_history, run_every=None if finished else EVERY)(name, folder)
    leakage_view()


def _history(name: str, folder: Path) -> None:
    with errors_shown():
        history = read_history(folder)
        left, right = st.columns(2, gap="medium")
        with left:
            show(_chart(history, LOSSES, "Loss"), "metrics-loss", LOSS)
        if any(column in history.epochs for column, _, _ in DICES):
            with right:
                show(_chart(history, DICES, "Dice"), "metrics-dice", DICE)
        if history.card:
            model_card(name, history.card)
        else:
            st.caption(
                "This training has no card yet: it goes on, and so do the charts, or it was "
                "stopped. Begun again on the same folder, `python -m core train` goes on from the "
                "last epoch."
            )


def _chart(history: History, lines: Sequence[tuple[str, str, bool]], title: str) -> "go.Figure":
    import plotly.graph_objects as go

    figure, epochs = go.Figure(), history.epochs
    shades = iter(COLORS[1:])
    for column, name, validation in lines:
        if column not in epochs:
            continue
        color = next(shades) if validation else COLORS[0]
        figure.add_scatter(
            x=epochs["number"], y=epochs[column], mode="lines+markers", name=name,
            line={"color": color, "dash": "solid" if validation else "dot"}, marker={"size": 5},
            customdata=epochs["phase"],
            hovertemplate="%{y:.3f} at %{x}, phase %{customdata}",
        )  # fmt: skip
        if validation and history.kept is not None:
            kept = epochs[epochs["number"] == history.kept]
            figure.add_scatter(
                x=kept["number"], y=kept[column], mode="markers", showlegend=False,
                marker={"symbol": "star", "size": 15, "color": color},
                hovertemplate="kept: %{y:.3f} in epoch %{x}<extra></extra>",
            )  # fmt: skip
    for number, start in enumerate(history.phase_starts, 1):
        _phase(figure, number, start, len(history.phase_starts))
    figure.update_yaxes(rangemode="tozero")
    return framed(axes(figure, history.step, title), 360)


def _phase(figure: "go.Figure", number: int, start: int, phases: int) -> None:
    if phases == 1:
        return
    if number > 1:
        figure.add_vline(x=start - 0.5, line={"color": GRAY, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=start - 0.4, y=0.01, yref="paper", xanchor="left", yanchor="bottom", showarrow=False,
        text=f"{number}", font={"color": GRAY},
    )  # fmt: skip
