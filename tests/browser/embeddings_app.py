"""The Embeddings page with atlases drawn by hand, for a browser to draw on."""

import runpy
from pathlib import Path
from tempfile import mkdtemp

import pytest
import streamlit as st

from tests.pages.atlases import install


@st.cache_resource
def drawn() -> Path:
    # For as long as the server runs: nothing is put back.
    return install(Path(mkdtemp(prefix="hepatoscope-atlas-")), pytest.MonkeyPatch())


st.set_page_config(layout="wide")
drawn()
runpy.run_path("pages/embeddings/page.py")
