"""Replay corrections that were made by hand."""

import argparse
from pathlib import Path

from core.commands.common import Command, say


def edits_options(parser: argparse.ArgumentParser) -> None:
    """Ask for corrections, the scan, and the labels that they begin with."""
    parser.add_argument("action", choices=["apply"], help="make the corrections again")
    parser.add_argument("edits", type=Path, metavar="EDITS", help="edits.json")
    parser.add_argument("--scan", type=Path, required=True, help="the CT")
    parser.add_argument(
        "--labels",
        type=Path,
        required=True,
        help="labels.nii.gz as they were before the first correction",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="LABELS", help="the labels afterwards, .nii.gz"
    )


def edits(arguments: argparse.Namespace) -> int:
    """Replay corrections on the labels they begin with."""
    from core.editing.apply import replay
    from core.editing.file import edits_from_json, read_edits
    from core.io.apart import read_apart
    from core.io.export import labels_to_nifti
    from core.io.labels import read_labels

    content = read_edits(arguments.edits)
    volume = read_apart(arguments.scan)
    start = read_labels(arguments.labels, volume)
    made = edits_from_json(content, start)
    labels = replay(start, [one.edit for one in made], volume.spacing)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(labels_to_nifti(volume, labels))
    say(f"{len(made)} edits made again: {arguments.out}")
    return 0


EDITS = Command(
    "edits",
    "make corrections again that were drawn by hand",
    "edits apply edits.json --scan ct.nii.gz --labels labels.nii.gz --out corrected.nii.gz",
    edits_options,
    edits,
)
