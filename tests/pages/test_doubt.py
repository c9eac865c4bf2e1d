"""The tab that measures doubt: offered, running, shown, outdated."""

import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.cascade.networks import Networks
from core.study import with_result
from pages.common.uncertainty_state import DOUBTS
from pages.viewer import MEMORIES
from tests import scene
from tests.pages.conftest import button, current, finish, labels_of, memory_of

MEASURE = "Measure the doubt"
PATIENCE = 20


@pytest.fixture(autouse=True)
def _same_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.cascade.networks.load_networks", lambda preset: scene.fake_networks())


@pytest.fixture
def tab(segmented: AppTest) -> AppTest:
    """The demo case is segmented and the tab is open."""
    return opened_tab(segmented)


def opened_tab(app: AppTest, name: str = "Doubt") -> AppTest:
    label = next(found.label for found in app.tabs if name in found.label)
    app.session_state["result-tabs"] = label
    return app.run()


@pytest.fixture
def measured(tab: AppTest) -> AppTest:
    return opened_tab(finish(button(tab, MEASURE).click().run()))


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def doubt_slice(app: AppTest) -> Any:
    return next(found for found in app.slider if "most doubt" in found.label)


def holding(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Hold the liver network until told to go on: (it was reached, let it go)."""
    reached, go = threading.Event(), threading.Event()
    plain = scene.fake_networks()

    def liver(images: Any) -> Any:
        reached.set()
        assert go.wait(PATIENCE)
        return plain.liver(images)

    networks = Networks(liver, plain.tumor, plain.digests)
    monkeypatch.setattr("core.cascade.networks.load_networks", lambda preset: networks)
    return reached, go


def test_tab_says_what_doubt_is_not_and_measures_when_asked(tab: AppTest) -> None:
    assert not tab.exception
    assert any("not the chance of an error" in part.value for part in tab.markdown)
    assert MEASURE in labels_of(tab)
    assert not tab.get("image")


def test_measured_doubt_is_shown_with_its_lesions_and_files(measured: AppTest) -> None:
    assert not measured.exception
    assert MEASURE not in labels_of(measured)
    assert set(metrics(measured)) > {"Doubt inside the liver", "Doubt at its rim"}
    assert len(measured.get("image")) == 2
    table = measured.dataframe[-1].value
    lesions = current(measured).findings.lesions
    assert table["Volume (mL)"].tolist() == [lesion.volume_ml for lesion in lesions]
    assert table["In words"].str.contains("answers|contradict").all()
    files = [found.proto.label for found in measured.get("download_button")]
    assert files == ["Doubt about liver (NIfTI)", "Doubt about tumors (NIfTI)"]


def test_progress_is_shown_in_the_tab_and_can_be_cancelled(
    tab: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go = holding(monkeypatch)
    app = button(tab, MEASURE).click().run()
    assert reached.wait(PATIENCE)
    app = opened_tab(app)
    assert labels_of(app).count("Cancel") == 1
    assert any("Measuring the doubt in" in part.value for part in app.markdown)
    elsewhere = opened_tab(app, "Steps")
    assert labels_of(elsewhere).count("Cancel") == 1, "above, while another tab is open"
    button(elsewhere, "Cancel").click().run()
    go.set()
    done = finish(elsewhere)
    assert "segmentation stays" in done.info[0].value
    assert current(done).segmentation is not None
    assert MEASURE in labels_of(opened_tab(done))


def test_doubt_and_its_slice_survive_another_page(measured: AppTest) -> None:
    before = metrics(measured)
    moved = doubt_slice(measured).set_value(5).run()
    away = moved.switch_page("pages/about/page.py").run()
    back = opened_tab(away.switch_page("pages/segment/page.py").run())
    assert not back.exception
    assert metrics(back) == before
    assert doubt_slice(back).value == 5


def test_slice_of_the_planes_is_one_click_away(measured: AppTest) -> None:
    place = memory_of(measured).get(MEMORIES, of="segment-viewer").voxel
    moved = button(doubt_slice(measured).set_value(2).run(), "As above").click().run()
    assert doubt_slice(moved).value == place[2] + 1


def test_other_lesions_are_summed_up_anew_and_another_liver_is_measured_anew(
    measured: AppTest,
) -> None:
    maps = memory_of(measured).get(DOUBTS, current(measured).id).maps
    before = measured.dataframe[-1].value
    _, tumor = opened_tab(measured, "Steps").slider
    fewer = opened_tab(tumor.set_value(0.9).run())
    assert fewer.dataframe[-1].value["Volume (mL)"][0] < before["Volume (mL)"][0]
    assert memory_of(fewer).get(DOUBTS, current(fewer).id).maps is maps
    liver, _ = opened_tab(fewer, "Steps").slider
    outdated = opened_tab(liver.set_value(0.8).run())
    assert MEASURE in labels_of(outdated)
    assert any("another result" in info.value for info in outdated.info)


def test_scan_without_a_liver_has_no_doubt_to_show(tab: AppTest) -> None:
    liver, _ = opened_tab(tab, "Steps").slider
    assert liver.value == 0.5
    case = current(tab)
    nothing = replace(case.segmentation, labels=np.zeros_like(case.segmentation.labels))
    memory_of(tab).open(with_result(case, nothing))
    shown = opened_tab(finish(button(opened_tab(tab), MEASURE).click().run()))
    assert not shown.exception
    assert any("No liver was found" in info.value for info in shown.info)
