"""Segment scans."""

import argparse
from pathlib import Path

from core.commands.common import Command, add_named, add_preset, add_series, say
from core.presets import preset_named


def segment_options(parser: argparse.ArgumentParser) -> None:
    """Ask for scans, and where their results go."""
    parser.add_argument(
        "inputs",
        type=Path,
        nargs="+",
        metavar="INPUT",
        help=".nii.gz, .nrrd, .mha, DICOM folder, .zip or .tar.gz, or a folder in LiTS layout",
    )
    parser.add_argument("--out", type=Path, required=True)
    add_series(parser)
    parser.add_argument(
        "--orient",
        choices=["as-is", "auto"],
        default="as-is",
        help="auto turns a NIfTI scan that lies otherwise than its file says; labels go back on "
        "the file as it is",
    )
    add_named(parser)
    add_preset(parser)


def segment(arguments: argparse.Namespace) -> int:
    """Segment scans into folders."""
    from core.cascade.networks import load_networks
    from core.cohort.one_by_one import segment_inputs

    preset = preset_named(arguments.preset)
    networks = load_networks(preset)
    failures = segment_inputs(
        arguments.inputs,
        arguments.out,
        preset,
        networks,
        say,
        arguments.series,
        arguments.orient == "auto",
        arguments.file_names,
    )
    return 1 if failures else 0


SEGMENT = Command(
    "segment",
    "segment scans; finished ones are skipped",
    "segment ct.nii.gz series.zip dicom-folder --out results",
    segment_options,
    segment,
)
