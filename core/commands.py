"""What the commands of the command line do; `core.cli` says how they are called."""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.errors import BadDataset, HepatoScopeError
from core.presets import preset_named

if TYPE_CHECKING:
    from core.io.datasets import LabelledCase


def say(text: str) -> None:
    """Tell the user how far the work is."""
    print(text, file=sys.stderr, flush=True)


def segment(arguments: argparse.Namespace) -> int:
    """Segment scans into folders."""
    from core.cohort import segment_inputs
    from core.segmentation import load_networks

    preset = preset_named(arguments.preset)
    networks = load_networks(preset)
    failures = segment_inputs(arguments.inputs, arguments.out, preset, networks, say)
    return 1 if failures else 0


def evaluate(arguments: argparse.Namespace) -> int:
    """Compare with ground truth."""
    from core.evaluation import evaluate as score_cases
    from core.evaluation import write_run
    from core.io.datasets import find_cases
    from core.segmentation import load_networks

    preset = preset_named(arguments.preset)
    cases = named(find_cases(arguments.data, arguments.split), arguments.cases)
    networks = load_networks(preset, arguments.weights)
    scores, failures = score_cases(cases, preset, networks, say)
    data = arguments.data.name
    run = write_run(
        arguments.out, scores, failures, preset, networks.digests, data, arguments.split
    )
    for target, averages in run["summary"].items():
        per_case = averages["per_case"]
        say(
            f"{target}: mean Dice {figure(per_case['mean_dice'])} over {per_case['scored']} "
            f"case(s), global Dice {figure(per_case['global_dice'])}"
        )
    return 1 if failures else 0


def named(cases: "Sequence[LabelledCase]", names: Sequence[str] | None) -> "list[LabelledCase]":
    """Choose the cases of these names, all without any; BadDataset where one is not there."""
    known = {case.name for case in cases}
    if missing := [name for name in names or () if name not in known]:
        raise BadDataset(f"There is no case {', '.join(missing)}; the folder has other names.")
    return [case for case in cases if names is None or case.name in names]


def compare(arguments: argparse.Namespace) -> int:
    """Say what the second run gains over the first on the same cases."""
    from core.evaluation import compare_runs, read_run

    first, second = read_run(arguments.first), read_run(arguments.second)
    compared = compare_runs(first, second, arguments.score)
    print(f"{arguments.score}: {second.name} minus {first.name}")
    for target, found in compared.items():
        gain = found.difference
        print(
            f"{target}: {gain.value:+.3f}, {gain.confidence:.0%} interval "
            f"{gain.low:+.3f} to {gain.high:+.3f} over {gain.cases} case(s); "
            f"higher in {found.higher}, lower in {found.lower}, equal in {found.equal}; "
            f"Wilcoxon p {found.p_value:.3f}; left out, not defined in one: {gain.left_out}; "
            f"only in one run: {found.only_first + found.only_second}"
        )
    return 0


def figure(value: float | None) -> str:
    """Show a score; a dash where it is not defined."""
    return "–" if value is None else f"{value:.3f}"


def phantom(arguments: argparse.Namespace) -> int:
    """Write labelled phantoms in LiTS layout."""
    from core.phantom import write_phantoms

    write_phantoms(arguments.out, arguments.cases, seed=arguments.seed)
    return 0


def train(arguments: argparse.Namespace) -> int:
    """Train one network on labelled folders."""
    from core.io.datasets import find_cases
    from core.training.fit import train_unet
    from core.training.recipe import Recipe

    cases = [case for root in arguments.data for case in find_cases(root, "train")]
    recipe = Recipe(
        epochs=arguments.epochs,
        batch_size=arguments.batch_size,
        learning_rate=arguments.learning_rate,
        patience=arguments.patience,
        slices_per_epoch=arguments.slices_per_epoch,
        encoder_weights=arguments.encoder_weights,
        start=arguments.start,
        keep=arguments.keep,
        seed=arguments.seed,
        validation_fraction=arguments.validation_fraction,
        validation_patients=tuple(arguments.validation_patients),
        split=arguments.split,
    )
    preset = preset_named(arguments.preset)
    train_unet(arguments.network, cases, preset, recipe, arguments.out, say)
    return 0


def train_patches(arguments: argparse.Namespace) -> int:
    """Train the autoencoder of patches on labelled folders."""
    from core.io.datasets import find_cases
    from core.training.autoencoder import PatchRecipe, train_autoencoder

    cases = [case for root in arguments.data for case in find_cases(root, "train")]
    recipe = PatchRecipe(
        bottleneck=arguments.bottleneck,
        pooled=not arguments.unpooled,
        epochs=arguments.epochs,
        batch_size=arguments.batch_size,
        learning_rate=arguments.learning_rate,
        patience=arguments.patience,
        seed=arguments.seed,
        validation_fraction=arguments.validation_fraction,
        validation_patients=tuple(arguments.validation_patients),
    )
    train_autoencoder(cases, recipe, arguments.out, say)
    return 0


def embed(arguments: argparse.Namespace) -> int:
    """Make a patch atlas of labelled cases."""
    from core.io.datasets import find_cases
    from core.representation.build import AtlasRecipe, build_atlas
    from core.representation.encoders import load_autoencoder

    cases = [case for root in arguments.data for case in find_cases(root, arguments.split)]
    recipe = AtlasRecipe(images=arguments.images, seed=arguments.seed)
    atlas = build_atlas(cases, load_autoencoder(), recipe, arguments.out, say)
    say(f"{len(atlas):,} patches of {len(set(atlas.table['case']))} case(s) in {arguments.out}")
    for row in atlas.facts["anomaly"]:
        area = row["auroc"]
        say(
            f"tumor against liver by {row['score']}, {row['population']} patches: AUROC "
            f"{figure(area['value'])} ({figure(area['low'])} to {figure(area['high'])})"
        )
    return 0


