"""Write reports."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from core.commands.cohort import on_workers
from core.commands.common import (
    Command,
    add_named,
    add_preset,
    add_series,
    add_workers,
    say,
    whole_number,
)
from core.errors import HepatoScopeError
from core.presets import preset_named

if TYPE_CHECKING:
    from core.report.command import Order


def report_options(parser: argparse.ArgumentParser) -> None:
    """Ask for a case, the study before it, and what the report should be like."""
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="CASE",
        help="a folder that segment wrote, or a scan, which is segmented first; with workers any "
        "folders of scans, or URLs such as s3://bucket/scans",
    )
    parser.add_argument("--scan", type=Path, help="the scan that the folder was made of")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        help="its suffix is the format: .pdf .docx .html .md .json; of DICOM also .dcm .pdf.dcm; "
        "with workers a folder, for labels, findings and report of every scan",
    )
    add_series(parser)
    parser.add_argument("--earlier", type=Path, metavar="CASE", help="an earlier study")
    parser.add_argument("--earlier-scan", type=Path, metavar="SCAN", help="the scan of its folder")
    parser.add_argument(
        "--same-patient",
        action="store_true",
        help="insist on it, where the livers of both studies fit each other little",
    )
    parser.add_argument("--edition", choices=["clinical", "plain"], default="clinical")
    parser.add_argument("--colors", choices=["blue-orange", "green-red"], default="blue-orange")
    parser.add_argument("--writer", choices=["facts", "llava"], default="facts")
    parser.add_argument(
        "--checkpoint",
        default="llava-hf/llava-1.5-7b-hf",
        metavar="NAME_OR_FOLDER",
        help="LLaVA-1.5 on this machine",
    )
    parser.add_argument("--tokens", type=whole_number, default=300, help="of its text, at most")
    parser.add_argument("--seconds", type=whole_number, default=1800, help="it may take, at most")
    parser.add_argument("--patient", help="a line that names the patient; never read from the scan")
    add_named(parser)
    add_preset(parser)
    add_workers(parser)
    parser.add_argument(
        "--format",
        default=".pdf",
        metavar="SUFFIX",
        help="with workers: of the reports; default: .pdf",
    )
    parser.add_argument(
        "--again", action="store_true", help="with workers: try again what failed before"
    )


def report(arguments: argparse.Namespace) -> int:
    """Write a report of a case; with workers those of many."""
    if arguments.workers or arguments.scheduler:
        return _cohort(arguments)
    from core.report.command import Source, write_report

    if len(arguments.inputs) > 1:
        raise HepatoScopeError("Name one case, or have many worked on at a time with --workers.")
    named: bool = arguments.file_names
    earlier = None
    if arguments.earlier:
        earlier = Source(arguments.earlier, arguments.earlier_scan, named=named)
    source = Source(Path(arguments.inputs[0]), arguments.scan, arguments.series, named)
    made = write_report(source, earlier, _order(arguments, arguments.out), say)
    said = len(made.narrative.sentences)
    say(f"{arguments.out.name}: {said} sentences on {len(made.facts.lesion_numbers)} lesion(s)")
    return 0


def _order(arguments: argparse.Namespace, out: Path) -> "Order":
    from core.foundation.llava.model import Writing
    from core.report.command import Order
    from core.report.composite import GREEN_RED, OKABE_ITO
    from core.report.text import Edition

    writing = None
    if arguments.writer == "llava":
        writing = Writing(arguments.checkpoint, arguments.tokens, arguments.seconds)
    return Order(
        out=out,
        edition=Edition(arguments.edition),
        palette=GREEN_RED if arguments.colors == "green-red" else OKABE_ITO,
        preset=preset_named(arguments.preset),
        writing=writing,
        patient=arguments.patient,
        insist=arguments.same_patient,
    )


def _cohort(arguments: argparse.Namespace) -> int:
    """Report on many scans, on local workers or those of a Dask scheduler."""
    from core.report.cohort import Reports
    from core.report.formats import format_of

    alone = ("scan", "series", "earlier", "earlier_scan", "patient")
    if any(getattr(arguments, name) for name in alone) or arguments.writer == "llava":
        raise HepatoScopeError(
            "With workers every scan gets a report of its own facts; leave out --scan, --series, "
            "--earlier, --patient and --writer."
        )
    file = Path(f"report{arguments.format}")
    format_of(file)
    reports = Reports(_order(arguments, file))
    return on_workers(arguments, reports.work, reports.known)


REPORT = Command(
    "report",
    "write what was measured as a report",
    "report results/ct --scan ct.nii.gz --out report.pdf",
    report_options,
    report,
)
