"""Any page for one of two visitors, whose scans differ and have one name and one shape."""

import runpy

import numpy as np
import pytest
import streamlit as st

from core.cascade.measurement import measure
from core.cascade.segmentation import segment
from core.presets import PAPER
from core.process import Worker
from core.study import Study
from core.volume import volume_from_array
from pages.common.session import choose, current_case, store
from tests import scene


@st.cache_resource
def replaced() -> None:
    # For as long as the server runs: nothing is put back.
    patch = pytest.MonkeyPatch()
    patch.setattr(Worker, "ask", lambda *_, **__: 0.0)
    scene.replace_networks(patch)


def own_case(brighter: int) -> Study:
    """Give the scene, brighter by some HU, segmented."""
    hu = scene.draw()[0] + np.int16(brighter)
    volume = volume_from_array(
        hu, scene.affine_of(), source="ct.nii.gz", digest=f"{brighter:064}", synthetic=True
    )
    found = segment(volume, PAPER, networks=scene.fake_networks())
    return Study(volume, (), found, measure(volume, found.labels))


st.set_page_config(layout="wide")
replaced()
if current_case() is None:
    case = own_case(int(st.query_params["brighter"]))
    store(case)
    choose(case.id)
runpy.run_path(f"pages/{st.query_params['page']}/page.py")
