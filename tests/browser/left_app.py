"""Two pages: one asks all the time how far some work is, as Segment does; one is drawn slowly."""

import os
import time

import streamlit as st

from pages.common.server import housekeeping

# Switched off to see what a visitor saw without it.
if os.environ.get("HEPATOSCOPE_TEST_UNGUARDED") != "1":
    housekeeping()


@st.fragment(run_every=0.1)
def progress() -> None:
    st.write("at work")
    # Takes longer than until it asks again: what is asked meanwhile waits, the next page too.
    time.sleep(0.5)


def asking() -> None:
    st.header("Asking")
    progress()


def slow() -> None:
    time.sleep(0.5)
    st.header("Slow")


st.navigation([st.Page(asking, default=True), st.Page(slow)], position="top").run()
