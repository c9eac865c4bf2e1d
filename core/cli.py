"""The command line: ``python -m core COMMAND``; ``--help`` tells the rest.

Exit code 0 on success, 1 with one sentence on standard error for bad input, 2 for wrong
usage. Progress goes to standard error, results go to files.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import BadDataset, HepatoScopeError
from core.presets import PRESETS, preset_named

if TYPE_CHECKING:
    from core.io.datasets import LabelledCase

COMPARABLE = ("dice", "iou", "precision", "recall", "hd95_mm", "assd_mm", "surface_dice")


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

    cases = find_cases(arguments.data, arguments.split)
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


def _add_segment(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("segment", help="segment scans; finished ones are skipped")
    parser.add_argument(
        "inputs",
        type=Path,
        nargs="+",
        metavar="INPUT",
        help=".nii, .nii.gz, DICOM folder or .zip, or a folder in LiTS layout",
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--preset", default="paper", choices=list(PRESETS))
    parser.set_defaults(run=segment)


def _add_evaluate(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("evaluate", help="compare with ground truth")
    parser.add_argument("--data", type=Path, required=True, help="labelled folder")
    parser.add_argument("--split", help="only this split of the folder")
    parser.add_argument("--cases", nargs="+", metavar="CASE", help="only these cases")
    parser.add_argument(
        "--weights", type=Path, help="folder with liver/ and tumor/; default: the preset's own"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--preset", default="paper", choices=list(PRESETS))
    parser.set_defaults(run=evaluate)


def _add_compare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("compare", help="paired difference of two evaluation runs")
    parser.add_argument("first", type=Path, metavar="A", help="folder of a run")
    parser.add_argument("second", type=Path, metavar="B", help="folder of the run to judge")
    parser.add_argument("--score", choices=COMPARABLE, default="dice")
    parser.set_defaults(run=compare)


def _add_phantom(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("phantom", help="write labelled synthetic scans, LiTS layout")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.set_defaults(run=phantom)


def _add_train(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("train", help="train a network; started again, it resumes")
    networks = parser.add_subparsers(required=True, metavar="NETWORK")
    for network in ("liver", "tumor"):
        unet = networks.add_parser(network, help=f"the U-Net that finds the {network}")
        _add_unet_options(unet)
        unet.set_defaults(run=train, network=network)
    patches = networks.add_parser("autoencoder", help="the autoencoder of 32×32 patches")
    _add_training_options(patches, epochs=60, batch_size=128, patience=10)
    patches.add_argument("--bottleneck", type=int, default=64, help="numbers a patch")
    patches.add_argument(
        "--unpooled", action="store_true", help="no average over the patch before the bottleneck"
    )
    patches.set_defaults(run=train_patches)


def _add_training_options(
    parser: argparse.ArgumentParser, *, epochs: int, batch_size: int, patience: int
) -> None:
    parser.add_argument(
        "--data", type=Path, action="append", required=True, help="labelled folder; may be repeated"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--batch-size", type=int, default=batch_size)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--patience", type=int, default=patience, help="epochs without improvement")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--validation-fraction", type=float, default=0.15)
    parser.add_argument("--validation-patients", nargs="*", default=[])


def _add_unet_options(parser: argparse.ArgumentParser) -> None:
    _add_training_options(parser, epochs=20, batch_size=16, patience=6)
    parser.add_argument("--preset", default="paper", choices=list(PRESETS))
    parser.add_argument("--slices-per-epoch", type=int)
    parser.add_argument(
        "--encoder-weights",
        help="imagenet, or a local file (.h5, or EfficientNet-Lite0 as .pth); default: random",
    )
    parser.add_argument("--start", type=Path, help="weights to start from")
    parser.add_argument(
        "--keep", choices=["loss", "dice", "last"], default="loss", help="epoch to keep"
    )
    parser.add_argument(
        "--split",
        choices=["patient", "slice"],
        default="patient",
        help="“slice” leaks patients into validation; only to measure by how much",
    )


def _add_embed(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "embed", help="make a patch atlas; patches cut before are not cut again"
    )
    parser.add_argument("--data", type=Path, required=True, help="labelled folder")
    parser.add_argument("--split", help="only this split of the folder")
    parser.add_argument(
        "--no-images",
        dest="images",
        action="store_false",
        help="leave the patches out, where the data may not be passed on",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(run=embed)


def build_parser() -> argparse.ArgumentParser:
    """Describe all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m core",
        description="HepatoScope without a browser. For research and teaching, not for diagnosis.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (_add_segment, _add_evaluate, _add_compare, _add_train, _add_embed, _add_phantom):
        add(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = build_parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except HepatoScopeError as error:
        say(f"error: {error}")
        return 1
    return code
