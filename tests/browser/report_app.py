"""The Report page with a small segmented scan."""

import runpy

import streamlit as st

from core.cascade.measurement import measure
from core.cascade.segmentation import segment
from core.presets import PAPER
from core.study import Study
from pages.common.session import current_case, open_volume, store_result
from tests import scene

st.set_page_config(layout="wide")
if current_case() is None:
    volume = scene.scan()
    found = segment(volume, PAPER, networks=scene.fake_networks())
    open_volume(volume)
    store_result(Study(volume, (), found, measure(volume, found.labels)))
runpy.run_path("pages/report/page.py")
