"""What the commands of the command line do; `core.cli` says how they are called."""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.errors import BadDataset
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
