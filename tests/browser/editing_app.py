"""The Segment page with a small segmented scan, to be corrected by hand; SAM is the real one."""

import runpy

import pytest
import streamlit as st

from core.cascade.segmentation import segment
from core.presets import PAPER
from core.study import opened, with_result
from pages.common.session import choose, current_case, store
from tests import scene


@st.cache_resource
def replaced() -> None:
    # For as long as the server runs: nothing is put back.
    scene.replace_networks(pytest.MonkeyPatch())


st.set_page_config(layout="wide")
replaced()
if current_case() is None:
    scan = scene.scan()
    case = with_result(opened(scan), segment(scan, PAPER, networks=scene.fake_networks()))
    store(case)
    choose(case.id)
runpy.run_path("pages/segment/page.py")
