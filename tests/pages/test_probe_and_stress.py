"""The probe and the stress lab of the Explain page, with networks that see by brightness."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.cascade.networks import Networks
from core.volume import Volume
from pages.common.jobs import JOB
from pages.common.memory import content, memory
from pages.explain import probe_map, stress_state
from pages.explain.probe_state import PLACES, REFUSED, SWEEPS, TARGETS, target_of
from tests import scene
from tests.pages.conftest import button, current, finish, labels_of, memory_of

PAGE = "pages/explain/page.py"
PATIENCE = 20
SEE_IT, MISS_IT = "The network sees it", "The network does not see it"


@pytest.fixture(autouse=True)
def _same_networks(monkeypatch: pytest.MonkeyPatch, scan: Volume) -> None:
    scene.replace_networks(monkeypatch)
    demo = SimpleNamespace(volume=scan, labels=scene.draw()[1])
    monkeypatch.setattr("pages.common.truth.make_phantom", lambda seed: demo)


@pytest.fixture
def probe(segmented: AppTest) -> AppTest:
    return opened(segmented, "Probe")


@pytest.fixture
def stress(segmented: AppTest) -> AppTest:
    return opened(segmented, "Stress lab")


def opened(app: AppTest, view: str) -> AppTest:
    app = app.switch_page(PAGE)
    app.session_state["explain-view"] = view
    return shown(app.run())


def shown(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


def text_of(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return " ".join(str(part.value) for part in parts)


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def slider(app: AppTest, label: str) -> Any:
    return next(found for found in [*app.slider, *app.select_slider] if label in found.label)


def choose(app: AppTest, key: str, option: str) -> AppTest:
    app.session_state[key] = option
    return shown(app.run())


def downloads(app: AppTest) -> list[str]:
    return [found.proto.label for found in app.get("download_button")]


def at(app: AppTest, place: tuple[int, int, int]) -> AppTest:
    """Put the lesion to a voxel, as a click does."""
    memory_of(app).put(PLACES, place, current(app).id)
    return shown(app.run())


def test_lesion_is_in_the_scan_before_anybody_clicks(probe: AppTest) -> None:
    assert MISS_IT in text_of(probe), "darker than the liver, which this network does not know"
    assert len(probe.get("image")) == 6
    assert "Pictures" in downloads(probe)
    assert "Measure the curves" in labels_of(probe)


def test_bright_lesion_is_seen_and_moves_the_figures(probe: AppTest) -> None:
    app = at(probe, (34, 26, 12))
    app = slider(app, "Diameter").set_value(30).run()
    app = shown(slider(app, "Contrast (HU)").set_value(60).run())
    assert SEE_IT in text_of(app)
    assert float(metrics(app)["Tumor probability"]) > 0.7
    assert "not how often they find real lesions" in text_of(app)
    level = choose(app, "probe-level", "In HU")
    assert MISS_IT in text_of(shown(slider(level, "Level (HU)").set_value(100).run()))


def test_called_lesion_is_painted_away(probe: AppTest) -> None:
    app = choose(probe, "probe-mode", "Paint a lesion away")
    app = shown(slider(app, "Painted around").set_value(6.0).run())
    assert "answered to what was painted away" in text_of(app)
    assert float(metrics(app)["Tumor probability"]) < 0.05


def test_case_without_a_lesion_has_nothing_to_paint_away(probe: AppTest) -> None:
    case = current(probe)
    case.segmentation.labels[case.segmentation.labels == 2] = 1
    memory_of(probe).drop(TARGETS, case.id, content(case, case.segmentation))
    app = choose(shown(probe.run()), "probe-mode", "Paint a lesion away")
    assert "nothing to paint away" in text_of(app)
    assert not app.get("image")


def test_case_without_a_liver_has_no_place_to_change(segmented: AppTest) -> None:
    current(segmented).segmentation.labels[:] = 0
    app = opened(segmented, "Probe")
    assert "no place to change" in text_of(app)
    assert not app.get("image")


def test_click_moves_the_lesion_and_one_outside_the_liver_does_not(
    probe: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, state = current(probe), {}
    monkeypatch.setattr(probe_map.st, "session_state", state)
    memory().open(case)
    seen = target_of(case, case.segmentation)

    def click(x: int, y: int, z: int) -> None:
        column, row = seen.closeup.pixel_of(x, y)
        state["chart"] = {"selection": {"points": [{"x": column, "y": row}]}}
        lesion = probe_map.Lesion(seen.place, 20, -40)
        probe_map._clicked(case, case.segmentation, seen, z, lesion, "chart")

    click(40, 28, 11)
    assert PLACES.get(case.id) == (40, 28, 11)
    click(2, 2, 11)
    assert PLACES.get(case.id) == (40, 28, 11)
    assert REFUSED.get() == probe_map.OUTSIDE


def test_lesion_larger_than_the_liver_is_one_sentence(probe: AppTest) -> None:
    case = current(probe)
    ball = scene.ball(scene.SHAPE, scene.SPACING, scene.LIVER_AT, (14.0,) * 3)
    case.segmentation.labels[:] = ball
    memory_of(probe).drop(TARGETS, case.id, content(case, case.segmentation))
    app = at(probe, (44, 31, 12))
    app = shown(slider(app, "Diameter").set_value(80).run())
    assert "choose a smaller diameter" in app.error[0].value
    assert slider(app, "Diameter").value == 80


@pytest.mark.slow
def test_curves_are_measured_beside_the_page_and_taken_home(
    probe: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = at(probe, (34, 26, 12))
    app = finish(button(app, "Measure the curves").click().run())
    swept = memory_of(app).get(SWEEPS, current(app).id)
    assert swept.lesion.at == (34, 26, 12)
    assert "Both curves (CSV)" in downloads(shown(app))
    assert "Measure anew" in labels_of(app)


def test_sweep_can_be_cancelled(probe: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, go = threading.Event(), threading.Event()
    plain = scene.fake_networks()

    def liver(images: Any) -> Any:
        reached.set()
        assert go.wait(PATIENCE)
        return plain.liver(images)

    networks = Networks(liver, plain.tumor, plain.digests)
    monkeypatch.setattr("core.whatif.probe.sweep.load_networks", lambda preset: networks)
    app = button(probe, "Measure the curves").click().run()
    assert reached.wait(PATIENCE)
    button(shown(app), "Cancel").click().run()
    go.set()
    done = finish(app)
    assert "scan and its result stay" in done.info[0].value
    assert "Measure the curves" in labels_of(done)


def test_undisturbed_demo_agrees_with_itself_and_its_truth_is_known(stress: AppTest) -> None:
    found = metrics(stress)
    assert found["Liver agreement"] == found["Tumor agreement"] == "1.000"
    assert float(found["Liver Dice"]) > 0.9
    assert len(stress.get("image")) == 3
    assert "truth of this scan is not known" not in text_of(stress)


def test_slider_makes_it_worse_and_one_button_puts_it_right(stress: AppTest) -> None:
    app = shown(slider(stress, "Liver brighter").set_value(-60.0).run())
    assert float(metrics(app)["Liver Dice"]) < 0.7
    back = shown(button(app, "As it was").click().run())
    assert metrics(back)["Liver agreement"] == "1.000"


def test_turned_patient_is_compared_with_a_turned_truth(stress: AppTest) -> None:
    app = shown(slider(stress, "Turn").set_value(20.0).run())
    assert float(metrics(app)["Liver Dice"]) > 0.9


def test_scan_of_one_own_shows_agreement_alone(
    segmented: AppTest, monkeypatch: pytest.MonkeyPatch, scan: Volume
) -> None:
    other = SimpleNamespace(volume=SimpleNamespace(digest="other"), labels=scene.draw()[1])
    monkeypatch.setattr("pages.common.truth.make_phantom", lambda seed: other)
    app = opened(segmented, "Stress lab")
    assert "truth of this scan is not known" in text_of(app)
    assert "Liver Dice" not in metrics(app)
    assert metrics(app)["Liver agreement"] == "1.000"


@pytest.mark.parametrize("scope", ["A dozen slices", "The whole scan"])
@pytest.mark.slow
def test_robustness_curve_is_measured_and_taken_home(stress: AppTest, scope: str) -> None:
    app = choose(stress, "stress-scope", scope)
    app.selectbox(key="stress-knob").set_value("shift_hu").run()
    app = finish(button(app, "Measure the curve").click().run())
    assert "The curve (CSV)" in downloads(shown(app))
    swept = memory_of(app).get(stress_state.SWEEPS, current(app).id, "shift_hu")
    assert swept.known_truth
    assert (swept.slices == scene.SHAPE[2]) == (scope == "The whole scan")
    dice = {one.level: one.score.liver_dice for one in swept.levels}
    assert dice[-60.0] < 0.7 < 0.9 < dice[0.0]
    assert memory_of(app).get(JOB) is None
