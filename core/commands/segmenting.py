"""Segment scans."""

import argparse
from pathlib import Path

from core.commands.cohort import on_workers
from core.commands.common import Command, add_named, add_preset, add_series, add_workers, say
from core.errors import HepatoScopeError
from core.presets import preset_named


def segment_options(parser: argparse.ArgumentParser) -> None:
    """Ask for scans, and where their results go."""
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help=".nii.gz, .nrrd, .mha, DICOM folder, .zip or .tar.gz, or a folder in LiTS layout; "
        "with workers any folder tree, or a URL such as s3://bucket/scans",
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
    add_workers(parser)
    parser.add_argument(
        "--again", action="store_true", help="with workers: try again what failed before"
    )


def segment(arguments: argparse.Namespace) -> int:
    """Segment scans into folders; with workers side by side, with a table of them all."""
    if arguments.workers or arguments.scheduler:
        if arguments.series or arguments.orient != "as-is":
            raise HepatoScopeError(
                "With workers every series is read, as it lies; leave --series and --orient out."
            )
        return on_workers(arguments)
    from core.cohort.one_by_one import segment_inputs

    failures = segment_inputs(
        [Path(one) for one in arguments.inputs],
        arguments.out,
        preset_named(arguments.preset),
        None,
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