def sam(arguments: argparse.Namespace) -> int:
    """Score SAM on slices of labelled cases, and our networks on the same ones where asked to."""
    from core.evaluation.run import write_run
    from core.evaluation.sam import Mode, Plan, score_beside, score_sam
    from core.evaluation.score import evaluate_with
    from core.io.datasets import find_cases
    from core.sam.automatic import Settings
    from core.sam.hub import fetched
    from core.sam.model import load_sam
    from core.segmentation import load_networks

    cases = named(find_cases(arguments.data, arguments.split), arguments.cases)
    checkpoint = fetched(arguments.checkpoint, say if arguments.download else None)
    loaded = load_sam(checkpoint)
    settings = Settings(side=arguments.side)
    mode = Mode(arguments.mode)
    plan = Plan(mode, arguments.slices, arguments.points, arguments.seed, settings=settings)
    scores, failures = evaluate_with(cases, lambda case: score_sam(case, loaded, plan), say)
    models = {"sam": checkpoint.digest}
    where = arguments.data.name, arguments.split
    facts = plan.facts(checkpoint.name)
    write_run(arguments.out, scores, failures, plan.preset, models, *where, facts)
    if arguments.preset:
        preset = preset_named(arguments.preset)
        networks = load_networks(preset)
        ours, missed = evaluate_with(
            cases, lambda case: score_beside(case, preset, networks, plan), say
        )
        beside = arguments.out.with_name(f"{arguments.out.name}-{preset.name}")
        write_run(beside, ours, missed, preset, networks.digests, *where, plan.facts_beside())
    return 1 if failures else 0


def explain(arguments: argparse.Namespace) -> int:
    """Segment a scan and explain one of its slices, as a picture."""
    from core.explainers.explain import explain as answer
    from core.explainers.pictures import draw, native_map, sheet_png
    from core.explainers.question import Asked, pose
    from core.explainers.registry import method_named
    from core.io import read
    from core.preview import telling_slice
    from core.segmentation import segment as run
    from core.slices import Plane

    method = method_named(arguments.method)
    volume = read(arguments.input)
    segmentation = run(volume, preset_named(arguments.preset))
    if arguments.slice is None:
        z = telling_slice(segmentation.labels, Plane.AXIAL)
    elif 1 <= arguments.slice <= volume.shape[2]:
        z = arguments.slice - 1
    else:
        raise HepatoScopeError(
            f"The scan has slices 1 to {volume.shape[2]}, and {arguments.slice} is none of them; "
            "choose another with --slice."
        )
    posed = pose(volume, segmentation, z, Asked(arguments.network))
    found = answer(posed.question, method.name, None, arguments.seed, lambda share: None)
    pictures = draw(volume, segmentation.labels, z, native_map(posed, found.values))
    note = f"{method.title}, {arguments.network} network of {arguments.preset}, slice {z + 1}"
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(sheet_png(pictures, volume.source, note))
    error = found.completeness_error
    told = "" if error is None else f", adds up within {error:.1%}"
    say(f"slice {z + 1}: answer {found.score:.4f}{told}, {found.seconds:.1f} s")
    return 0


def faithfulness(arguments: argparse.Namespace) -> int:
    """Put all methods to the test on the true lesions of labelled cases."""
    from core.explainers.trial import held_out, run_trial
    from core.explainers.trust import write_trial
    from core.io.datasets import find_cases
    from core.models.store import preset_digests

    preset = preset_named(arguments.preset)
    cases = held_out(find_cases(arguments.data, arguments.split), preset)
    rows = run_trial(cases, preset, arguments.out, say)
    if not rows:
        raise BadDataset(
            f"The networks found no lesion in {arguments.data.name}, so there is nothing to "
            "explain; give cases with larger lesions."
        )
    facts = {
        "data": arguments.data.name,
        "split": arguments.split,
        "cases": [case.name for case in cases],
        "preset": preset.name,
        "models": preset_digests(preset),
    }
    for verdict in write_trial(arguments.out, rows, facts):
        gain = verdict.figures["insertion_gain"]
        told = "trusted" if verdict.trusted else "; ".join(verdict.reasons)
        say(f"{verdict.title}: insertion {figure(gain.value)} over random order; {told}")
    return 0


def report(arguments: argparse.Namespace) -> int:
    """Write a report of a case."""
    from core.reporting.command import Order, Source, write_report
    from core.reporting.composite import GREEN_RED, OKABE_ITO
    from core.reporting.llava import Writing
    from core.reporting.text import Edition

    writing = None
    if arguments.writer == "llava":
        writing = Writing(arguments.checkpoint, arguments.tokens, arguments.seconds)
    order = Order(
        out=arguments.out,
        edition=Edition(arguments.edition),
        palette=GREEN_RED if arguments.colors == "green-red" else OKABE_ITO,
        preset=preset_named(arguments.preset),
        writing=writing,
        patient=arguments.patient,
    )
    earlier = Source(arguments.earlier, arguments.earlier_scan) if arguments.earlier else None
    made = write_report(Source(arguments.input, arguments.scan), earlier, order, say)
    said = len(made.narrative.sentences)
    say(f"{arguments.out.name}: {said} sentences on {len(made.facts.lesion_numbers)} lesion(s)")
    return 0


def backgrounds(arguments: argparse.Namespace) -> int:
    """Draw the phantoms that SHAP can compare with, beside the networks of a preset."""
    from core.explainers.backgrounds import write_backgrounds

    for path in write_backgrounds(preset_named(arguments.preset)):
        say(f"wrote {path.parent.parent.name}/{path.parent.name}/{path.name}")
    return 0
