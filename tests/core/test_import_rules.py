"""Imports point one way, and the first page is light."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "core").rglob("*.py"))
PAGES = sorted([ROOT / "app.py", *(ROOT / "pages").rglob("*.py")])
# From the ground up; a module may import what stands on its own line or above it.
LAYERS = (
    "errors labels volume provenance turning",
    "geometry",
    "draw presets",
    "models metrics io quality phantom process editing",
    "cascade",
    "study record",
    "explainers whatif atlas foundation",
    "cohort report training evaluation walkthrough saved workspace",
    "commands cli __main__",
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names.split()}
SHARED_ROOMS = ("common", "viewer")
