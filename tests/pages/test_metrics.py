"""The Metrics page: runs chosen and brought, figures that follow the switches, records."""

import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.evaluation import read_run
from core.evaluation.averages import EmptyRule, Unit
from pages.metrics.distributions import PICKED
from pages.metrics.overview import to_csv
from pages.metrics.runs import MAX_UPLOADED, UPLOADED
from tests import scene
from tests.pages.conftest import button, finish, memory_of
from tests.pages.runs import make_run, zipped

MIME = "application/zip"
PAGE = "pages/metrics/page.py"


@pytest.fixture(scope="session")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs: one that sees tumors and one that does not."""
    folder = tmp_path_factory.mktemp("runs")
    make_run(folder / "seeing", cases=("a", "b", "c"))
    make_run(folder / "blind", cases=("a", "b", "c"), sees_tumors=False)
    return folder


@pytest.fixture
def evaluations(weights: Path, two_runs: Path) -> Path:
    """They come with the program."""
    return Path(shutil.copytree(two_runs, weights / "evaluations"))


@pytest.fixture
def visit(new_visitor: Callable[[], AppTest]) -> Callable[[], AppTest]:
    def opened() -> AppTest:
        st.cache_data.clear()
        return new_visitor().switch_page(PAGE).run()

    return opened


@pytest.fixture
def page(evaluations: Path, visit: Callable[[], AppTest]) -> AppTest:
    """The page with the run that sees tumors as the main one."""
    shown = visit()
    assert not shown.exception
    return choose(shown, "metrics-main-run", "seeing")


def choose(page: AppTest, key: str, value: Any) -> AppTest:
    chosen = page.selectbox(key=key).set_value(value).run()
    assert not chosen.exception, chosen.exception
    return chosen


def look_at(page: AppTest, view: str) -> AppTest:
    page.session_state["metrics-view"] = view
    shown = page.run()
    assert not shown.exception, shown.exception
    return shown


def cards(page: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def text_of(page: AppTest) -> str:
    return "\n".join(part.value for part in (*page.markdown, *page.caption))


def send(page: AppTest, *file: Any) -> AppTest:
    shown = page.file_uploader[0].set_value(tuple(file)).run()
    assert not shown.exception, shown.exception
    return shown


def test_page_without_runs_says_how_to_make_one(visit: Callable[[], AppTest]) -> None:
    page = visit()
    assert not page.exception
    assert "No evaluation run" in page.subheader[0].value
    assert "python -m core evaluate" in page.code[0].value
    assert len(page.file_uploader) == 1


def test_page_begins_with_the_best_preset_on_patients_held_out(
    evaluations: Path, visit: Callable[[], AppTest]
) -> None:
    for name in ("leakage-slice-lits-a-test", "paper-lits-a-test", "focus-lits-a-test"):
        shutil.copytree(evaluations / "blind", evaluations / name)
    assert visit().selectbox(key="metrics-main-run").value == "focus-lits-a-test"
    shutil.rmtree(evaluations / "focus-lits-a-test")
    page = visit().selectbox(key="metrics-main-run")
    assert page.value == "paper-lits-a-test"
    assert page.options[-1] == "leakage-slice-lits-a-test"


def test_page_never_begins_with_a_leaking_run(
    evaluations: Path, visit: Callable[[], AppTest]
) -> None:
    (evaluations / "blind").rename(evaluations / "leakage-patient-lits-a-test")
    assert visit().selectbox(key="metrics-main-run").value == "seeing"


def test_headline_is_what_the_file_says(page: AppTest, evaluations: Path) -> None:
    summary = read_run(evaluations / "seeing").facts["summary"]
    assert cards(page) == {
        f"{name}: {label}": f"{summary[target]['per_case'][score]:.3f}"
        for target, name in (("organ", "Liver"), ("tumor", "Tumors"))
        for score, label in (("mean_dice", "Dice"), ("mean_iou", "IoU"))
    }


def test_averaging_and_empty_rule_recompute_the_headline(page: AppTest, evaluations: Path) -> None:
    summary = read_run(evaluations / "seeing").facts["summary"]["tumor"]
    page.session_state["metrics-unit"] = Unit.GLOBAL
    assert cards(page.run())["Tumors: Dice"] == f"{summary['per_case']['global_dice']:.3f}"
    page.session_state["metrics-unit"] = Unit.SLICE
    left_out = cards(page.run())["Tumors: Dice"]
    assert left_out == f"{summary['per_slice']['mean_dice']:.3f}"
    with_truth = cards(choose(page, "metrics-empty-rule", EmptyRule.WITH_TRUTH))["Tumors: Dice"]
    assert with_truth == f"{summary['per_slice_with_truth']['mean_dice']:.3f}"
    as_zero = cards(choose(page, "metrics-empty-rule", EmptyRule.ZERO))["Tumors: Dice"]
    assert float(as_zero) < float(left_out)


def test_every_lesion_score_has_its_interval(page: AppTest) -> None:
    lesions = next(frame.value for frame in page.dataframe if "Found means" in frame.value)
    for score in ("Recall", "Precision", "F1"):
        assert lesions[score].str.fullmatch(r"[\d.]+ \([\d.]+–[\d.]+\)").all()


def test_publication_stands_beside_ours_with_its_contradiction(page: AppTest) -> None:
    table = next(frame.value for frame in page.dataframe if "Figure" in frame.value)
    assert set(table["Dice"]) >= {0.94, 0.83}
    assert text_of(page).count("cannot belong to it") == 2
    assert "**at random**" in text_of(page)


def test_other_runs_are_compared_case_by_case(page: AppTest) -> None:
    shown = page.multiselect(key="metrics-other-runs").set_value(["blind"]).run()
    assert not shown.exception
    table = next(frame.value for frame in shown.dataframe if "Compared with" in frame.value)
    tumors = table[table["Target"] == "Tumors"].iloc[0]
    gain = next(name for name in table.columns if name.startswith("Dice of seeing"))
    assert tumors[gain].startswith("+1.000")


def test_choices_survive_another_page(page: AppTest) -> None:
    choose(page, "metrics-empty-rule", EmptyRule.ONE)
    look_at(page, "Cases and slices")
    back = page.switch_page("pages/about/page.py").run().switch_page(PAGE).run()
    assert not back.exception
    assert back.session_state["metrics-view"] == "Cases and slices"
    assert back.selectbox(key="metrics-main-run").value == "seeing"
    assert back.selectbox(key="metrics-empty-rule").value == EmptyRule.ONE


def test_run_that_is_brought_is_shown_beside_the_former_one(page: AppTest, tmp_path: Path) -> None:
    mine = make_run(tmp_path / "mine", cases=("a", "b"))
    shown = send(page, "mine.zip", zipped(mine, "mine/"), MIME)
    assert not shown.error
    assert shown.selectbox(key="metrics-main-run").value == "mine (yours)"
    assert shown.multiselect(key="metrics-other-runs").value == ["seeing"]


@pytest.mark.parametrize("content", [b"no zip at all", b"PK\x05\x06" + bytes(18)])
def test_damaged_zip_gets_one_sentence_and_the_runs_stay(page: AppTest, content: bytes) -> None:
    before = cards(page)
    told = send(page, "broken *run*.zip", content, MIME)
    (error,) = told.error
    assert "broken *run*.zip" in error.value.replace("\\", "")
    assert ". " not in error.value.rstrip(".")
    assert cards(told) == before
    assert not told.run().error


def test_only_so_many_runs_are_kept(page: AppTest, tmp_path: Path) -> None:
    content = zipped(make_run(tmp_path / "mine", cases=("a",)))
    for number in range(MAX_UPLOADED + 1):
        page = send(page, f"run-{number}.zip", content, MIME)
    assert list(memory_of(page).all(UPLOADED)) == [
        f"run-{number} (yours)" for number in range(1, MAX_UPLOADED + 1)
    ]


def test_brought_run_is_seen_by_nobody_else(
    page: AppTest, visit: Callable[[], AppTest], tmp_path: Path
) -> None:
    send(page, "mine.zip", zipped(make_run(tmp_path / "mine", cases=("a",))), MIME)
    assert visit().selectbox(key="metrics-main-run").options == ["blind", "seeing"]


def test_damaged_run_in_the_folder_is_told_and_the_others_stay(
    evaluations: Path, visit: Callable[[], AppTest]
) -> None:
    (evaluations / "another").mkdir()
    (evaluations / "another" / "run.json").write_text("{")
    page = visit()
    assert not page.error
    assert page.selectbox(key="metrics-main-run").value == "blind"
    told = page.multiselect(key="metrics-other-runs").set_value(["another", "seeing"]).run()
    assert [error.value for error in told.error] == [
        "“another/run.json” is damaged; copy the run again."
    ]
    assert set(told.dataframe[0].value["Run"]) == {"blind", "seeing"}
    only = choose(visit(), "metrics-main-run", "another")
    assert len(only.error) == 1


def test_table_of_all_figures_can_be_taken_home(evaluations: Path) -> None:
    run = read_run(evaluations / "seeing")
    table = pd.read_csv(BytesIO(to_csv([run], [])))
    assert set(table["averaging"]) == {"case", "slice", "global", "lesion"}
    dice = table[(table["score"] == "dice") & (table["averaging"] == "global")]
    written = run.facts["summary"]["tumor"]["per_case"]["global_dice"]
    assert dice[dice["target"] == "tumor"]["value"].item() == pytest.approx(written)


@pytest.mark.parametrize("points", [Unit.CASE, Unit.SLICE])
def test_worst_come_first_and_open_their_record(page: AppTest, points: Unit) -> None:
    page.session_state["metrics-points"] = points
    shown = look_at(page, "Cases and slices")
    assert "Worst" in " ".join(part.value for part in shown.subheader)
    opened = next(found for found in shown.button if found.key == "metrics-open-0").click().run()
    assert not opened.exception, opened.exception
    assert any("patient drawn/b" in part.value for part in opened.markdown)
    assert {"Dice", "IoU", "Precision", "Recall"} <= set(cards(opened))
    assert any("HEPATOSCOPE_DATA" in info.value.replace("\\", "") for info in opened.info)


def test_picked_point_opens_the_record_of_its_row(page: AppTest) -> None:
    look_at(page, "Cases and slices")
    memory_of(page).put(PICKED, (0, 0))
    shown = page.run()
    assert any("patient drawn/a" in part.value for part in shown.markdown)
    assert not any("patient drawn" in part.value for part in page.run().markdown)


def test_score_that_is_not_known_of_slices_falls_back_to_dice(page: AppTest) -> None:
    page.session_state["metrics-score"] = "hd95_mm"
    assert look_at(page, "Cases and slices").selectbox(key="metrics-score").value == "hd95_mm"
    page.session_state["metrics-points"] = Unit.SLICE
    assert page.run().selectbox(key="metrics-score").value == "dice"


def test_images_at_hand_are_drawn_with_their_errors(
    new_visitor: Callable[[], AppTest], weights: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    scene.lits_folder(tmp_path / "slices" / "drawn")
    monkeypatch.setenv("HEPATOSCOPE_DATA", str(tmp_path))
    monkeypatch.setattr(
        "core.evaluation.images.preset_digests",
        lambda preset: {"liver": "a" * 64, "tumor": "b" * 64},
    )
    make_run(weights / "evaluations" / "seeing", cases=("volume-0",))
    st.cache_data.clear()
    page = look_at(new_visitor().switch_page(PAGE).run(), "Cases and slices")
    shown = finish(button(page, "Open").click().run())
    assert not shown.exception, shown.exception
    assert len(shown.get("image")) == 3
    assert any("missed" in part.value for part in shown.get("html"))
    with_pictures = finish(shown.toggle(key="metrics-thumbnails-on").set_value(True).run())
    assert len(with_pictures.get("image")) == 1
