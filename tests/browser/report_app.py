"""The Report page with a small segmented scan."""

import runpy

import streamlit as st

from core.measurement import measure
from core.presets import PAPER
from core.segmentation import segment
from pages.shared.entrance import enter
from pages.shared.session import current_case, open_volume, store_result
from tests import scene

st.set_page_config(layout="wide")
enter()
if current_case() is None:
    volume = scene.scan()
    found = segment(volume, PAPER, networks=scene.fake_networks())
    open_volume(volume)
    store_result(volume.digest, found, measure(volume, found.labels))
runpy.run_path("pages/report.py")
