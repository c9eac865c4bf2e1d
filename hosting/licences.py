"""The licences of all that is installed from ``requirements.lock``, and whether they allow it.

make licences        the table in docs/licences.md
"""

import argparse
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
# What a program under Apache-2.0 may use: as they are, or, LGPL and MPL, as libraries unchanged.
ALLOWED = re.compile(
    r"apache|\bmit\b|bsd|isc\b|psf|python software|mpl|mozilla|lgpl|lesser general|hpnd|zlib|"
    r"unlicense|public domain|cc0|0bsd|boost|artistic|wtfpl|zpl|cnri",
    re.IGNORECASE,
)
AS_A_LIBRARY = re.compile(r"lgpl|lesser general|mpl|mozilla", re.IGNORECASE)
MARK = "<!-- table -->\n"
# Their metadata tell nothing; read from the files that they come with.
TOLD = {"namex": "Apache-2.0"}


def locked(path: Path = ROOT / "requirements.lock") -> dict[str, str]:
    """Name the packages of the lock with their versions."""
    return dict(PINNED.findall(path.read_text()))


def licence_of(name: str) -> str | None:
    """Tell the licence of an installed package in a line; None where it is not installed."""
    try:
        told: Any = metadata(name)
    except PackageNotFoundError:
        return None
    stated = told.get("License-Expression") or _of_classifiers(told.get_all("Classifier") or [])
    first = (told.get("License") or "").strip().splitlines()
    return stated or (first[0][:60] if first else "") or TOLD.get(name, "not stated")


def _of_classifiers(classifiers: list[str]) -> str:
    named = [one.rsplit(" :: ", 1)[1] for one in classifiers if one.startswith("License ::")]
    return ", ".join(one for one in named if one != "OSI Approved")


def rows() -> Iterator[tuple[str, str, str]]:
    """List package, version and licence, of those that are installed here."""
    for name, version in sorted(locked().items()):
        licence = licence_of(name)
        if licence is not None:
            yield name, version, licence


def main() -> int:
    """Print the table, or put it below the mark in a file; 1 where one does not allow our use."""
    parser = argparse.ArgumentParser(prog="make licences", description=__doc__)
    parser.add_argument("--into", type=Path)
    into = parser.parse_args().into
    found = list(rows())
    lines = ["| package | version | licence |", "|---|---|---|"]
    table = "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in found)]) + "\n"
    if into is None:
        print(table)
    else:
        head = into.read_text().partition(MARK)[0]
        into.write_text(f"{head}{MARK}{table}")
    return 1 if [row for row in found if not ALLOWED.search(row[2])] else 0


if __name__ == "__main__":
    sys.exit(main())
