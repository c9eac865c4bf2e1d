"""How every chart looks, is explained, and is taken home; and the choice of what is drawn."""

from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.evaluation.references import Reference

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import plotly.graph_objects as go


# Legible on white and on black alike.
COLORS = ("#0f9b8e", "#e0732e", "#6478e8", "#cf4f95", "#a39125", "#4aa3df")
GRAY = "#8a9794"
TARGETS = {"organ": "Liver", "tumor": "Tumors"}


def color_of(index: int) -> str:
    """Color of the run at `index`; they repeat after six."""
    return COLORS[index % len(COLORS)]


def axes(figure: "go.Figure", x: str, y: str) -> "go.Figure":
    """Name the axes of a figure."""
    figure.update_xaxes(title_text=x)
    figure.update_yaxes(title_text=y)
    return figure


def color_bar(colors: "Sequence[tuple[int, int, int]]", low: str, high: str) -> None:
    """Draw the colors of a map with what its ends mean."""
    shades = ", ".join(f"rgb{color}" for color in colors)
    st.html(
        '<div style="display:flex;gap:.6rem;align-items:center;font-size:.85rem">'
        f"<span>{low}</span>"
        '<span style="flex:1;max-width:18rem;height:.8em;border-radius:2px;'
        f'background:linear-gradient(to right, {shades})"></span>'
        f"<span>{high}</span></div>"
    )


def framed(figure: "go.Figure", height: int, **layout: Any) -> "go.Figure":
    """Give a figure the page's margins and a legend above it."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 36, "b": 8},
        legend={"orientation": "h", "x": 0, "y": 1.0, "yanchor": "bottom"},
        hoverlabel={"namelength": -1},
        **layout,
    )
    figure.update_xaxes(automargin=True)
    figure.update_yaxes(automargin=True)
    return figure


def names_of(table: pd.DataFrame, part: str | None = None, first: int = 1) -> NDArray[np.object_]:
    """Name every row for hovering: its case, and which `part` of it, a column such as ``slice``.

    An array of texts: Plotly looks at every element of a list.
    """
    codes, cases = pd.factorize(table["case"])
    names: NDArray[np.object_] = np.array([escape(case) for case in cases], object)[codes]
    if part is not None:
        counted = (table[part].to_numpy() + first).astype(str).astype(object)
        names = names + f", {part} " + counted
    return names


def show(
    figure: "go.Figure",
    key: str,
    explanation: str,
    on_select: "Callable[[], None] | None" = None,
    alt: str | None = None,
) -> None:
    """Draw a figure with its explanation; the camera gives a picture, the button the chart."""
    config = {
        "displaylogo": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        "toImageButtonOptions": {"format": "png", "scale": 3, "filename": f"hepatoscope-{key}"},
    }
    if on_select is None:
        st.plotly_chart(figure, key=key, config=config, alt=alt or explanation)
    else:
        st.plotly_chart(
            figure,
            key=key,
            config=config,
            alt=alt or explanation,
            on_select=on_select,
            selection_mode="points",
        )
    text, take = st.columns([6, 1], vertical_alignment="top")
    text.caption(explanation)
    take.download_button(
        "Chart",
        lambda: figure.to_html(include_plotlyjs=True).encode(),
        f"hepatoscope-{key}.html",
        "text/html",
        on_click="ignore",
        key=f"{key}-html",
        icon=":material/download:",
        type="tertiary",
        help="The chart as one HTML file that works offline; the camera above it saves a picture.",
    )


def score_lines(figure: "go.Figure", references: "Sequence[Reference]", top: float = 1.0) -> None:
    """Draw published figures, ascending, as dotted lines across; the y axis is the score.

    Their labels stand in their order above all lines, or below where there is no room above.
    """
    if not references:
        return
    room = 0.045 * top
    above = references[-1].low + room * len(references) < 1.03 * top
    first = references[-1].low if above else references[0].low - room * len(references)
    for index, known in enumerate(references):
        figure.add_hline(y=known.low, line_dash="dot", line_color=GRAY, line_width=1.2)
        figure.add_annotation(
            xref="paper", x=1, y=first + index * room, xanchor="right", yanchor="bottom",
            text=_label(known), font={"size": 11, "color": GRAY}, showarrow=False,
        )  # fmt: skip


def score_columns(figure: "go.Figure", references: "Sequence[Reference]", bottom: float) -> float:
    """Draw them as dotted lines in a chart whose x axis is the score; y falls from row 0.

    The lines end at `bottom`. Returns the y up to which the labels need room.
    """
    for index, known in enumerate(references):
        # A line begins at its label, so that it crosses no label of a higher figure.
        top = -0.7 - 0.4 * index
        figure.add_shape(
            type="line", x0=known.low, x1=known.low, y0=top - 0.15, y1=bottom,
            line={"dash": "dot", "color": GRAY, "width": 1.2},
        )  # fmt: skip
        figure.add_annotation(
            x=known.low, y=top, xanchor="right", yanchor="middle", showarrow=False,
            text=_label(known), font={"size": 11, "color": GRAY}, xshift=-2,
        )  # fmt: skip
    return -0.9 - 0.4 * len(references)


def _label(known: Reference) -> str:
    return f"{known.name} {known.low:.3f}"
