"""What commands have in common: how one is described, telling progress, naming cases, figures."""

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import BadDataset
from core.presets import BEST, PRESETS

if TYPE_CHECKING:
    from distributed import Client

    from core.cohort.work import Order
    from core.io.datasets import LabelledCase

PROGRAM = "python -m core"


@dataclass(frozen=True)
class Command:
    """One command.

    Parameters
    ----------
    name, summary : how it is called, and what it does in half a sentence.
    example : what is typed after ``python -m core``; stands below its help.
    options : adds its arguments to a parser.
    run : does it and returns the exit code; None where `options` adds commands below it.
    """

    name: str
    summary: str
    example: str
    options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int] | None = None

    def add_to(self, parsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        """Give the command a parser, whose help ends with the example."""
        parser = parsers.add_parser(
            self.name,
            help=self.summary,
            description=f"{self.summary[0].upper()}{self.summary[1:]}.",
            epilog=f"example:\n  {PROGRAM} {self.example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self.options(parser)
        if self.run is not None:
            parser.set_defaults(run=self.run)


def add_preset(parser: argparse.ArgumentParser, **other: Any) -> None:
    """Let the user choose a preset; without a choice it is the one the browser starts with."""
    told = f"which networks, and how they look at a scan; default: {BEST.name}, our best"
    settings = {"choices": list(PRESETS), "default": BEST.name, "help": told, **other}
    parser.add_argument("--preset", **settings)


def add_named(parser: argparse.ArgumentParser) -> None:
    """Offer to tell the names of files in what is written."""
    parser.add_argument(
        "--file-names",
        action="store_true",
        help="call scans by their files in findings and reports, where such a name may be a "
        "patient's; they are called by their digests otherwise",
    )


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Let the user have several scans worked on at a time."""
    parser.add_argument(
        "--workers",
        type=whole_number,
        metavar="N",
        help="work on so many scans at a time, each in a process of its own",
    )
    parser.add_argument(
        "--scheduler", metavar="tcp://HOST:PORT", help="use the workers of this Dask scheduler"
    )


def workers(arguments: argparse.Namespace, order: "Order") -> "AbstractContextManager[Client]":
    """Give the workers that were asked for."""
    from core.cohort.cluster import local_workers, workers_at

    if arguments.scheduler:
        return workers_at(arguments.scheduler, order, say)
    return local_workers(arguments.workers, say)


def add_series(parser: argparse.ArgumentParser) -> None:
    """Let the user choose among the series of a DICOM study."""
    parser.add_argument(
        "--series",
        metavar="KEY",
        help="of a DICOM study with several series; default: the one that shows most of an abdomen",
    )


def say(text: str) -> None:
    """Tell the user how far the work is."""
    print(text, file=sys.stderr, flush=True)


def named(cases: "Sequence[LabelledCase]", names: Sequence[str] | None) -> "list[LabelledCase]":
    """Choose the cases of these names, all without any; BadDataset where one is not there."""
    known = {case.name for case in cases}
    if missing := [name for name in names or () if name not in known]:
        raise BadDataset(f"There is no case {', '.join(missing)}; the folder has other names.")
    return [case for case in cases if names is None or case.name in names]


def figure(value: float | None) -> str:
    """Show a score; a dash where it is not defined."""
    return "–" if value is None else f"{value:.3f}"


def whole_number(text: str) -> int:
    """Read an option that is a number from 1 on; argparse tells what is wrong with another."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, got {text}")
    return int(text)
