"""Teach the tumor network by cases that readers put right, and tell whether it may be used.

A few cases make a network forget the many that it learned from (catastrophic forgetting), so they
are mixed with others that it must keep to: rehearsal (Robins, Connection Science 7, 1995), here of
phantoms, and of a labelled folder where the host has one. What was held out is segmented whole,
before and after: by that the network is offered, or not.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from shutil import copy, rmtree
from tempfile import mkdtemp
from time import perf_counter

from core.cascade.networks import load_networks
from core.errors import WeightsMissing
from core.evaluation.score import CaseScore, evaluate
from core.io.datasets import LabelledCase, find_cases
from core.io.patients import patient_of
from core.metrics.aggregate import mean_of_defined, with_truth
from core.metrics.detection import detection
from core.models.store import (
    WEIGHTS_NAME,
    load_unet,
    model_dir,
    read_card,
    save_weights,
    weights_digest,
    write_card,
)
from core.phantom import write_phantoms
from core.presets import FOCUS, Preset, preset_named
from core.provenance import commit
from core.training.lesson import (
    DRAWING,
    HELD,
    KNOWN,
    LEARNING,
    LESSON_NAME,
    MEASURING,
    OWN,
    PACKING,
    Came,
    Group,
    Lesson,
    Plan,
    Tell,
    Told,
)
from core.training.recipe import Recipe

# Seed of the first phantom: no other network learned from these.
FIRST_PHANTOM = 5000
BACKGROUND = "background.npz"
# Share of the corrected patients that is held out.
HELD_OUT = 0.25


def teach(
    cases: Sequence[LabelledCase],
    out: Path,
    plan: Plan,
    labelled: Path | None = None,
    tell: Tell = lambda told: None,
) -> Lesson:
    """Teach the tumor network of `focus` on corrected cases.

    Parameters
    ----------
    out : folder of taught presets. The new one gets a folder there, with `lesson.json`; its
        network stays in it only where it is offered.
    labelled : folder of labelled patients to rehearse with, where there is one.
    tell : is told how far it is.

    Raises
    ------
    HepatoScopeError
        The weights to start from are not there, or a folder of cases cannot be used.
    """
    began = perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    work = Path(mkdtemp(prefix="learning-", dir=out))
    try:
        learned, held = held_out(cases, plan.seed)
        tell(Told(DRAWING, 0.0, DRAWING))
        rehearsal, groups = _rehearsal(work, plan, labelled)
        groups = [(HELD, False, held), *groups] if held else groups
        tell(Told(DRAWING, 1.0, DRAWING))
        _train([*learned, *rehearsal], groups, work, plan, tell)
        home = out / f"taught-{weights_digest(work / 'tumor')[:12]}"
        rmtree(home, ignore_errors=True)
        home.mkdir()
        (work / "tumor").replace(home / "tumor")
        measured = _measured(groups, home, tell)
        lesson = Lesson(
            preset=home.name,
            offered=not any(group.worse for group in measured),
            groups=measured,
            learned=tuple(case.name for case in learned),
            rehearsed=tuple(f"{case.dataset}/{case.name}" for case in rehearsal),
            plan=plan,
            seconds=round(perf_counter() - began, 1),
            commit=commit(),
            written=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        if not lesson.offered:
            rmtree(home / "tumor")
        (home / LESSON_NAME).write_text(json.dumps(asdict(lesson), indent=2) + "\n")
        return lesson
    finally:
        rmtree(work, ignore_errors=True)


def held_out(
    cases: Sequence[LabelledCase], seed: int
) -> tuple[list[LabelledCase], list[LabelledCase]]:
    """Part corrected cases by patient into those to learn from and those to measure on."""
    patients = sorted({patient_of(case) for case in cases})
    count = max(1, round(HELD_OUT * len(patients))) if len(patients) > 1 else 0
    held = set(Random(seed).sample(patients, count))
    return (
        [case for case in cases if patient_of(case) not in held],
        [case for case in cases if patient_of(case) in held],
    )


Measured = tuple[str, bool, list[LabelledCase]]


def _rehearsal(
    work: Path, plan: Plan, labelled: Path | None
) -> tuple[list[LabelledCase], list[Measured]]:
    """Give what to rehearse with, and what to measure on of its kind."""
    folder = work / "phantoms"
    count = plan.phantoms + plan.held_phantoms
    write_phantoms(
        folder,
        count,
        FIRST_PHANTOM + plan.seed,
        shape=plan.phantom_shape,
        spacing=plan.phantom_spacing,
    )
    drawn = find_cases(folder)
    learned, groups = drawn[: plan.phantoms], [(KNOWN, True, drawn[plan.phantoms :])]
    if labelled is not None:
        real = find_cases(labelled, "train")
        patients = sorted({patient_of(case) for case in real if case.tumors_labelled})
        chosen = Random(plan.seed).sample(
            patients, min(len(patients), plan.patients + plan.held_patients)
        )
        held = set(chosen[: plan.held_patients])
        learned += [case for case in real if patient_of(case) in set(chosen) - held]
        groups.append((OWN, True, [case for case in real if patient_of(case) in held]))
    return learned, groups


def _train(
    learned: list[LabelledCase], groups: list[Measured], work: Path, plan: Plan, tell: Tell
) -> None:
    from core.training.fit import train_unet

    # Of these the loss is told by epoch; nothing is chosen by it.
    shown = next(cases for name, _, cases in groups if name == KNOWN)
    recipe = Recipe(
        epochs=plan.epochs,
        batch_size=plan.batch_size,
        learning_rate=plan.learning_rate,
        warm_up=plan.slices_per_epoch // plan.batch_size // 2,
        clip=1.0,
        patience=plan.epochs,
        slices_per_epoch=plan.slices_per_epoch,
        start=model_dir(FOCUS.name, "tumor") / WEIGHTS_NAME,
        keep="last",
        still=True,
        seed=plan.seed,
        validation_patients=tuple(patient_of(case) for case in shown),
    )
    losses: list[tuple[float, float]] = []

    def report(text: str) -> None:
        stage, share = (LEARNING, len(losses) / plan.epochs) if losses else (PACKING, 0.0)
        tell(Told(stage, share, text, tuple(losses)))

    def on_epoch(figures: Mapping[str, float]) -> None:
        losses.append((float(figures["loss"]), float(figures["val_loss"])))

    train_unet("tumor", [*learned, *shown], FOCUS, recipe, work / "tumor", report, on_epoch)
    _stay_near(work / "tumor", plan.share)
    # Slices for SHAP to compare with: they are of the same phantoms and size.
    copy(model_dir(FOCUS.name, "tumor") / BACKGROUND, work / "tumor")
    for left in ("packs", "backup"):
        rmtree(work / "tumor" / left, ignore_errors=True)


def _stay_near(folder: Path, share: float) -> None:
    """Go only a `share` of the way from the old weights to those that were learned in `folder`.

    Weights between both know what both know (Wortsman et al., Robust fine-tuning of zero-shot
    models, CVPR 2022).
    """
    old = load_unet(model_dir(FOCUS.name, "tumor"), FOCUS.tumor_size).get_weights()
    network = load_unet(folder, FOCUS.tumor_size)
    new = network.get_weights()
    network.set_weights([(1 - share) * a + share * b for a, b in zip(old, new, strict=True)])
    save_weights(network, folder / WEIGHTS_NAME)
    write_card(folder, {**read_card(folder), "share_of_the_way": share})


def _measured(groups: list[Measured], home: Path, tell: Tell) -> tuple[Group, ...]:
    taught, measured = preset_named(home.name), []
    for number, (name, known, cases) in enumerate(groups):
        tell(Told(MEASURING, number / len(groups), f"Measuring on {name}, before"))
        before = came_to(cases, FOCUS)
        tell(Told(MEASURING, (number + 0.5) / len(groups), f"Measuring on {name}, after"))
        after = came_to(cases, taught, home)
        measured.append(Group(name, tuple(case.name for case in cases), known, before, after))
    tell(Told(MEASURING, 1.0, "Measured"))
    return tuple(measured)


def came_to(cases: Sequence[LabelledCase], preset: Preset, weights: Path | None = None) -> Came:
    """Segment cases whole and score their tumors.

    Parameters
    ----------
    weights : folder with the preset's own networks; their usual place where None.
    """
    scores, failures = evaluate(cases, preset, load_networks(preset, weights))
    if failures:
        raise WeightsMissing(f"{failures[0].case} could not be measured: {failures[0].reason}")
    return _came([score for score in scores if score.target == "tumor"])


def _came(scores: Sequence[CaseScore]) -> Came:
    shown = with_truth(score.whole for score in scores)
    dice = mean_of_defined(each.dice for each in shown)
    lesions = detection([one for score in scores for one in score.lesions], "touched")
    return Came(
        round(dice.mean, 4) if shown else None,
        lesions.truth,
        lesions.found,
        lesions.predicted - lesions.true,
    )
