"""The command line: ``python -m core COMMAND``; ``--help`` tells the rest.

Exit code 0 on success, 1 with one sentence on standard error for bad input, 2 for wrong
usage. Progress goes to standard error, results go to files.
"""

import argparse
import logging
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from core.commands.common import PROGRAM, Command, say
from core.commands.edits import EDITS
from core.commands.embedding import EMBED
from core.commands.evaluating import COMPARE, EVALUATE
from core.commands.explaining import EXPLAIN, FAITHFULNESS
from core.commands.phantoms import BACKGROUNDS, PHANTOM
from core.commands.preparing import PREPARE
from core.commands.reporting import REPORT
from core.commands.sam import SAM
from core.commands.segmenting import SEGMENT
from core.commands.training import TRAIN
from core.commands.workspace import WORKSPACE
from core.errors import HepatoScopeError

# They log to the terminal what they think of a header.
LOUD = ("nibabel.global", "pydicom", "highdicom")
GROUPS = {
    "Read a scan": (SEGMENT, REPORT, EDITS, WORKSPACE),
    "Judge": (EVALUATE, COMPARE, SAM),
    "Explain": (EXPLAIN, FAITHFULNESS),
    "Train": (TRAIN,),
    "Make": (PREPARE, PHANTOM, BACKGROUNDS, EMBED),
}


def build_parser() -> argparse.ArgumentParser:
    """Describe all commands."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage="%(prog)s [-h] COMMAND ...",
        description="HepatoScope without a browser. For research and teaching, not for diagnosis.",
        epilog="\n\n".join([*map(_listed, GROUPS), f"{PROGRAM} COMMAND --help has an example."]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # argparse cannot group commands: they are listed below its own help instead.
    parsers = parser.add_subparsers(
        required=True, prog=PROGRAM, metavar="COMMAND", help=argparse.SUPPRESS
    )
    for commands in GROUPS.values():
        for command in commands:
            command.add_to(parsers)
    return parser


def _listed(group: str) -> str:
    lines = [_line(command) for command in GROUPS[group]]
    return "\n".join([f"{group}:", *lines])


def _line(command: Command) -> str:
    return f"  {command.name:<13} {command.summary}"


@contextmanager
def _libraries_silent() -> Iterator[None]:
    """Keep what libraries say of files and of themselves from the terminal; `-W` brings it back."""
    loud = {name: logging.getLogger(name).level for name in LOUD}
    with warnings.catch_warnings():
        if not sys.warnoptions:
            warnings.simplefilter("ignore")
        for name in LOUD:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            for name, level in loud.items():
                logging.getLogger(name).setLevel(level)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = build_parser().parse_args(argv)
    try:
        with _libraries_silent():
            code: int = arguments.run(arguments)
    except HepatoScopeError as error:
        say(f"error: {error}")
        return 1
    return code
