"""SAM as an evaluation run: which slices, whose choice, and what is not claimed."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.cascade.segmentation import segment
from core.cli import main
from core.errors import BadDataset
from core.evaluation import compare_runs, read_run
from core.evaluation.sam import Mode, Plan, Source, chosen_slices, score_beside, score_sam
from core.foundation.sam.automatic import Settings
from core.foundation.sam.checkpoint import SHIPPED, open_folder
from core.foundation.sam.display import laid_down, upright
from core.foundation.sam.masks import MaskSet
from core.foundation.sam.model import Sam, load_sam
from core.foundation.sam.prompts import Prompt, draw_prompt, objects_of
from core.labels import organ_mask, tumor_mask
from core.presets import PAPER
from tests import scene
from tests.core.evaluation.drawn import labelled, truth
from tests.tiny_sam import save_tiny_sam

pytestmark = pytest.mark.slow
PLAN = Plan(slices=2, settings=Settings(side=4, rated=0, stability=0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_sam(tmp_path_factory.mktemp("sam") / "tiny-sam")


@pytest.fixture(scope="module")
def sam(folder: Path) -> Sam:
    return load_sam(open_folder(folder))


def test_slices_are_spread_over_those_with_tumor() -> None:
    there = np.flatnonzero(tumor_mask(truth()).any(axis=(0, 1)))
    chosen = chosen_slices(truth(), 3, "a")
    assert len(chosen) == 3
    assert set(chosen) <= set(there.tolist())
    assert chosen[0] < there[len(there) // 2] <= chosen[-1]
    assert chosen_slices(truth(), 99, "a") == tuple(there.tolist())


def test_case_without_tumor_is_scored_where_its_liver_is() -> None:
    healthy = scene.draw(tumor=False)[1]
    chosen = chosen_slices(healthy, 2, "a")
    assert all(organ_mask(healthy)[..., z].any() for z in chosen)
    with pytest.raises(BadDataset, match="truth of a marks no liver"):
        chosen_slices(np.zeros_like(healthy), 2, "a")


def test_scores_are_those_of_the_chosen_slices_alone(sam: Sam) -> None:
    organ, tumor = score_sam(labelled(truth()), sam, PLAN)
    assert organ.numbers == tumor.numbers == chosen_slices(truth(), 2, "case")
    for score, mask in ((organ, organ_mask(truth())), (tumor, tumor_mask(truth()))):
        areas = [np.count_nonzero(mask[..., z]) for z in organ.numbers or ()]
        assert [part.truth_voxels for part in score.slices] == areas
        assert score.lesions == ()
    assert organ.seconds > 0


class Perfect:
    """Stands for a SAM whose masks are the truth and some others, in the order of its rating."""

    def __init__(self, *masks: Any) -> None:
        self.masks = masks

    def __call__(self, *_: Any) -> MaskSet:
        logits = np.where(np.stack(self.masks), 9, -9).astype(np.float32)
        return MaskSet.of(logits, np.linspace(0.99, 0.9, len(logits)).astype(np.float32))


def test_best_mask_is_taken_for_each_target_and_lies_where_the_truth_lies(
    sam: Sam, monkeypatch: pytest.MonkeyPatch
) -> None:
    (z,) = chosen_slices(truth(), 1, "a")
    part = upright(truth()[..., z])
    perfect = Perfect(part == 0, tumor_mask(part), organ_mask(part))
    monkeypatch.setattr("core.evaluation.sam.find_masks", perfect)
    organ, tumor = score_sam(labelled(truth()), sam, Plan(slices=1))
    assert (organ.whole.dice, tumor.whole.dice) == (1, 1)
    assert (laid_down(part) == truth()[..., z]).all()


def test_empty_truth_is_met_with_no_mask(sam: Sam) -> None:
    _, tumor = score_sam(labelled(scene.draw(tumor=False)[1]), sam, PLAN)
    assert not tumor.whole.defined


def test_prompts_are_drawn_from_every_part_of_the_truth(
    sam: Sam, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Prompt] = []

    def note(sam: Sam, seen: Any, prompt: Prompt) -> MaskSet:
        asked.append(prompt)
        mask = np.zeros((1, seen.frame.rows, seen.frame.columns), np.float32)
        return MaskSet.of(mask, np.ones(1, np.float32))

    monkeypatch.setattr("core.evaluation.sam.answer", note)
    for mode in (Mode.POINTS, Mode.BOX):
        score_sam(labelled(truth()), sam, Plan(mode, slices=1, points=2))
    organ, tumor, organ_box, tumor_box = asked
    assert (len(organ.inside), len(tumor.inside), organ.box) == (2, 2, None)
    assert organ_box.box
    assert tumor_box.box
    assert not organ_box.inside
    assert organ_box.box[0] < tumor_box.box[0]
    asked.clear()
    score_sam(labelled(truth()), sam, Plan(Mode.POINTS, slices=1, points=2))
    assert asked == [organ, tumor], "the seed decides the points"


def test_prompts_of_our_networks_know_nothing_of_the_truth(
    sam: Sam, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Prompt] = []

    def note(sam: Sam, seen: Any, prompt: Prompt) -> MaskSet:
        asked.append(prompt)
        mask = np.ones((1, seen.frame.rows, seen.frame.columns), np.float32)
        return MaskSet.of(mask, np.ones(1, np.float32))

    monkeypatch.setattr("core.evaluation.sam.answer", note)
    plan = Plan(Mode.BOX, Source.NETWORKS, slices=1)
    networks = scene.fake_networks()
    scan = labelled(truth()).read()[0]
    (z,) = chosen_slices(truth(), 1, "case")
    called = upright(segment(scan, PAPER, networks=networks).labels[..., z])
    score_sam(labelled(truth()), sam, plan, PAPER, networks)
    boxes = [
        draw_prompt(part, np.random.default_rng(0), inside=0, box=True)
        for mask in (organ_mask(called), tumor_mask(called))
        for part in objects_of(mask)
    ]
    assert asked == boxes
    # Another truth of the same slices, the same prompts.
    asked.clear()
    other = np.where(tumor_mask(truth()), 2, 0).astype(np.uint8)
    score_sam(labelled(other), sam, plan, PAPER, networks)
    assert asked == boxes
    assert plan.preset.name == "SAM, box, ours"
    assert "the mask that our networks called" in plan.choice


def test_what_our_networks_do_not_call_sam_is_not_asked_about(sam: Sam) -> None:
    plan = Plan(Mode.BOX, Source.NETWORKS, slices=1)
    blind = replace(scene.fake_networks(), tumor=lambda images: np.zeros(images.shape[:3], "f4"))
    _, tumor = score_sam(labelled(truth()), sam, plan, PAPER, blind)
    assert tumor.whole.dice == 0


def test_our_networks_are_scored_on_the_same_slices(sam: Sam) -> None:
    ours = score_beside(labelled(truth()), PAPER, scene.fake_networks(), PLAN)
    theirs = score_sam(labelled(truth()), sam, PLAN)
    for one, other in zip(ours, theirs, strict=True):
        assert one.numbers == other.numbers
        assert one.whole.truth_voxels == other.whole.truth_voxels
    assert ours[0].whole.dice > 0.8


def test_command_writes_both_runs_which_compare(
    folder: Path, lits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.cascade.networks.load_networks", lambda *_: scene.fake_networks())
    run = tmp_path / "sam"
    asked = ["sam", "--data", str(lits), "--checkpoint", str(folder), "--out", str(run)]
    assert main([*asked, "--slices", "2", "--side", "4", "--preset", "paper"]) == 0
    facts = json.loads((run / "run.json").read_text())
    assert facts["preset"] == "SAM, automatic"
    assert facts["checkpoint"] == "tiny-sam"
    assert facts["models"] == {"sam": open_folder(folder).digest}
    assert "chosen with the truth (an oracle)" in facts["note"]
    assert facts["slices_scored"]["most_per_case"] == 2
    assert facts["automatic_masks"]["side"] == 4
    assert set(facts["libraries"]) == {"torch", "transformers"}
    sam, ours = read_run(run), read_run(tmp_path / "sam-paper")
    key = ["case", "target", "slice"]
    assert sam.slices[key].equals(ours.slices[key])
    assert set(sam.cases["surfaces_comparable"]) == {"only some slices scored"}
    found = compare_runs(sam, ours, "dice")
    assert found["organ"].difference.value > 0


def test_command_takes_the_shipped_sam_and_prompts_of_our_networks(
    lits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    networks = scene.fake_networks()
    monkeypatch.setattr("core.cascade.networks.load_networks", lambda *_: networks)
    run = tmp_path / "sam"
    asked = ["sam", "--data", str(lits), "--out", str(run), "--mode", "box", "--slices", "1"]
    asked += ["--prompts-from", "networks"]
    assert main(asked) == 1
    assert "name them with --preset" in capsys.readouterr().err
    assert not run.exists()
    assert main([*asked, "--preset", "paper"]) == 0
    facts = json.loads((run / "run.json").read_text())
    assert (facts["checkpoint"], facts["prompts_from"]) == (SHIPPED, "networks")
    assert facts["prompting_preset"] == "paper"
    assert set(facts["models"]) == {"sam", *networks.digests}
    assert set(facts["libraries"]) == {"openvino"}
    assert read_run(run).cases["dice"].notna().any()


def test_command_says_that_a_checkpoint_is_not_here(
    lits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["sam", "--data", str(lits), "--out", str(tmp_path / "run"), "--checkpoint"]
    assert main([*asked, str(lits)]) == 1
    assert "has no config.json" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
