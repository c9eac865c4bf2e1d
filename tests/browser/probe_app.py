"""The probe and the stress lab with a scan drawn by hand, for a browser to click on."""

import pytest
import streamlit as st

from core.cascade.measurement import measure
from core.cascade.segmentation import Segmentation, segment
from core.presets import PAPER
from core.study import Study
from core.volume import Volume
from pages.common import jobs
from pages.common.session import current_case, open_volume, store_result
from pages.explain.probe import probe_view
from pages.explain.stress import stress_view
from tests import scene


@st.cache_resource
def drawn() -> tuple[Volume, Segmentation]:
    # For as long as the server runs: nothing is put back.
    patch = pytest.MonkeyPatch()
    scene.replace_networks(patch)
    scan = scene.scan()
    return scan, segment(scan, PAPER, networks=scene.fake_networks())


st.set_page_config(layout="wide")
jobs.collect()
volume, found = drawn()
if current_case() is None:
    open_volume(volume)
    store_result(Study(volume, (), found, measure(volume, found.labels)))
case = current_case()
assert case is not None
assert case.segmentation is not None
view = st.segmented_control("View", ["Probe", "Stress lab"], default="Probe", key="view")
(probe_view if view == "Probe" else stress_view)(case, case.segmentation)
