"""Take scans into a workspace, and tell which of its cases to look at next."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from core.commands.common import Command, add_named, add_preset, add_series, say
from core.errors import HepatoScopeError
from core.presets import preset_named


def workspace_options(parser: argparse.ArgumentParser) -> None:
    """Ask what is to be done, and in which folder."""
    parser.add_argument("action", choices=["add", "list"], help="take scans in, or list the cases")
    parser.add_argument("inputs", type=Path, nargs="*", metavar="INPUT", help="scans to take in")
    parser.add_argument("--workspace", type=Path, required=True, metavar="FOLDER")
    add_series(parser)
    add_named(parser)
    add_preset(parser)


def workspace(arguments: argparse.Namespace) -> int:
    """Take scans in, or list what is there: what is to be looked at first comes first."""
    if arguments.action == "add":
        return _add(arguments)
    for line in _listed(arguments.workspace):
        print(line)
    return 0


def _add(arguments: argparse.Namespace) -> int:
    """Segment scans into the workspace; one that is there already stays as it is."""
    from core.cascade.networks import load_networks
    from core.cohort.one_by_one import expand_inputs, in_a_sentence
    from core.io.apart import read_apart
    from core.study import examine
    from core.volume import unnamed
    from core.workspace.folder import entries, keep, workspace_at

    if not arguments.inputs:
        raise HepatoScopeError("No scan is named; say which are to be taken in.")
    place, preset = workspace_at(arguments.workspace), preset_named(arguments.preset)
    networks, failures = load_networks(preset), 0
    for path in expand_inputs(arguments.inputs):
        known = {one.id for one in entries(place)}
        try:
            scan = read_apart(path, arguments.series)
            scan = scan if arguments.file_names else unnamed(scan)
            if scan.digest in known:
                # What a reader corrected is not to be overwritten.
                say(f"{scan.source}: is there already, and stays as it is")
                continue
            keep(place, examine(scan, preset, networks=networks))
            say(f"{scan.source}: taken in")
        except (HepatoScopeError, OSError) as error:
            failures += 1
            say(f"error: {path.name}: {in_a_sentence(error)}")
    return 1 if failures else 0


def _listed(root: Path) -> Iterator[str]:
    from core.errors import BadWorkspace
    from core.workspace.folder import entries, in_order, is_workspace, workspace_at

    if not is_workspace(root):
        raise BadWorkspace(f"“{root}” is no workspace; take scans in by “workspace add”.")
    yield "case\tstate\tcorrections\texpected tumor Dice\tin doubt (mL)\tslice\tpatient"
    for one in in_order(entries(workspace_at(root))):
        dice = "" if one.doubt.expected_dice is None else f"{one.doubt.expected_dice:.3f}"
        worst = "" if one.doubt.worst is None else str(one.doubt.worst + 1)
        yield "\t".join(
            [
                one.title,
                one.state,
                str(one.by_hand),
                dice,
                f"{one.doubt.expected_wrong_ml:.1f}",
                worst,
                one.patient,
            ]
        )


WORKSPACE = Command(
    "workspace",
    "take scans into a workspace, list which to correct next",
    "workspace add scans/*.nii.gz --workspace FOLDER",
    workspace_options,
    workspace,
)
