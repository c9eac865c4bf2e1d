"""The views of curves: thresholds, calibration, training, claims, and a case of one's own."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
import streamlit as st
from numpy.typing import NDArray
from streamlit.testing.v1 import AppTest

from core.cascade.segmentation import relabel, segment
from core.evaluation import evaluate, read_run, write_run
from core.evaluation.curves import level_counts, threshold_curves
from core.metrics.claims import check_claim
from core.models import store
from core.models.store import calibration_of
from core.presets import PAPER
from core.quality import check
from core.study import Study
from core.volume import Volume
from pages.common.memory import MAX_CASES
from pages.common.session import CURRENT
from pages.common.truth import TRUTHS
from pages.metrics.own_case import SCORED
from pages.metrics.runs import UPLOADED
from tests import scene
from tests.core.evaluation.drawn import labelled, truth
from tests.core.evaluation.leaked import leaky_weights
from tests.pages.conftest import CARD, current, memory_of
from tests.pages.files import MIME, Upload

Open = Callable[[str], AppTest]


def script(view: str, folders: list[str]) -> None:
    from importlib import import_module
    from pathlib import Path

    from core.evaluation import read_run

    module = import_module(f"pages.metrics.{view}")
    getattr(module, f"{view}_view")([read_run(Path(folder)) for folder in folders])


def view(name: str, *folders: Path) -> AppTest:
    names = [str(folder) for folder in folders]
    return AppTest.from_function(script, default_timeout=60, args=(name, names)).run()


def text(app: AppTest) -> str:
    parts = (*app.markdown, *app.caption, *app.info, *app.warning)
    return "\n".join(str(part.value) for part in parts)


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def charts(app: AppTest) -> int:
    return len(app.get("plotly_chart"))


def choose(app: AppTest, label: str, option: str) -> AppTest:
    control = next(each for each in app.button_group if each.label == label)
    return control.set_value(option).run()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shifted = np.roll(truth(), 2, axis=0)
    cases = [labelled(truth(), "a"), labelled(shifted, "b"), labelled(np.minimum(truth(), 1), "c")]
    networks = scene.fake_networks()
    folder = tmp_path_factory.mktemp("runs") / "drawn"
    write_run(
        folder, evaluate(cases, PAPER, networks)[0], [], PAPER, networks.digests, "drawn", None
    )
    return folder


@pytest.fixture(autouse=True)
def _no_cache() -> None:
    st.cache_data.clear()


def test_moved_threshold_shows_its_figures_and_the_change(run: Path) -> None:
    app = view("thresholds", run)
    assert not app.exception
    before = metrics(app)
    moved = app.slider[0].set_value(0.8).run()
    curve = threshold_curves(level_counts(read_run(run), "organ"), "cases")
    assert metrics(moved)["Dice at 0.80"] == f"{curve.at(0.8)['dice']:.3f}"
    change = curve.at(0.8)["dice"] - curve.at(0.5)["dice"]
    assert moved.metric[0].delta == f"{change:+.3f}"
    assert list(before) == ["Dice at 0.50", "Precision at 0.50", "Recall at 0.50"]
    assert "fitted to them" in text(moved), "three cases are few"


def test_tumors_have_lesion_curves_as_well(run: Path) -> None:
    app = view("thresholds", run)
    assert charts(app) == 1
    tumors = choose(app, "What", "tumor")
    assert not tumors.exception
    assert charts(tumors) == 3
    assert not choose(tumors, "A lesion is found where it is", "matched").exception


def test_several_runs_stand_in_a_table(run: Path) -> None:
    app = choose(view("thresholds", run, run), "Average", "global")
    assert not app.exception
    assert len(app.dataframe[0].value) == 2


def test_calibration_counts_with_and_without_probability_0(run: Path) -> None:
    app = choose(view("calibration", run), "What", "tumor")
    assert not app.exception
    without = app.dataframe[0].value.iloc[0]
    everything = choose(app, "Count", "all").dataframe[0].value.iloc[0]
    assert everything["Of all voxels (%)"] == 100
    assert without["Voxels counted"] < everything["Voxels counted"]
    ece = "Expected calibration error"
    assert without[ece] > everything[ece], "background hides it"


def test_few_cases_are_said_to_prove_nothing(run: Path) -> None:
    app = view("calibration", run)
    assert "far too few" in text(app)
    assert charts(app) == 4


def test_the_judge_of_lesions_is_shown_with_what_it_is_worth(run: Path) -> None:
    facts = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**facts, "preset": "ensemble"}))
    app = choose(view("calibration", run), "What", "tumor")
    known = calibration_of("ensemble")
    assert not app.exception
    assert "Is a lesion of ensemble real?" in [each.value for each in app.subheader]
    assert f"{known['false_a_scan']:.2f}" in [each.value for each in app.metric]
    told = next(each.value for each in app.dataframe if "Chance told" in each.value)
    assert told["Pieces"].sum() == known["pieces"]


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "weights"
    folder = place / "paper" / "liver"
    folder.mkdir(parents=True)
    (folder / "history-1.csv").write_text("epoch,loss,val_loss,dice_coefficient\n0,0.9,0.8,0.3\n")
    (folder / "history.csv").write_text("epoch,loss,val_loss,dice_coefficient\n0,0.5,0.4,0.7\n")
    (folder / store.CARD_NAME).write_text(json.dumps(CARD))
    monkeypatch.setattr(store, "WEIGHTS_DIR", place)
    return place


def test_training_is_drawn_with_its_card(run: Path, weights: Path) -> None:
    app = view("training", run)
    assert not app.exception
    assert charts(app) == 2
    assert app.selectbox[0].value == "paper/liver"
    assert "paper/liver: U-Net, small" in [each.label for each in app.expander]


def test_a_training_that_goes_on_is_drawn_so_far(run: Path, weights: Path) -> None:
    (weights / "paper" / "liver" / store.CARD_NAME).unlink()
    app = view("training", run)
    assert not app.exception
    assert charts(app) == 2
    assert "it goes on, and so do the charts" in text(app)


def test_networks_of_folds_show_their_losses(run: Path, weights: Path) -> None:
    folder = weights / "ensemble" / "tumor-1"
    folder.mkdir(parents=True)
    (folder / "losses.csv").write_text("cycle,slices,loss\n1,6400,1.5\n2,12800,0.9\n")
    app = view("training", run)
    app.selectbox[0].set_value("ensemble/tumor-1").run()
    assert not app.exception
    assert charts(app) == 1


def test_without_leakage_trainings_one_line_says_how_to_make_them(run: Path, weights: Path) -> None:
    app = view("training", run)
    assert "--split slice" in text(app)
    assert "nearly copies" not in text(app)


def test_leakage_sets_what_was_promised_beside_what_was_given(run: Path, weights: Path) -> None:
    given = read_run(run).facts["summary"]["organ"]["per_case"]["global_dice"]
    leaky_weights(weights, run)
    app = view("training", run)
    assert not app.exception
    assert charts(app) == 3
    table = app.table[0].value
    pooled = table.loc["Liver"].loc["Pixels pooled"]
    assert list(pooled["Slices at random"])[:2] == ["0.970", f"{given:.3f}"]
    assert pooled["Patients held out", "Own validation"] == "0.870"
    assert "nearly copies of each other" in text(app)
    assert "Not here yet: tumor, slices at random" in text(app)


def test_leakage_says_in_words_what_was_promised_too_much(run: Path, weights: Path) -> None:
    leaky_weights(weights, run, ("liver", "tumor"))
    given = read_run(run).facts["summary"]["tumor"]["per_case"]["mean_dice"]
    app = choose(view("training", run), "Average of the Dice", "per_patient")
    gap = 0.95 - round(given, 2)
    words = f"{abs(gap):.2f} too {'much' if gap > 0 else 'little'}"
    assert f"promises **0.95**, and patients it never met give **{given:.2f}**: {words}" in text(
        app
    )
    assert words in set(app.table[0].value.loc["Tumors"].loc["Each patient"])


def test_leakage_says_that_less_was_left_to_learn_from(run: Path, weights: Path) -> None:
    leaky_weights(weights, None, ("liver", "tumor"))
    app = view("training", run)
    assert not app.exception
    assert "(c) have 10 of the 20 slices with tumor, which leaves 10" in text(app)
    assert "slices drawn at random leave 16" in text(app)
    assert text(app).count("patients it never met are not scored yet") == 4
    counts = app.dataframe[-1].value
    assert counts["of them also trained on"].tolist() == [2, 0, 2, 0]


def test_test_patient_who_was_trained_on_is_called_out(run: Path, weights: Path) -> None:
    leaky_weights(weights, run)
    path = weights / "leakage" / "patient" / "liver" / "card.json"
    path.write_text(path.read_text().replace('["c"]', '["c", "drawn/a"]'))
    app = view("training", run)
    assert "split by patient met drawn/a before" in app.warning[0].value


def test_card_of_a_leaking_split_says_who_was_on_both_sides(run: Path, weights: Path) -> None:
    leaky_weights(weights, None)
    app = view("training", run)
    app.selectbox[0].set_value("leakage/slice/liver").run()
    assert not app.exception
    assert "2 patients, 2 of them also trained on: a, b" in text(app)


def test_damaged_history_is_told_and_the_rest_stays(run: Path, weights: Path) -> None:
    (weights / "paper" / "liver" / "history-1.csv").write_text("")
    app = view("training", run)
    assert not app.exception
    assert "liver/history-1.csv is damaged" in app.error[0].value.replace("\\", "")
    assert "two splits" in app.subheader[0].value


def claim(app: AppTest, **figures: float | None) -> AppTest:
    for field, value in figures.items():
        app.number_input(key=f"metrics-claim-{field}").set_value(value)
    return app.run()


def test_claims_begin_with_the_publication_and_need_no_run() -> None:
    app = view("claims")
    assert not app.exception
    for finding in check_claim(0.94, 0.92):
        assert finding.reason.split(":")[0] in text(app)
    assert text(app).count(":material/cancel:") == 1
    assert text(app).count(":material/check_circle:") == 1


def test_button_fills_in_the_tumor_claim_of_the_publication() -> None:
    app = claim(view("claims"), accuracy=0.99)
    filled = app.button(key="metrics-claim-of-tumor").click().run()
    assert [field.value for field in filled.number_input] == [0.83, 0.81, None, None]
    assert "0.81 cannot belong to it" in text(filled)


def test_claim_out_of_range_is_told_in_a_sentence() -> None:
    app = claim(view("claims"), dice=94.0)
    assert not app.exception
    assert "94.0 is not between 0 and 1" in app.error[0].value
    assert "Type a Dice" in text(claim(app, dice=None))


def test_foreground_share_says_what_finding_nothing_scores() -> None:
    app = claim(view("claims"), dice=0.83, iou=None, foreground_share=0.002)
    assert "finds nothing at all has an accuracy of 0.998" in text(app)


@pytest.fixture
def segmented_case(scan: Volume) -> Study:
    found = segment(scan, PAPER, networks=scene.fake_networks())
    return Study(scan, check(scan), found)


@pytest.fixture
def own(segmented_case: Study) -> AppTest:
    """The view of one's own case, with the scene segmented."""
    app = AppTest.from_function(script, default_timeout=60, args=("own_case", []))
    keep(app, segmented_case)
    return app.run()


