"""The browser's half of the map, read from the files beside this one."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent / "assets"

# Later modules import from earlier ones.
MAP = ("packet.js", "view.js", "paint.js", "gestures.js", "tip.js", "map.js")
SHELF = ("packet.js", "pictures.js")


def text(name: str) -> str:
    """Read one asset."""
    return (FOLDER / name).read_text(encoding="utf-8")


def script(modules: tuple[str, ...]) -> str:
    """Join modules to one, because an inline component cannot import its neighbours.

    Imports between the files go, and so does every `export` but the default one.
    """
    joined = "\n".join(text(name) for name in modules)
    joined = re.sub(r'^import [^;]*? from "\./[^"]+";\n', "", joined, flags=re.MULTILINE)
    return re.sub(r"^export (?!default)", "", joined, flags=re.MULTILINE)
