"""The lines of our own code that do what a stage shows, read while the page runs."""

import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

ROOT = Path(__file__).parents[3]


def source_of(function: Callable[..., Any]) -> tuple[str, str]:
    """Give the source of a function, and the file and lines it stands in."""
    lines, first = inspect.getsourcelines(function)
    path = Path(inspect.getsourcefile(function) or "").resolve().relative_to(ROOT)
    return textwrap.dedent(
        "".join(lines)
    ), f"{path.as_posix()}, lines {first}–{first + len(lines) - 1}"


def source_view(functions: tuple[Callable[..., Any], ...]) -> None:
    """Show the code of `functions`, each with the file that it is in."""
    st.markdown("**The code that does it**")
    for function in functions:
        text, place = source_of(function)
        st.caption(f":material/code: `{place}`")
        st.code(text, language="python")