def keep(app: AppTest, case: Study) -> None:
    memory_of(app).open(case)
    memory_of(app).put(CURRENT, case.id)


def truth_file(labels: NDArray[Any], name: str = "truth.nii.gz") -> Upload:
    image = nib.Nifti1Image(labels, scene.affine_of())
    image.header.set_xyzt_units("mm")
    return name, gzip.compress(image.to_bytes(), 1), MIME


def upload(app: AppTest, file: Upload) -> AppTest:
    return app.file_uploader[0].set_value(file).run()


def test_truth_gives_scores_lesions_and_the_worst_slice(own: AppTest) -> None:
    assert not own.exception
    scored = upload(own, truth_file(truth()))
    assert not scored.exception
    assert float(metrics(scored)["Liver: Dice"]) > 0.9
    assert float(metrics(scored)["Tumors: Dice"]) > 0.7
    assert len(scored.get("image")) + len(scored.get("imgs")) == 1
    assert scored.dataframe[-1].value["Lesion of"].tolist() == ["the truth", "the segmentation"]


def test_moved_threshold_of_the_case_scores_it_anew(own: AppTest, segmented_case: Study) -> None:
    scored = upload(own, truth_file(truth()))
    before = metrics(scored)
    assert segmented_case.segmentation is not None
    moved = relabel(segmented_case.volume, segmented_case.segmentation, 0.95, 0.5)
    keep(scored, Study(segmented_case.volume, segmented_case.quality, moved))
    after = metrics(scored.run())
    assert after != before
    assert "thresholds 0.95 and 0.5" in text(scored)


