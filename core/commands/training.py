"""Train networks."""

import argparse
from pathlib import Path

from core.commands.common import Command, add_preset, say
from core.errors import HepatoScopeError
from core.presets import FOCUS, PRESETS, preset_named


def _add_training_options(
    parser: argparse.ArgumentParser,
    *,
    epochs: int,
    batch_size: int,
    patience: int,
    out_needed: bool = True,
) -> None:
    parser.add_argument(
        "--data", type=Path, action="append", required=True, help="labelled folder; may be repeated"
    )
    parser.add_argument("--out", type=Path, required=out_needed)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--batch-size", type=int, default=batch_size)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--patience", type=int, default=patience, help="epochs without improvement")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--validation-fraction", type=float, default=0.15)
    parser.add_argument("--validation-patients", nargs="*", default=[])


def unet_options(parser: argparse.ArgumentParser) -> None:
    """Ask for labelled folders or a workspace, and how a U-Net learns from them."""
    _add_training_options(parser, epochs=20, batch_size=16, patience=6, out_needed=False)
    trainable = [preset.name for preset in PRESETS.values() if not preset.sees_neighbours]
    told = f"how the network looks at a scan; default: {FOCUS.name}, the closest look at one slice"
    add_preset(parser, choices=trainable, default=FOCUS.name, help=told)
    parser.add_argument("--slices-per-epoch", type=int)
    parser.add_argument(
        "--encoder-weights",
        help="imagenet, or a local file (.h5, or EfficientNet-Lite0 as .pth); default: random",
    )
    parser.add_argument(
        "--start", help=f"weights to start from: a file, or a preset such as {FOCUS.name}"
    )
    parser.add_argument("--warm-up", type=int, default=0, help="steps of rising learning rate")
    parser.add_argument("--clip", type=float, help="bound of the gradient's norm")
    parser.add_argument(
        "--average", type=float, default=0.0, help="keep a running mean of the weights: 0.998, say"
    )
    parser.add_argument(
        "--bend", type=float, default=0.0, help="bend training slices, by so many pixels (sigma)"
    )
    parser.add_argument(
        "--keep", choices=["loss", "dice", "last"], default="loss", help="epoch to keep"
    )
    parser.add_argument(
        "--split",
        choices=["patient", "slice"],
        default="patient",
        help="“slice” leaks patients into validation; only to measure by how much",
    )


def patch_options(parser: argparse.ArgumentParser) -> None:
    """Ask for labelled folders, and how the autoencoder learns from them."""
    _add_training_options(parser, epochs=60, batch_size=128, patience=10)
    parser.add_argument("--bottleneck", type=int, default=64, help="numbers a patch")
    parser.add_argument(
        "--unpooled", action="store_true", help="no average over the patch before the bottleneck"
    )


def network_options(parser: argparse.ArgumentParser) -> None:
    """Ask which network; each has options of its own."""
    networks = parser.add_subparsers(required=True, metavar="NETWORK", dest="network")
    for network in NETWORKS:
        network.add_to(networks)


def train(arguments: argparse.Namespace) -> int:
    """Train one network on labelled folders; or teach it by the cases of a workspace."""
    from core.workspace.folder import is_workspace

    workspaces = [root for root in arguments.data if is_workspace(root)]
    if workspaces:
        return _teach(arguments, workspaces)
    if arguments.out is None:
        raise HepatoScopeError("Where the network is to be written is missing; give it by --out.")
    from core.io.datasets import find_cases
    from core.training.data import Augmentation
    from core.training.fit import train_unet
    from core.training.recipe import Recipe

    cases = [case for root in arguments.data for case in find_cases(root, "train")]
    recipe = Recipe(
        epochs=arguments.epochs,
        batch_size=arguments.batch_size,
        learning_rate=arguments.learning_rate,
        warm_up=arguments.warm_up,
        clip=arguments.clip,
        average=arguments.average,
        patience=arguments.patience,
        slices_per_epoch=arguments.slices_per_epoch,
        encoder_weights=arguments.encoder_weights,
        start=_start(arguments.start, arguments.network),
        keep=arguments.keep,
        seed=arguments.seed,
        validation_fraction=arguments.validation_fraction,
        validation_patients=tuple(arguments.validation_patients),
        split=arguments.split,
        augmentation=Augmentation(bend=arguments.bend),
    )
    preset = preset_named(arguments.preset)
    train_unet(arguments.network, cases, preset, recipe, arguments.out, say)
    return 0


def _start(told: str | None, network: str) -> Path | None:
    """Find the weights that a file, or the name of a preset, stands for."""
    from core.models.store import WEIGHTS_NAME, model_dir

    if told in PRESETS:
        return model_dir(told, network) / WEIGHTS_NAME
    return None if told is None else Path(told)


def _teach(arguments: argparse.Namespace, workspaces: list[Path]) -> int:
    """Teach the tumor network by corrected cases; other folders are what it rehearses with."""
    from core.training.lesson import Plan
    from core.training.teaching import teach
    from core.workspace.examples import labelled_cases
    from core.workspace.folder import workspace_at

    others = [root for root in arguments.data if root not in workspaces]
    if arguments.network != "tumor" or arguments.start not in (None, FOCUS.name):
        raise HepatoScopeError(
            f"By a workspace the tumor network of {FOCUS.name} is taught; say “train tumor --start "
            f"{FOCUS.name}”."
        )
    if len(workspaces) > 1 or len(others) > 1:
        raise HepatoScopeError("One workspace at a time, and one labelled folder beside it.")
    (root,) = workspaces
    out = arguments.out or workspace_at(root).taught
    labelled = others[0] if others else None
    plan = Plan(seed=arguments.seed)
    lesson = teach(labelled_cases(root), out, plan, labelled, lambda told: say(told.text))
    for line in (*lesson.table, lesson.sentence):
        say(line)
    if lesson.offered:
        say(f"It is the preset {lesson.preset}, in {out / lesson.preset}.")
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


NETWORKS = (
    *(
        Command(
            network,
            f"the U-Net that finds the {network}",
            f"train {network} --data LITS_FOLDER --out weights/{FOCUS.name}/{network}",
            unet_options,
            train,
        )
        for network in ("liver", "tumor")
    ),
    Command(
        "autoencoder",
        "the autoencoder of 32×32 patches",
        "train autoencoder --data LITS_FOLDER --out weights/autoencoder",
        patch_options,
        train_patches,
    ),
)
TRAIN = Command(
    "train",
    "train a network; started again, it resumes",
    NETWORKS[0].example,
    network_options,
)
