"""The lines of our own code that do what a stage shows, read while the page runs."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

ROOT = Path(__file__).parents[2]


def source_of(function: Callable[..., Any]) -> tuple[str, str]:
    """Give the source of a function, and the file and lines it stands in."""
    lines, first = inspect.getsourcelines(function)
    # The first sentence says what it does; what follows is for those who call it.
    kept = _without_long_docstring(lines)
    path = Path(inspect.getsourcefile(function) or "").resolve().relative_to(ROOT)
    return textwrap.dedent(
        "".join(kept)
    ), f"{path.as_posix()}, lines {first}–{first + len(lines) - 1}"


def _without_long_docstring(lines: list[str]) -> list[str]:
    """Leave the first line alone of a docstring that has several."""
    node = ast.parse(textwrap.dedent("".join(lines))).body[0]
    assert isinstance(node, ast.FunctionDef)
    docstring = node.body[0]
    if docstring.end_lineno is None or docstring.end_lineno == docstring.lineno:
        return lines
    opening = lines[docstring.lineno - 1].rstrip() + '"""\n'
    return [*lines[: docstring.lineno - 1], opening, *lines[docstring.end_lineno :]]


def source_view(functions: tuple[Callable[..., Any], ...]) -> None:
    """Show the code of `functions`, each with the file that it is in."""
    st.markdown("**The code that does it**")
    for function in functions:
        text, place = source_of(function)
        st.caption(f":material/code: `{place}`")
        st.code(text, language="python", wrap_lines=True)