def test_scores_outlive_a_refused_upload(own: AppTest) -> None:
    scored = upload(own, truth_file(truth()))
    before = metrics(scored)
    bad = upload(scored, truth_file(truth() * np.uint8(3), "other.nii.gz"))
    assert not bad.exception
    assert "“other.nii.gz” holds 3, 6 where only" in bad.error[0].value
    assert metrics(bad) == before
    assert not bad.run().error, "said once"


def test_truth_of_another_case_is_told(own: AppTest) -> None:
    app = upload(own, truth_file(np.roll(truth(), 36, axis=0)))
    assert "of another case" in app.error[0].value
    assert not app.metric


def test_truth_with_a_slice_more_is_laid_on_the_scan_and_said(own: AppTest) -> None:
    longer = np.pad(truth(), ((0, 0), (0, 0), (0, 1)))
    scored = upload(own, truth_file(longer))
    assert "beyond the scan left out" in scored.info[0].value
    assert float(metrics(scored)["Liver: Dice"]) > 0.9


def test_truth_that_hardly_fits_is_doubted(own: AppTest) -> None:
    app = upload(own, truth_file(np.roll(truth(), 15, axis=0)))
    assert "unless the segmentation failed" in text(app)


def test_liver_mask_scores_the_liver_alone(own: AppTest) -> None:
    scored = upload(own, truth_file(np.minimum(truth(), 1)))
    assert "all tumor found counts as false" in text(scored)
    liver_only = scored.radio(key="metrics-own-kind").set_value(False).run()
    assert not liver_only.exception
    assert "Tumors: Dice" not in metrics(liver_only)
    assert "Liver: Dice" in metrics(liver_only)


