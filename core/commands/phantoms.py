"""Draw synthetic scans, and slices of them for SHAP to compare with."""

import argparse
from pathlib import Path

from core.commands.common import say
from core.presets import PRESETS, preset_named


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the commands."""
    _add_phantom(subparsers)
    _add_backgrounds(subparsers)


def _add_phantom(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("phantom", help="write labelled synthetic scans, LiTS layout")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.set_defaults(run=phantom)


def _add_backgrounds(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "backgrounds", help="draw phantoms beside the networks for SHAP to compare with"
    )
    parser.add_argument("--preset", default="paper", choices=list(PRESETS))
    parser.set_defaults(run=backgrounds)


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
