"""A run of SAM on the Metrics page, beside a run of our networks on the same slices."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.evaluation import write_run
from core.evaluation.sam import Plan, score_beside, score_sam
from core.evaluation.zipped import read_zipped_run
from core.foundation.sam.masks import MaskSet
from core.presets import PAPER
from tests import scene
from tests.core.evaluation.drawn import labelled, truth
from tests.pages.runs import zipped

PLAN = Plan(slices=3)


@pytest.fixture
def page(
    weights: Path, new_visitor: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> AppTest:
    """Both runs come with the program; SAM's is the main one. No SAM needs to be installed."""
    monkeypatch.setattr("core.evaluation.sam.encode", lambda *_: None)
    block = np.full((1, 60, 72), -9, np.float32)
    block[:, 20:50, 15:40] = 9
    found = MaskSet.of(block, np.array([0.9], np.float32))
    monkeypatch.setattr("core.evaluation.sam.find_masks", lambda *_: found)
    networks = scene.fake_networks()
    cases = [labelled(truth(), "a"), labelled(scene.draw(tumor=False)[1], "b")]
    sam = [score for case in cases for score in score_sam(case, None, PLAN)]  # type: ignore[arg-type]
    ours = [score for case in cases for score in score_beside(case, PAPER, networks, PLAN)]
    place = weights / "evaluations"
    more = {**PLAN.facts_beside(), "note": "SAM, chosen with the truth (an oracle)."}
    write_run(place / "sam", sam, [], PLAN.preset, {"sam": "c" * 64}, "drawn", None, more)
    beside = PLAN.facts_beside()
    write_run(place / "sam-paper", ours, [], PAPER, networks.digests, "drawn", None, beside)
    st.cache_data.clear()
    app = new_visitor().switch_page("pages/metrics/page.py").run()
    app = app.selectbox(key="metrics-main-run").set_value("sam").run()
    app.session_state["metrics-other-runs"] = ["sam-paper"]
    return app.run()


def test_run_of_sam_stands_beside_ours_in_every_view(page: AppTest) -> None:
    texts = "\n".join(part.value for part in (*page.markdown, *page.caption))
    assert "chosen with the truth" in texts
    assert "Only the slices that SAM was scored on" in texts
    views = next(found for found in page.segmented_control if found.label == "View").options
    assert len(views) > 5
    for view in views:
        page.session_state["metrics-view"] = view
        shown = page.run()
        assert not shown.exception, (view, shown.exception)
        assert not shown.error, (view, shown.error)


def test_run_of_sam_can_be_brought_as_a_zip(page: AppTest, weights: Path, tmp_path: Path) -> None:
    path = tmp_path / "sam.zip"
    path.write_bytes(zipped(weights / "evaluations" / "sam"))
    run = read_zipped_run(path, "sam.zip")
    assert run.lesions.empty
    assert len(run.slices) == 12


def test_record_of_a_case_offers_the_slices_that_were_scored(page: AppTest) -> None:
    page.session_state["metrics-view"] = "Cases and slices"
    app = page.run()
    opened = next(found for found in app.button if found.label == "Open").click().run()
    assert not opened.exception, opened.exception
    (slider,) = (found for found in opened.select_slider if "scored" in found.label)
    assert len(slider.options) == 3
    moved = slider.set_value(int(slider.options[-1]) - 1).run()
    assert not moved.exception, moved.exception
