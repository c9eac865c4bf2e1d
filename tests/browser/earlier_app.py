"""The Report page with two segmented studies open: of one patient, or of two that look unlike."""

import runpy

import streamlit as st

from core.study import Examined, Study
from pages.common.session import choose, current_case, store
from tests.core.report.studies import of_two_shapes, study


def case_of(known: Examined) -> Study:
    return Study(known.volume, known.quality, known.segmentation, known.findings)  # type: ignore[arg-type]


st.set_page_config(layout="wide")
if current_case() is None:
    if st.query_params["patients"] == "one":
        now, earlier = study(((30, 0, 0), 14)), study(((30, 0, 0), 9), name="earlier")
    else:
        now, earlier = of_two_shapes()
    for known in (earlier, now):
        store(case_of(known))
    choose(now.volume.digest)
runpy.run_path("pages/report/page.py")
