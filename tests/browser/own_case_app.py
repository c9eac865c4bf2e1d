"""The Embeddings page for two visitors whose scans differ and have one name."""

import runpy
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest
import streamlit as st

from core.atlas.own import place_own
from core.cascade.segmentation import segment
from core.presets import PAPER
from core.study import Study
from core.volume import volume_from_array
from pages.common.session import choose, store
from pages.embeddings.state import PLACED
from tests import scene
from tests.core.atlas.drawn import AUTOENCODER, atlas_of
from tests.pages.atlases import install


@st.cache_resource
def drawn() -> Path:
    # For as long as the server runs: nothing is put back.
    patch = pytest.MonkeyPatch()
    patch.setattr("core.atlas.own.place", lambda codes, known, _, new, __: new[:, :2])
    return install(Path(mkdtemp(prefix="hepatoscope-atlas-")), patch)


def own_case(brighter: int) -> Study:
    """Give the scene, brighter by some HU, segmented."""
    hu, _ = scene.draw()
    volume = volume_from_array(
        hu + np.int16(brighter), scene.affine_of(), source="ct.nii.gz", digest=f"{brighter:064}"
    )
    return Study(volume, (), segment(volume, PAPER, networks=scene.fake_networks()))


st.set_page_config(layout="wide")
drawn()
if "own-case" not in st.session_state:
    case = own_case(int(st.query_params["brighter"]))
    assert case.segmentation is not None
    store(case)
    choose(case.id)
    st.session_state["own-case"] = True
    st.session_state["atlas-view"] = "My case"
    placed = place_own(
        atlas_of(images=False, name="bare"), case.volume, case.segmentation.labels, AUTOENCODER
    )
    PLACED.put(placed, case.id, "bare")
runpy.run_path("pages/embeddings/page.py")
