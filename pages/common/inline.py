"""The browser's half of an inline component, read from files beside its Python half."""

import re
from collections.abc import Sequence
from pathlib import Path


def text(folder: Path, name: str) -> str:
    """Read one asset."""
    return (folder / name).read_text(encoding="utf-8")


def script(folder: Path, modules: Sequence[str]) -> str:
    """Join modules, of which later ones import from earlier ones, to one.

    An inline component cannot import its neighbours: imports between the files go, and so does
    every `export` but the default one.
    """
    joined = "\n".join(text(folder, name) for name in modules)
    joined = re.sub(r'^import [^;]*? from "\./[^"]+";\n', "", joined, flags=re.MULTILINE)
    return re.sub(r"^export (?!default)", "", joined, flags=re.MULTILINE)
