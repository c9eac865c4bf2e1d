"""Draw synthetic scans, and slices of them for SHAP to compare with."""

import argparse
from pathlib import Path

from core.commands.common import Command, add_preset, say
from core.presets import preset_named


def phantom_options(parser: argparse.ArgumentParser) -> None:
    """Ask how many, and from which seed on."""
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)


def phantom(arguments: argparse.Namespace) -> int:
    """Write labelled phantoms in LiTS layout."""
    from core.phantom import write_phantoms

    write_phantoms(arguments.out, arguments.cases, seed=arguments.seed)
    return 0


def backgrounds(arguments: argparse.Namespace) -> int:
    """Draw the phantoms that SHAP can compare with, beside the networks of a preset."""
    from core.explainers.backgrounds import write_backgrounds

    for path in write_backgrounds(preset_named(arguments.preset)):
        say(f"wrote {path.parent.parent.name}/{path.parent.name}/{path.name}")
    return 0


PHANTOM = Command(
    "phantom",
    "write labelled synthetic scans, LiTS layout",
    "phantom --out phantoms --cases 10 --seed 0",
    phantom_options,
    phantom,
)
BACKGROUNDS = Command(
    "backgrounds",
    "draw phantoms beside the networks for SHAP to compare with",
    "backgrounds --preset paper",
    add_preset,
    backgrounds,
)
