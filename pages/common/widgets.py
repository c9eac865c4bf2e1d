"""Widgets of every page: a choice that lasts, a file to take home, the open view."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

T = TypeVar("T")
# A figure or how figures are written, alone or with what it means.
Told = Sequence[str | None]
# How shares are written in tables.
PERCENT = "%.0f %%"


def choose(
    label: str,
    options: Mapping[T, str] | Sequence[T],
    key: str,
    tip: str | None = None,
    *,
    default: T | None = None,
    hidden: bool = False,
    linked: bool = False,
) -> T:
    """Ask for one of `options`, by name; the choice lasts as long as the session.

    Parameters
    ----------
    options : with the name of each, or values that are shown as they are.
    default : chosen at first; None for the first of them.
    hidden : whether `label` is read aloud only.
    linked : whether the address of the page names the choice, so that a link leads to it.
    """
    known = list(options)
    chosen = st.segmented_control(
        label,
        known,
        format_func=options.__getitem__ if isinstance(options, Mapping) else str,
        default=known[0] if default is None else default,
        required=True,
        key=key,
        help=tip,
        label_visibility="collapsed" if hidden else "visible",
        bind="query-params" if linked else None,
        persist_state="session",
    )
    # Where a result is still of another list of options.
    return known[0] if chosen is None else chosen


def pick(
    label: str,
    options: Mapping[T, str],
    key: str,
    tip: str | None = None,
    *,
    default: T | None = None,
    **look: Any,
) -> T:
    """Ask as `choose` does, where there are many `options`: by a list that unfolds.

    Parameters
    ----------
    default : chosen at first, and where what was chosen before is no option any more.
    look : what `st.selectbox` takes beside.
    """
    known = list(options)
    if default is not None and st.session_state.get(key) not in known:
        st.session_state[key] = default
    chosen: T = st.selectbox(
        label, known, format_func=options.__getitem__, key=key, help=tip, persist_state="session",
        **look,
    )  # fmt: skip
    return chosen


def choose_slice(label: str, key: str, first: int, last: int, best: int) -> int:
    """Ask for an axial slice from `first` to `last`, at first `best`.

    All are counted from 0; the visitor sees them counted from 1.
    """
    if not first < st.session_state.get(key, best + 1) <= last + 1:
        del st.session_state[key]
    st.session_state.setdefault(key, best + 1)
    if first == last:
        return first
    return int(st.slider(label, first + 1, last + 1, key=key, persist_state="session")) - 1


def show_table(rows: Any, columns: Mapping[str, Told] | None = None, **look: Any) -> Any:
    """Show rows, dictionaries or a table; returns what is picked of it.

    Parameters
    ----------
    columns : by name, how its figures are written, such as ``%.2f``, or that and what they mean;
        shares written by ``PERCENT`` are shown as whole percents.
    look : what `st.dataframe` takes beside.
    """
    table, shown = pd.DataFrame(rows), {}
    for name, column in (columns or {}).items():
        form, tip = (column, None) if isinstance(column, str) else column
        if form == PERCENT and name in table:
            table[name] = 100 * table[name].astype(float)
        shown[name] = st.column_config.NumberColumn(format=form, help=tip)
    look.setdefault("placeholder", "–")
    return st.dataframe(table, hide_index=True, column_config=shown, **look)


def show_figures(figures: Mapping[str, Told], across: int = 0) -> None:
    """Show figures in a row that breaks on a narrow page: by name, alone or with what they mean.

    Parameters
    ----------
    across : so many in a row; 0 for as many as there is room for.
    """
    named = list(figures.items())
    for first in range(0, len(named), across or len(named)):
        with st.container(horizontal=True):
            for name, figure in named[first : first + (across or len(named))]:
                value, tip = (figure, None) if isinstance(figure, str) else figure
                st.metric(name, value, border=True, help=tip)


def show_picture(image: Any, caption: str, *, at: Any = st, alt: str = "") -> None:
    """Show a picture as wide as its place, with a caption, which also tells who cannot see it.

    Parameters
    ----------
    at : column or container.
    alt : said in place of the caption where that does not describe the picture.
    """
    at.image(image, caption or None, alt=alt or caption, width="stretch")


def download(
    label: str,
    made: bytes | str | Callable[[], bytes | str],
    name: str,
    *,
    key: str,
    **look: Any,
) -> None:
    """Offer a file, made when it is asked for; taking it reruns nothing.

    Parameters
    ----------
    look : what `st.download_button` takes beside.
    """
    look.setdefault("icon", ":material/download:")
    st.download_button(label, made, name, on_click="ignore", key=key, **look)


def draw_view(page: str, view: tuple[str, str], *args: Any) -> None:
    """Load the module of `page` that holds an open view, and draw it: (module, function)."""
    module, function = view
    getattr(import_module(f"pages.{page}.{module}"), function)(*args)
