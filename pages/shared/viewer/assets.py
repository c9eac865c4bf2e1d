"""The browser's half of the viewer, read from the files beside this one."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent / "assets"

# Later modules import from earlier ones.
MODULES = (
    "packet.js",
    "geometry.js",
    "palette.js",
    "contour.js",
    "paint.js",
    "gestures.js",
    "pane.js",
    "strip.js",
    "toolbar.js",
    "feed.js",
    "viewer.js",
)
STYLES = ("viewer.css", "controls.css", "planes.css", "strip.css", "values.css", "narrow.css")


def text(name: str) -> str:
    """Read one asset."""
    return (FOLDER / name).read_text(encoding="utf-8")


def script() -> str:
    """Join the modules to one, because an inline component cannot import its neighbours.

    Imports between the files go, and so does every `export` but the default one.
    """
    joined = "\n".join(text(name) for name in MODULES)
    joined = re.sub(r'^import [^;]*? from "\./[^"]+";\n', "", joined, flags=re.MULTILINE)
    return re.sub(r"^export (?!default)", "", joined, flags=re.MULTILINE)


def style() -> str:
    """Join the style sheets to one."""
    return "\n".join(text(name) for name in STYLES)
