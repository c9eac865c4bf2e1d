"""The way in is `app.py`, whatever address a visitor comes by.

Streamlit takes a folder called pages for its older kind of app until `st.navigation` was called
once: the first visitor of a fresh server who comes by the address of a page would get that page
alone, with a menu of files.
"""

from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

PAGES = Path(__file__).parents[1]
ENTERED, WANTED = "entered", "page-wanted"


def enter() -> None:
    """Note that the visitor came through `app.py`, and bring them to the page they wanted."""
    st.session_state[ENTERED] = True
    wanted = st.session_state.pop(WANTED, None)
    if wanted:
        st.switch_page(wanted)


def send_to_the_entrance() -> None:
    """Send a visitor whose page runs alone through `app.py`; does nothing for others."""
    if ENTERED in st.session_state:
        return
    name = Path(urlsplit(st.context.url or "").path).name
    if (PAGES / f"{name}.py").is_file():
        st.session_state[WANTED] = f"pages/{name}.py"
    st.switch_page("app.py")
