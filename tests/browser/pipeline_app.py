"""The Pipeline page with a small segmented scan and networks that see by brightness."""

import runpy
from pathlib import Path

import pytest
import streamlit as st

from core.cascade.measurement import measure
from core.cascade.segmentation import segment
from core.presets import PAPER
from core.study import Study
from pages.common.session import current_case, open_volume, store_result
from tests import scene
from tests.layers import load_brightness

FAKES = {
    "features.load_features": load_brightness,
    "features.has_features": lambda folder, size: True,
    "features.model_dir": lambda preset, network: Path(preset, network),
}


@st.cache_resource
def replaced() -> None:
    # For as long as the server runs: nothing is put back.
    patch = pytest.MonkeyPatch()
    scene.replace_networks(patch)
    for name, fake in FAKES.items():
        patch.setattr(f"pages.pipeline.{name}", fake)


st.set_page_config(layout="wide")
replaced()
if current_case() is None:
    volume = scene.scan()
    found = segment(volume, PAPER, networks=scene.fake_networks())
    open_volume(volume)
    store_result(Study(volume, (), found, measure(volume, found.labels)))
runpy.run_path("pages/pipeline/page.py")
