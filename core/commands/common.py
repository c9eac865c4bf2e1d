"""What commands have in common: telling progress, naming cases, reading and writing figures."""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.errors import BadDataset

if TYPE_CHECKING:
    from core.io.datasets import LabelledCase


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
