"""Write reports."""

import argparse
from pathlib import Path

from core.commands.common import Command, add_named, add_preset, add_series, say, whole_number
from core.presets import preset_named


def report_options(parser: argparse.ArgumentParser) -> None:
    """Ask for a case, the study before it, and what the report should be like."""
    parser.add_argument(
        "input",
        type=Path,
        metavar="CASE",
        help="a folder that segment wrote, or a scan, which is segmented first",
    )
    parser.add_argument("--scan", type=Path, help="the scan that the folder was made of")
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        help="its suffix is the format: .pdf .docx .html .md .json; of DICOM also .dcm .pdf.dcm",
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


def report(arguments: argparse.Namespace) -> int:
    """Write a report of a case."""
    from core.foundation.llava.model import Writing
    from core.report.command import Order, Source, write_report
    from core.report.composite import GREEN_RED, OKABE_ITO
    from core.report.text import Edition

    writing = None
    if arguments.writer == "llava":
        writing = Writing(arguments.checkpoint, arguments.tokens, arguments.seconds)
    order = Order(
        out=arguments.out,
        edition=Edition(arguments.edition),
        palette=GREEN_RED if arguments.colors == "green-red" else OKABE_ITO,
        preset=preset_named(arguments.preset),
        writing=writing,
        patient=arguments.patient,
        insist=arguments.same_patient,
    )
    named: bool = arguments.file_names
    earlier = None
    if arguments.earlier:
        earlier = Source(arguments.earlier, arguments.earlier_scan, named=named)
    source = Source(arguments.input, arguments.scan, arguments.series, named)
    made = write_report(source, earlier, order, say)
    said = len(made.narrative.sentences)
    say(f"{arguments.out.name}: {said} sentences on {len(made.facts.lesion_numbers)} lesion(s)")
    return 0


REPORT = Command(
    "report",
    "write what was measured as a report",
    "report results/ct --scan ct.nii.gz --out report.pdf",
    report_options,
    report,
)
