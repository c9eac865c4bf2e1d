"""The figures shipped in weights/evaluations come out again when the code runs again."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.cascade.networks import load_networks
from core.evaluation import Run, evaluate, read_run
from core.foundation.sam.checkpoint import SHIPPED_FOLDER, open_folder
from core.io.datasets import find_cases
from core.io.patients import patient_of
from core.models.store import WEIGHTS_DIR, model_dir, preset_digests, read_card
from core.phantom import write_phantoms
from core.presets import BEST, PAPER, PRESETS, preset_named
from core.training.lesson import Plan

SHIPPED = [
    f"{preset}-{data}"
    for preset in ("paper", "focus", "ensemble")
    for data in ("lits-a-test", "phantoms")
]
ROOT = WEIGHTS_DIR.parent
RUNS = WEIGHTS_DIR / "evaluations"
README, RESULTS = ROOT / "README.md", ROOT / "docs" / "results.md"
PHANTOM_SEED = 0


def shipped(run: str) -> Run:
    return read_run(RUNS / run)


def dice_by_case(table: pd.DataFrame) -> pd.Series:
    return table.set_index(["case", "target"])["dice"].sort_index()


@pytest.mark.parametrize("run", SHIPPED)
def test_shipped_run_was_made_by_the_shipped_weights(run: str) -> None:
    record = shipped(run).facts
    assert record["models"] == preset_digests(preset_named(record["preset"]))


@pytest.mark.real_data
@pytest.mark.skipif("HEPATOSCOPE_DATA" not in os.environ, reason="HEPATOSCOPE_DATA is not set")
@pytest.mark.parametrize("preset", PRESETS)
def test_held_out_patients_score_what_the_shipped_run_says(preset: str) -> None:
    cases = find_cases(Path(os.environ["HEPATOSCOPE_DATA"]) / "slices" / "lits-a", "test")
    settings = preset_named(preset)
    # All patients take minutes: of the presets that nobody gets unasked, two are enough.
    cases = cases if settings is BEST else cases[:2]
    scores, failures = evaluate(cases, settings, load_networks(settings))
    assert not failures
    again = pd.Series({(score.case, score.target): score.whole.dice for score in scores})
    told = dice_by_case(shipped(f"{preset}-lits-a-test").cases)
    np.testing.assert_allclose(again.sort_index(), told[again.sort_index().index], atol=0.005)


@pytest.mark.real_data
@pytest.mark.skipif("HEPATOSCOPE_DATA" not in os.environ, reason="HEPATOSCOPE_DATA is not set")
def test_no_test_patient_was_trained_on() -> None:
    cases = find_cases(Path(os.environ["HEPATOSCOPE_DATA"]) / "slices" / "lits-a", "test")
    networks = {home for preset in PRESETS.values() for home in preset.homes.values()}
    for home in networks:
        data = read_card(model_dir(*home))["data"]
        seen = {*data["training"]["patients"], *data["validation"]["patients"]}
        assert not seen & {patient_of(case) for case in cases}


@pytest.mark.slow
def test_phantoms_score_what_the_shipped_run_says(tmp_path: Path) -> None:
    write_phantoms(tmp_path, 1, seed=PHANTOM_SEED)
    scores, _ = evaluate(find_cases(tmp_path), PAPER, load_networks(PAPER))
    table = shipped("paper-phantoms").cases
    first = dice_by_case(table[table["case"] == "volume-0"])
    for score in scores:
        assert score.whole.dice == pytest.approx(first["volume-0", score.target], abs=0.005)


@pytest.mark.parametrize("run", SHIPPED)
def test_papers_show_the_figures_of_the_shipped_run(run: str) -> None:
    papers = [RESULTS, README] if run.endswith("lits-a-test") else [RESULTS]
    record = shipped(run).facts
    for target in ("organ", "tumor"):
        per_case = record["summary"][target]["per_case"]
        row = f"{per_case['mean_dice']:.3f} | {per_case['global_dice']:.3f}"
        for paper in papers:
            assert row in paper.read_text(), f"{paper.name}, {run} {target}: {row}"


def test_results_tell_the_figures_of_the_atlas_as_they_are() -> None:
    told = " ".join(RESULTS.read_text().split())
    atlas = json.loads((ROOT / "weights" / "atlas" / "lits" / "atlas.json").read_text())
    found = {(row["score"], row["population"]): row["auroc"] for row in atlas["anomaly"]}
    comparison = json.loads((ROOT / "weights" / "autoencoder" / "comparison.json").read_text())
    probes = {row["name"]: row["test"]["probe_auroc"] for row in comparison["rows"]}
    for area in (
        found["reconstruction_error", "inner"],
        found["reconstruction_error", "all"],
        found["neighbour_distance", "all"],
        probes["autoencoder, averaged, 64 numbers"],
        probes["liver network, stage 4"],
    ):
        interval = f"({area['low']:.2f}–{area['high']:.2f})"
        assert interval in told or interval[1:-1] in told
        assert f"{area['value']:.2f}" in told


def test_results_tell_the_trial_of_explanations_as_it_is() -> None:
    told = " ".join(RESULTS.read_text().split())
    record = json.loads(
        (ROOT / "weights" / "explanations" / "focus-lits-a-held-out" / "trial.json").read_text()
    )
    assert f"{record['sections']} sections of {record['lesions']} true lesions" in told
    for method in record["methods"]:
        figures = method["figures"]
        ranges = [
            f"{one['value']:.2f} ({one['low']:.2f}–{one['high']:.2f})"
            for one in (figures["insertion_gain"], figures["deletion_gain"])
        ]
        row = (
            f"{' | '.join(ranges)} | {figures['random_likeness']['value']:.2f} | "
            f"{figures['tumor']['value']:.0%} | {'yes' if method['trusted'] else 'no'} |"
        )
        assert row.replace("%", " %") in told, f"{method['title']}: {row}"


def test_results_tell_what_networks_say_of_patients_they_never_saw() -> None:
    told = " ".join(RESULTS.read_text().split())
    tumor = shipped("ensemble-out-of-fold").facts["summary"]["tumor"]
    per_case, touched = tumor["per_case"], tumor["lesions"]["touched"]
    low, high = tumor["intervals"]["mean_dice"]
    assert f"tumor {per_case['mean_dice']:.3f} per case over the {per_case['scored']}" in told
    assert f"({low:.2f} to {high:.2f}) and {per_case['global_dice']:.3f} pooled" in told
    assert f"{touched['found']} of {touched['truth']} lesions are touched" in told
    invented = touched["predicted"] - touched["true"]
    assert f"{invented} of the {touched['predicted']} called are not there" in told


SAM_RUNS = ("automatic", "points", "box", "points-ours", "box-ours")


@pytest.mark.parametrize("mode", SAM_RUNS)
def test_results_tell_what_sam_came_to(mode: str) -> None:
    record = shipped(f"sam-{mode}-lits-a-test").facts
    digests = {name: digest for name, digest in record["models"].items() if name == "sam"}
    assert digests == {"sam": open_folder(SHIPPED_FOLDER).digest}
    told = RESULTS.read_text()
    dice = [record["summary"][target]["per_case"]["mean_dice"] for target in ("organ", "tumor")]
    assert f"| {dice[0]:.3f} | {dice[1]:.3f} |" in told


def test_results_tell_how_far_the_simulated_reader_came() -> None:
    record = json.loads((RUNS / "reader-lits-a-test" / "courses.json").read_text())
    told, tumors = RESULTS.read_text(), [one for one in record["cases"] if one["true_voxels"]]
    assert record["preset"] == BEST.name
    for count in range(11):
        plain, sam = (np.mean([one[way][count] for one in tumors]) for way in ("plain", "sam"))
        assert f"| {count} | {plain:.3f} | {sam:.3f} |" in told
    first, third = (np.mean([one["sam"][count] for one in tumors]) for count in (1, 3))
    assert f"of `ensemble` to {first:.2f}, three to {third:.2f}" in README.read_text()
    # Nobody goes further from the truth than a step before.
    for one in tumors:
        assert (np.diff(one["plain"]) >= 0).all()
        assert (np.diff(one["sam"]) >= 0).all()


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_results_tell_what_was_taught(seed: int) -> None:
    path = RUNS / "teaching-lits-a-train" / f"lesson-{seed}.json"
    record, told = json.loads(path.read_text()), RESULTS.read_text()
    assert record["plan"]["share"] == Plan().share
    for group in record["groups"]:
        before, after = group["before"], group["after"]
        assert (
            f"| {seed} | {group['name']} | {len(group['cases'])} | {before['tumor_dice']:.3f} | "
            f"{after['tumor_dice']:.3f} | "
        ) in told
