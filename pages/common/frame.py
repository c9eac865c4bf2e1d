"""What every page begins with: name, title and purpose; and text shown as it is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from core.errors import HepatoScopeError

ASSETS = Path(__file__).parent / "assets"
# Streamlit leaves room for a toolbar that this app does not show.
STYLE = """<style>
[data-testid="stMainBlockContainer"] { padding-top: 4rem; padding-bottom: 3rem; }
[data-testid="stHeading"] h1 { padding: 0.25rem 0; }
/* On the primary color, and in captions, which are paler: still 4.5 times the contrast. */
[data-testid="stBaseButton-primary"]:enabled, [data-baseweb="tag"] *, [data-testid*="Tag"] span {
  color: light-dark(#ffffff, #06231f);
}
[data-testid="stCaptionContainer"] code { color: inherit; }
[data-testid="stExpandSidebarButton"] { width: auto; }
[data-testid="stExpandSidebarButton"]::after { content: "Menu"; font-size: 0.9rem; }
[data-testid="stMarkdownContainer"] code { overflow-wrap: anywhere; }
</style>"""
MARKUP = re.compile(r"([\\`*_\[\]$~<>#|])")


def begin(title: str, lead: str) -> None:
    """Open a page with its title, one sentence on what it is for, and the research notice."""
    st.logo(str(ASSETS / "logo.svg"), size="large")
    st.html(STYLE)
    st.title(title, anchor=False)
    st.markdown(lead)
    st.caption(
        ":material/science: For research and teaching. **Not for diagnosis**: nothing here was "
        "checked for use on patients."
    )


@contextmanager
def errors_shown() -> Iterator[None]:
    """Say in one sentence what ended the block, where it is an error written for the visitor."""
    try:
        yield
    except HepatoScopeError as error:
        show_error(str(error))


def show_error(message: str) -> None:
    """Show what went wrong."""
    st.error(plain(message), icon=":material/error:")


def plain(text: str) -> str:
    """Escape what Markdown would take for markup, such as stars in a file name."""
    return MARKUP.sub(r"\\\1", text)
