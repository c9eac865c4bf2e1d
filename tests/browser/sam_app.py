"""The view of SAM with a scan drawn by hand and a tiny SAM, for a browser to point at."""

from pathlib import Path
from tempfile import mkdtemp

import streamlit as st

from core.cascade.measurement import measure
from core.cascade.segmentation import Segmentation, segment
from core.presets import PAPER
from core.study import Study
from core.volume import Volume
from pages.common import jobs
from pages.common.session import current_case, open_volume, store_result
from pages.explain.sam import sam_view
from pages.explain.sam_checkpoint import FOLDER
from tests import scene
from tests.tiny_sam import save_tiny_sam


@st.cache_resource
def drawn() -> tuple[Volume, Segmentation, Path]:
    scan = scene.scan()
    found = segment(scan, PAPER, networks=scene.fake_networks())
    return scan, found, save_tiny_sam(Path(mkdtemp(prefix="hepatoscope-sam-")) / "tiny-sam")


st.set_page_config(layout="wide")
jobs.collect()
volume, found, folder = drawn()
if current_case() is None:
    open_volume(volume)
    store_result(Study(volume, (), found, measure(volume, found.labels)))
    st.session_state["sam-checkpoint"], st.session_state["sam-folder"] = FOLDER, str(folder)
case = current_case()
assert case is not None
assert case.segmentation is not None
sam_view(case, case.segmentation)