def test_own_run_can_be_taken_home_and_opened_among_the_others(own: AppTest) -> None:
    scored = upload(own, truth_file(truth()))
    kept = next(iter(memory_of(scored).all(SCORED, current(scored).id).values()))
    names = zipfile.ZipFile(io.BytesIO(kept.archive)).namelist()
    assert {Path(name).name for name in names} > {"run.json", "cases.parquet"}
    opened = scored.button(key="metrics-own-open").click().run()
    assert not opened.exception
    assert list(memory_of(opened).all(UPLOADED)) == ["own-case-scene (yours)"]


def test_scores_go_when_their_case_goes(own: AppTest, segmented_case: Study) -> None:
    scored = upload(own, truth_file(truth()))
    for number in range(1, MAX_CASES + 1):
        volume = replace(segmented_case.volume, source="other.nii", digest=str(number) * 64)
        other = replace(segmented_case, volume=volume)
        keep(scored, other)
    again = upload(scored.run(), truth_file(truth()))
    of_cases = {key[:2] for key in memory_of(again).kept if key[1]}
    assert of_cases >= {(slot.name, other.id) for slot in (TRUTHS, SCORED)}
    assert {case for _, case in of_cases} == {other.id}


def test_without_a_case_the_page_says_what_to_do(app: AppTest) -> None:
    app.session_state["metrics-view"] = "My own case"
    metrics_page = app.switch_page("pages/metrics/page.py").run()
    assert not metrics_page.exception
    assert "No scan is open" in text(metrics_page)
    assert not metrics_page.metric
