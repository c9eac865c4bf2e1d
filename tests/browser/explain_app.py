"""The Explain page with a small segmented scan, networks that see by brightness, and their reasons.

What such a network looks at is known without asking it: how far a pixel is from plain liver.
"""

import runpy
from typing import Any

import numpy as np
import pytest
import streamlit as st

from core.cascade.measurement import measure
from core.cascade.segmentation import segment
from core.explainers.attribution import Attribution
from core.explainers.explain import explain
from core.explainers.faithfulness import STEPS, Curves
from core.explainers.question import Question
from core.presets import PAPER
from core.process import Worker
from core.study import Study
from pages.common import jobs
from pages.common.session import current_case, open_volume, store_result
from tests import scene


def ask(worker: Worker, function: Any, question: Question, *rest: Any, **_: Any) -> Any:
    away = question.image - question.start
    if function is explain:
        method, samples, seed = rest
        score = float(away.sum()) / question.size**2
        values = (away / question.size**2).astype(np.float32)
        return Attribution(method, values, score, 0.0, 0.0, samples or 1, seed, 0.1)
    share = np.linspace(0, 1, STEPS + 1, dtype=np.float32)
    return Curves(share, (1 - share) ** 4, 1 - (1 - share) ** 4, 1 - share, share)


@st.cache_resource
def replaced() -> None:
    # For as long as the server runs: nothing is put back.
    patch = pytest.MonkeyPatch()
    patch.setattr(Worker, "ask", ask)
    scene.replace_networks(patch)


st.set_page_config(layout="wide")
replaced()
jobs.collect()
if current_case() is None:
    volume = scene.scan()
    found = segment(volume, PAPER, networks=scene.fake_networks())
    open_volume(volume)
    store_result(Study(volume, (), found, measure(volume, found.labels)))
runpy.run_path("pages/explain/page.py")
