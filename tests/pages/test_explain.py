"""The Explain page: what it asks, what it shows, and what it keeps."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.errors import HepatoScopeError
from core.explainers import explain as explaining
from core.explainers import verdicts
from core.explainers.explain import explained_by
from core.explainers.faithfulness import curves
from core.explainers.network import KerasNetwork
from core.process import Worker
from pages.common.explanations import EXPLANATIONS
from pages.explain import attribution_result
from tests.core.explainers.conftest import brightness_model
from tests.core.explainers.test_verdicts import rows
from tests.pages.conftest import button, current, finish, labels_of, memory_of

PAGE = "pages/explain/page.py"
OTHER_PRESET = "The trial asked networks of focus, not of paper."


@pytest.fixture(scope="module")
def network() -> KerasNetwork:
    return KerasNetwork(brightness_model(128))


@pytest.fixture(autouse=True)
def _worker_without_a_process(network: KerasNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answer in this process, by a network that sees by brightness alone."""

    def ask(self: Worker, function: Any, question: Any, *rest: Any, **options: Any) -> Any:
        progress = options.get("progress", lambda share: None)
        network.aim(question)
        if function is explaining.explain:
            method, samples, seed = rest
            return explained_by(network, question, method, min(samples or 8, 8), seed, progress)
        if function is explaining.judge_curves:
            return curves(network, question, *rest, progress)
        return 0.0

    monkeypatch.setattr(Worker, "ask", ask)


@pytest.fixture
def explained(segmented: AppTest) -> AppTest:
    """The demo case is segmented and the Explain page open."""
    return segmented.switch_page(PAGE).run()


def look_at(app: AppTest, view: str) -> AppTest:
    app.session_state["explain-view"] = view
    return app.run()


def captions(app: AppTest) -> str:
    return " ".join(found.value for found in app.caption)


def test_visitor_without_a_scan_is_invited(app: AppTest) -> None:
    app.switch_page(PAGE).run()
    assert not app.exception
    assert "Explanations are about a scan that was segmented" in app.info[0].value
    assert "Open the demo case" in labels_of(app)


def test_scan_that_was_not_segmented_can_be_here(opened: AppTest) -> None:
    app = opened.switch_page(PAGE).run()
    assert "there is no answer to explain" in app.info[0].value
    app = finish(button(app, "Segment liver and tumors").click().run())
    assert "Explain" in labels_of(app)


def test_slice_is_shown_before_it_is_explained(explained: AppTest) -> None:
    assert len(explained.get("image")) + len(explained.get("imgs")) == 2


def test_explanation_is_shown_with_its_figures_and_files(explained: AppTest) -> None:
    app = finish(button(explained, "Explain").click().run())
    assert not app.exception
    assert [metric.label for metric in app.metric] == ["Explained", "With nothing to see"]
    table = app.dataframe[0].value
    assert list(table["Method"]) == ["SHAP (expected gradients)"]
    assert table["In tumor"][0] > 2 * table["Tumor's area"][0]
    assert table["Does not add up by"][0] < 5
    assert 1 < table["In tumor"][0] <= 100, "in percent"
    files = {found.label for found in app.get("download_button")}
    assert files == {"Pictures (PNG)", "Map (NIfTI)", "Record (JSON)"}
    assert not app.get("plotly_chart")


