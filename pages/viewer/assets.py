"""The browser's half of the viewer, read from the files beside this one."""

from pathlib import Path

from pages.common import inline

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
    "brush.js",
    "measure.js",
    "editor.js",
    "viewer.js",
)
STYLES = (
    "viewer.css",
    "controls.css",
    "planes.css",
    "strip.css",
    "values.css",
    "narrow.css",
    "editor.css",
)


def html() -> str:
    """Give the viewer's elements."""
    return inline.text(FOLDER, "viewer.html")


def script() -> str:
    """Join the modules to one."""
    return inline.script(FOLDER, MODULES)


def style() -> str:
    """Join the style sheets to one."""
    return "\n".join(inline.text(FOLDER, name) for name in STYLES)
