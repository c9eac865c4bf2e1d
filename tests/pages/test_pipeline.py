"""The Pipeline page: empty, before and after the segmentation, moved, and as the Segment page."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.geometry.windows import apply_window
from pages.pipeline.source import source_of
from pages.pipeline.state import LAYER, STOP
from pages.pipeline.stops import STOPS
from tests import scene
from tests.layers import load_brightness
from tests.pages.conftest import button, current, finish, labels_of, memory_of

PAGE = "pages/pipeline/page.py"
NEEDS_A_RESULT = [stop.name for stop in STOPS if stop.segmented]


@pytest.fixture(autouse=True)
def _brightness_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    scene.replace_networks(monkeypatch)
    fakes = {
        "features.load_features": load_brightness,
        "features.has_features": lambda folder, size: True,
    }
    for name, fake in fakes.items():
        monkeypatch.setattr(f"pages.pipeline.{name}", fake)


@pytest.fixture
def walked(segmented: AppTest) -> AppTest:
    """The demo case is segmented and the Pipeline page is open."""
    return segmented.switch_page(PAGE).run()


def at(app: AppTest, stop: str) -> AppTest:
    memory_of(app).put(STOP, stop)
    return app.run()


def table(app: AppTest) -> dict[str, str]:
    text = next(part.value for part in app.markdown if part.value.startswith("| In this case"))
    return dict(re.findall(r"^\| (.+?) \| \*\*(.+?)\*\* \|$", text, re.MULTILINE))


def slider(app: AppTest, label: str) -> Any:
    return next(found for found in app.slider if label in found.label)


def said(app: AppTest) -> str:
    return "\n".join(part.value for part in (*app.markdown, *app.caption))


def test_empty_page_invites_to_the_demo_and_to_an_upload(app: AppTest) -> None:
    empty = app.switch_page(PAGE).run()
    assert not empty.exception
    assert labels_of(empty) == ["Open the demo case", "Open a person's CT"]
    assert empty.file_uploader[0].label == "Upload a CT"


@pytest.mark.slow
def test_walk_leads_from_the_file_to_3d_and_back(walked: AppTest) -> None:
    for number, stop in enumerate(STOPS, 1):
        assert walked.subheader[-1].value == f"{number} · {stop.title}"
        assert not walked.exception
        assert not walked.error
        assert table(walked)
        assert len(walked.get("download_button")) == 2
        assert walked.code
        if stop is not STOPS[-1]:
            walked = button(walked, f"Next: {STOPS[number].title}").click().run()
    assert "Next" not in "".join(labels_of(walked))
    back = button(walked, "Labels").click().run()
    assert back.subheader[-1].value == "13 · Labels"


@pytest.mark.slow
def test_stages_of_the_networks_wait_for_the_segmentation(opened: AppTest) -> None:
    app = opened.switch_page(PAGE).run()
    for stop in STOPS:
        app = at(app, stop.name)
        assert not app.exception
        waits = "Segment liver and tumors" in labels_of(app)
        assert waits == (stop.name in NEEDS_A_RESULT), stop.name
        assert app.code, "the code can be read before"
    done = finish(button(app, "Segment liver and tumors").click().run())
    assert current(done).segmentation is not None
    assert table(at(done, "labels"))["Lesions"] == "1"


@pytest.mark.parametrize("tumor_threshold", [None, 0.8])
def test_numbers_equal_those_of_the_segment_page(
    segmented: AppTest, tumor_threshold: float | None
) -> None:
    if tumor_threshold is not None:
        segmented = segmented.slider[1].set_value(tumor_threshold).run()
    metrics = {metric.label.split("] ")[-1]: metric.value for metric in segmented.metric}
    steps = next(part.value for part in segmented.markdown if part.value.startswith("| Step"))
    changes = re.findall(r"^\| \*\*(.+?)\*\* \| (.+?)&nbsp;mL", steps, re.MULTILINE)
    here = table(at(segmented.switch_page(PAGE).run(), "labels"))
    volume = float(here["Liver volume"].removesuffix(" mL").replace(",", ""))
    assert f"{volume:,.0f} mL" == metrics["Liver volume"]
    for name in ("Tumor volume", "Tumor burden", "Lesions"):
        assert here[name] == metrics[name]
    assert len(changes) == 5
    for name, change in changes:
        assert here[f"Step: {name}"] == f"{change.removeprefix('+')} mL"


def test_moved_threshold_stays_on_this_page_until_it_is_used(walked: AppTest) -> None:
    app = at(walked, "labels")
    before, kept = table(app), current(app)
    moved = slider(app, "Tumor from probability").set_value(0.9).run()
    assert table(moved)["Tumor volume"] != before["Tumor volume"]
    assert "tumor threshold 0.90 (was 0.50)" in said(moved)
    assert current(moved) is kept
    assert table(at(moved, "surface"))["Liver volume"] == before["Liver volume"]
    used = button(moved, "Use on the Segment page").click().run()
    assert current(used).segmentation.tumor_threshold == 0.9
    assert "Moved here" not in said(used)
    assert table(at(used, "labels"))["Tumor volume"] == f"{_tumor_ml(used):,.1f} mL"


def _tumor_ml(app: AppTest) -> float:
    return float(current(app).findings.tumor_volume_ml)


def test_moved_window_reaches_the_later_stages_and_can_be_put_back(walked: AppTest) -> None:
    before = table(at(walked, "threshold"))
    moved = slider(at(walked, "window"), "Window level").set_value(200.0).run()
    assert table(moved)["Black at and below"] == "100 HU"
    after = at(moved, "threshold")
    assert table(after)["Called in this slice"] != before["Called in this slice"]
    assert "asked anew about slice" in said(after)
    back = button(after, "Put back").click().run()
    assert table(back) == before


def test_window_of_radiologists_is_one_click_away(opened: AppTest) -> None:
    app = at(opened.switch_page(PAGE).run(), "window")
    lung = button(app, "Lung").click().run()
    assert not lung.exception
    assert (table(lung)["Level"], table(lung)["Width"]) == ("−600 HU", "1,500 HU")


def test_whole_scan_can_be_asked_at_what_was_moved(walked: AppTest) -> None:
    app = slider(at(walked, "window"), "Window level").set_value(120.0).run()
    mixed, kept = table(at(app, "labels")), current(app).segmentation
    whole = finish(button(app, "Ask about the whole scan").click().run())
    assert not whole.exception
    assert "All slices follow" in said(whole)
    assert table(at(whole, "labels"))["Liver volume"] != mixed["Liver volume"]
    assert current(whole).segmentation is kept


def test_slice_is_remembered_and_begins_at_the_tumor(walked: AppTest) -> None:
    chosen = slider(walked, "Axial slice")
    middle = scene.TUMOR_AT[2] / scene.SPACING[2]
    assert abs(chosen.value - middle) < 3
    moved = chosen.set_value(5).run()
    away = moved.switch_page("pages/about/page.py").run().switch_page(PAGE).run()
    assert slider(away, "Axial slice").value == 5
    assert table(at(away, "slice"))["Slice, from the feet"] == f"5 of {scene.SHAPE[2]}"


def test_another_network_and_layer_can_be_chosen(walked: AppTest) -> None:
    app = at(walked, "features")
    assert table(app)["Maps"] == "64 × 64 × 96"
    memory_of(app).put(LAYER, "top_activation")
    app.session_state["pipeline-network"] = "tumor"
    deep = app.run()
    assert not deep.exception
    assert table(deep)["Maps"] == "4 × 4 × 1280"


def test_result_of_other_weights_is_told_in_one_sentence(walked: AppTest) -> None:
    case = current(walked)
    other = replace(case.segmentation, models={"liver": "c" * 64, "tumor": "d" * 64})
    memory_of(walked).open(replace(case, segmentation=other))
    told = at(walked, "liver")
    assert not told.exception
    (error,) = told.error
    assert "segment it again" in error.value


def test_code_is_the_one_that_runs() -> None:
    text, place = source_of(apply_window)
    path, first, last = re.fullmatch(r"(.+), lines (\d+)–(\d+)", place).groups()  # type: ignore[union-attr]
    root = Path(__file__).parents[2]
    assert text.splitlines() == (root / path).read_text().splitlines()[int(first) - 1 : int(last)]
    for stop in STOPS:
        for function in stop.code:
            shown, _ = source_of(function)
            assert shown.startswith("def ")
            assert shown.count('"""') == 2
            compile(shown, "shown", "exec")
