"""The Metrics page with a run drawn by hand, for a browser to click on."""

import runpy
from pathlib import Path
from tempfile import mkdtemp

import streamlit as st

from core.models import store
from tests.pages.runs import make_run


@st.cache_resource
def weights() -> Path:
    folder = Path(mkdtemp(prefix="hepatoscope-metrics-"))
    make_run(folder / "evaluations" / "drawn-run", cases=("volume-0", "volume-1", "volume-2"))
    return folder


st.set_page_config(layout="wide")
store.WEIGHTS_DIR = weights()
runpy.run_path("pages/metrics/page.py")
