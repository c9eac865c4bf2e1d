"""The command line: ``python -m core COMMAND``; ``--help`` tells the rest.

Exit code 0 on success, 1 with one sentence on standard error for bad input, 2 for wrong
usage. Progress goes to standard error, results go to files.
"""

import argparse
from collections.abc import Sequence

from core.commands import (
    embedding,
    evaluating,
    explaining,
    phantoms,
    reporting,
    sam,
    segmenting,
    training,
)
from core.commands.common import say
from core.errors import HepatoScopeError

COMMANDS = (
    segmenting,
    evaluating,
    training,
    embedding,
    explaining,
    sam,
    reporting,
    phantoms,
)


def build_parser() -> argparse.ArgumentParser:
    """Describe all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m core",
        description="HepatoScope without a browser. For research and teaching, not for diagnosis.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(subparsers)
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
