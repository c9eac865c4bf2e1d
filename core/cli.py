"""The command line: ``python -m core COMMAND``; ``--help`` tells the rest.

Exit code 0 on success, 1 with one sentence on standard error for bad input, 2 for wrong
usage. Progress goes to standard error, results go to files.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from core import commands
from core.commands import say
from core.errors import HepatoScopeError
from core.presets import PRESETS

COMPARABLE = ("dice", "iou", "precision", "recall", "hd95_mm", "assd_mm", "surface_dice")


def _add_segment(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
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
    parser.set_defaults(run=commands.segment)


def _add_evaluate(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("evaluate", help="compare with ground truth")
    parser.add_argument("--data", type=Path, required=True, help="labelled folder")
    parser.add_argument("--split", help="only this split of the folder")
    parser.add_argument("--cases", nargs="+", metavar="CASE", help="only these cases")
    parser.add_argument(
        "--weights", type=Path, help="folder with liver/ and tumor/; default: the preset's own"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--preset", default="paper", choices=list(PRESETS))
    parser.set_defaults(run=commands.evaluate)


def _add_compare(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("compare", help="paired difference of two evaluation runs")
    parser.add_argument("first", type=Path, metavar="A", help="folder of a run")
    parser.add_argument("second", type=Path, metavar="B", help="folder of the run to judge")
    parser.add_argument("--score", choices=COMPARABLE, default="dice")
    parser.set_defaults(run=commands.compare)


def _add_phantom(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("phantom", help="write labelled synthetic scans, LiTS layout")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cases", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.set_defaults(run=commands.phantom)


def _add_train(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("train", help="train a network; started again, it resumes")
    networks = parser.add_subparsers(required=True, metavar="NETWORK")
    for network in ("liver", "tumor"):
        unet = networks.add_parser(network, help=f"the U-Net that finds the {network}")
        _add_unet_options(unet)
        unet.set_defaults(run=commands.train, network=network)
    patches = networks.add_parser("autoencoder", help="the autoencoder of 32×32 patches")
    _add_training_options(patches, epochs=60, batch_size=128, patience=10)
    patches.add_argument("--bottleneck", type=int, default=64, help="numbers a patch")
    patches.add_argument(
        "--unpooled", action="store_true", help="no average over the patch before the bottleneck"
    )
    patches.set_defaults(run=commands.train_patches)


def _add_training_options(
    parser: argparse.ArgumentParser, *, epochs: int, batch_size: int, patience: int
) -> None:
    parser.add_argument(
        "--data", type=Path, action="append", required=True, help="labelled folder; may be repeated"
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--batch-size", type=int, default=batch_size)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--patience", type=int, default=patience, help="epochs without improvement")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--validation-fraction", type=float, default=0.15)
    parser.add_argument("--validation-patients", nargs="*", default=[])


def _add_unet_options(parser: argparse.ArgumentParser) -> None:
    _add_training_options(parser, epochs=20, batch_size=16, patience=6)
    parser.add_argument("--preset", default="paper", choices=list(PRESETS))
    parser.add_argument("--slices-per-epoch", type=int)
    parser.add_argument(
        "--encoder-weights",
        help="imagenet, or a local file (.h5, or EfficientNet-Lite0 as .pth); default: random",
    )
    parser.add_argument("--start", type=Path, help="weights to start from")
    parser.add_argument(
        "--keep", choices=["loss", "dice", "last"], default="loss", help="epoch to keep"
    )
    parser.add_argument(
        "--split",
        choices=["patient", "slice"],
        default="patient",
        help="“slice” leaks patients into validation; only to measure by how much",
    )


def _add_embed(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "embed", help="make a patch atlas; patches cut before are not cut again"
    )
    parser.add_argument(
        "--data", type=Path, action="append", required=True, help="labelled folder; may be repeated"
    )
    parser.add_argument("--split", help="only this split of the folder")
    parser.add_argument(
        "--no-images",
        dest="images",
        action="store_false",
        help="leave the patches out, where the data may not be passed on",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(run=commands.embed)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, got {text}")
    return int(text)


def _add_sam(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("sam", help="score SAM on slices with ground truth")
    parser.add_argument("--data", type=Path, required=True, help="labelled folder")
    parser.add_argument("--split", help="only this split of the folder")
    parser.add_argument("--cases", nargs="+", metavar="CASE", help="only these cases")
    parser.add_argument(
        "--checkpoint",
        required=True,
        metavar="NAME_OR_FOLDER",
        help="such as facebook/sam-vit-base, or the folder of a SAM",
    )
    parser.add_argument(
        "--download", action="store_true", help="fetch the checkpoint where it is not here yet"
    )
    parser.add_argument(
        "--mode",
        choices=["automatic", "points", "box"],
        default="automatic",
        help="best of all masks, or prompts drawn from the truth",
    )
    parser.add_argument("--slices", type=_count, default=3, help="of a case, at most")
    parser.add_argument(
        "--side", type=_count, default=16, help="points along each side of the grid"
    )
    parser.add_argument("--points", type=_count, default=1, help="drawn in every object")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--preset",
        choices=list(PRESETS),
        help="also score these networks on the same slices, in a run beside, OUT-PRESET",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="RUN")
    parser.set_defaults(run=commands.sam)


def _add_explain(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("explain", help="show which pixels an answer rests on")
    parser.add_argument("input", type=Path, metavar="INPUT", help="a scan, as for segment")
    parser.add_argument("--slice", type=int, help="axial slice, from 1; default: most tumor")
    parser.add_argument("--method", default="shap", help="such as shap, integrated or occlusion")
    parser.add_argument("--network", default="tumor", choices=["tumor", "liver"])
    parser.add_argument("--preset", default="paper", choices=list(PRESETS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, metavar="PNG")
    parser.set_defaults(run=commands.explain)


def _add_faithfulness(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "faithfulness",
        help="put the explanations to the test on patients held out; started again, it goes on",
    )
    parser.add_argument("--data", type=Path, required=True, help="labelled folder")
    parser.add_argument("--split", help="only this split of the folder")
    parser.add_argument("--preset", default="paper", choices=list(PRESETS))
    parser.add_argument("--out", type=Path, required=True)
    parser.set_defaults(run=commands.faithfulness)


def _add_report(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser("report", help="write what was measured as a report")
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
    parser.add_argument("--earlier", type=Path, metavar="CASE", help="an earlier study")
    parser.add_argument("--earlier-scan", type=Path, metavar="SCAN", help="the scan of its folder")
    parser.add_argument("--edition", choices=["clinical", "plain"], default="clinical")
    parser.add_argument("--colors", choices=["blue-orange", "green-red"], default="blue-orange")
    parser.add_argument("--writer", choices=["facts", "llava"], default="facts")
    parser.add_argument(
        "--checkpoint",
        default="llava-hf/llava-1.5-7b-hf",
        metavar="NAME_OR_FOLDER",
        help="LLaVA-1.5 on this machine",
    )
    parser.add_argument("--tokens", type=_count, default=300, help="of its text, at most")
    parser.add_argument("--seconds", type=_count, default=600, help="it may take, at most")
    parser.add_argument("--patient", help="a line that names the patient; never read from the scan")
    parser.add_argument("--preset", default="paper", choices=list(PRESETS))
    parser.set_defaults(run=commands.report)


def _add_backgrounds(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "backgrounds", help="draw phantoms beside the networks for SHAP to compare with"
    )
    parser.add_argument("--preset", default="paper", choices=list(PRESETS))
    parser.set_defaults(run=commands.backgrounds)


def build_parser() -> argparse.ArgumentParser:
    """Describe all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m core",
        description="HepatoScope without a browser. For research and teaching, not for diagnosis.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        _add_segment,
        _add_evaluate,
        _add_compare,
        _add_train,
        _add_embed,
        _add_explain,
        _add_faithfulness,
        _add_report,
        _add_backgrounds,
        _add_sam,
        _add_phantom,
    ):
        add(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = build_parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
    except HepatoScopeError as error:
        say(f"error: {error}")
        return 1
    return code