def files_of(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Explain, and give the bytes that each button would make, by its label."""
    made: dict[str, Any] = {}
    monkeypatch.setattr(
        attribution_result, "download", lambda label, make, name, key: made.update({label: make})
    )
    finish(button(app, "Explain").click().run())
    return made


def test_verdict_of_the_trial_stands_beside_every_map(
    explained: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    explained.multiselect(key="explain-method").set_value(["shap", "smoothgrad"]).run()
    app = finish(button(explained, "Explain").click().run())
    assert [found.value for found in app.warning] == [
        "**SmoothGrad**: not trusted in the app's trial: insertion over random order is not above "
        "0 for sure; deletion over random order is not above 0 for sure. " + OTHER_PRESET
    ]
    assert f"**SHAP (expected gradients)**: trusted in the app's trial. {OTHER_PRESET}" in captions(
        app
    )


def test_verdict_of_the_trial_goes_into_the_files(
    explained: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    notes: list[str] = []
    monkeypatch.setattr(
        attribution_result, "sheet_png", lambda pictures, title, note: notes.append(note) or b""
    )
    explained.multiselect(key="explain-method").set_value(["smoothgrad"]).run()
    files = files_of(explained, monkeypatch)
    trial = json.loads(files["Record (JSON)"]())["trial"]
    assert (trial["trusted"], trial["preset"]) == (False, "focus")
    assert trial["doubts"] == [OTHER_PRESET]
    files["Pictures (PNG)"]()
    assert notes[0].startswith("SmoothGrad (not trusted by the trial of focus), tumor network of")


def test_test_draws_curves_and_explains_nothing_twice(explained: AppTest) -> None:
    app = finish(button(explained, "Explain").click().run())
    first = next(iter(memory_of(app).all(EXPLANATIONS, current(app).id).values())).found
    app = finish(button(app, "Explain and test").click().run())
    assert len(app.get("plotly_chart")) == 2
    kept = next(iter(memory_of(app).all(EXPLANATIONS, current(app).id).values()))
    assert kept.found is first
    assert kept.curves.insertion_gain > 0.1


def test_methods_stand_side_by_side(explained: AppTest) -> None:
    explained.multiselect(key="explain-method").set_value(["shap", "gradcam", "occlusion"]).run()
    app = finish(button(explained, "Explain").click().run())
    assert len(app.dataframe[0].value) == 3
    assert "Each map has a scale of its own" in captions(app)


def test_liver_network_can_be_asked(explained: AppTest) -> None:
    explained.session_state["explain-asked"] = "liver"
    explained.run()
    app = finish(button(explained, "Explain").click().run())
    assert not app.exception
    assert "What to explain" not in [box.label for box in app.selectbox]
    assert len(app.dataframe[0].value) == 1


def test_one_lesion_can_be_explained(explained: AppTest) -> None:
    box = next(found for found in explained.selectbox if found.label == "What to explain")
    box.set_value(1).run()
    app = finish(button(explained, "Explain").click().run())
    wish = next(iter(memory_of(app).all(EXPLANATIONS, current(app).id)))
    assert wish.lesion == 1
    assert not app.exception


def test_explanations_survive_another_page(explained: AppTest) -> None:
    app = finish(button(explained, "Explain").click().run())
    app.switch_page("pages/about/page.py").run()
    app.switch_page(PAGE).run()
    assert len(app.dataframe) == 1


def test_process_that_fails_is_told_and_what_was_shown_stays(
    explained: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = finish(button(explained, "Explain").click().run())

    def fail(self: Worker, *_: Any, **__: Any) -> Any:
        raise HepatoScopeError("The process that explains has ended; try again.")

    monkeypatch.setattr(Worker, "ask", fail)
    app.multiselect(key="explain-method").set_value(["shap", "rise"]).run()
    app = finish(button(app, "Explain").click().run())
    assert "has ended" in app.error[0].value
    assert len(app.dataframe[0].value) == 1
    assert len(memory_of(app).all(EXPLANATIONS, current(app).id)) == 1


def test_trial_is_shown_with_its_verdicts(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "trials" / "small"
    folder.mkdir(parents=True)
    facts = {"data": "x", "split": None, "preset": "paper", "cases": [], "models": {}}
    verdicts.write_trial(folder, rows("shap") + rows("smoothgrad", insertion_gain=-0.2), facts)
    monkeypatch.setattr(verdicts, "TRIALS_DIR", folder.parent)
    app.switch_page(PAGE).run()
    look_at(app, "How far to trust it")
    assert not app.exception
    told = dict(app.dataframe[0].value[["Method", "Verdict"]].itertuples(index=False))
    assert told["SHAP (expected gradients)"] == "trusted"
    assert told["SmoothGrad"] == "not trusted"
    assert "insertion over random order" in captions(app)
    assert "60% of its attribution" in " ".join(text.value for text in app.markdown)
    assert len(app.get("plotly_chart")) == 2


def test_without_a_trial_the_command_is_told(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "TRIALS_DIR", tmp_path / "none")
    app.switch_page(PAGE).run()
    look_at(app, "How far to trust it")
    assert "python -m core faithfulness" in app.code[0].value
