"""Segment scans."""

import argparse
from pathlib import Path

from core.commands.common import say
from core.presets import PRESETS, preset_named


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = subparsers.add_parser("segment", help="segment scans; finished ones are skipped")
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


def segment(arguments: argparse.Namespace) -> int:
    """Segment scans into folders."""
    from core.cascade.segmentation import load_networks
    from core.cohort.one_by_one import segment_inputs

    preset = preset_named(arguments.preset)
    networks = load_networks(preset)
    failures = segment_inputs(arguments.inputs, arguments.out, preset, networks, say)
    return 1 if failures else 0
