"""Imports point one way, and the first page is light."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

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
HEAVY = ("tensorflow", "keras", "torch", "shap", "umap")

PROGRAM = f"""
import sys
from streamlit.testing.v1 import AppTest
page = AppTest.from_file("app.py", default_timeout=60).run()
assert not page.exception, page.exception
print([name for name in {HEAVY!r} if name in sys.modules])
"""


def imported(path: Path) -> Iterator[str]:
    """Name every module that a file imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module
            if node.module == "core":
                yield from (f"core.{alias.name}" for alias in node.names)
            else:
                yield node.module


def level_of(module: str) -> int:
    """Layer of a module ``core.part…``."""
    part = module.split(".")[1]
    return LEVEL[part]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_core_knows_neither_browser_nor_pages(path: Path) -> None:
    roots = {module.split(".")[0] for module in imported(path)}
    assert not roots & {"streamlit", "pages", "app", "tests", "bench"}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_core_imports_point_down(path: Path) -> None:
    if path.name == "__init__.py" and path.parent.name == "core":
        return
    above = {
        module
        for module in imported(path)
        if module.startswith("core.") and level_of(module) > level_of(name_of(path))
    }
    assert not above, f"{name_of(path)} imports from a layer above its own"


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_a_page_imports_what_is_shared_and_never_another_page(path: Path) -> None:
    rooms = {module.split(".")[1] for module in imported(path) if module.startswith("pages.")}
    own = path.relative_to(ROOT).parts[1] if path.is_relative_to(ROOT / "pages") else "common"
    beside = rooms - {own, *SHARED_ROOMS}
    assert not beside, f"{name_of(path)} imports from another page"


@pytest.mark.parametrize("room", SHARED_ROOMS)
def test_what_pages_share_imports_no_page(room: str) -> None:
    for path in (ROOT / "pages" / room).rglob("*.py"):
        modules = {module for module in imported(path) if module.startswith("pages.")}
        assert {module.split(".")[1] for module in modules} <= set(SHARED_ROOMS), name_of(path)


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_pages_import_nothing_heavy_when_they_are_drawn(path: Path) -> None:
    at_the_top = {
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not {module.split(".")[0] for module in at_the_top} & {*HEAVY, "openvino", "sklearn"}


def test_first_page_is_drawn_without_heavy_libraries() -> None:
    asked = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.strip().splitlines()[-1] == "[]"


def test_memory_is_asked_for_in_small_pages_by_who_serves_and_by_commands() -> None:
    server = "import streamlit.starlette, sys; assert 'numpy' not in sys.modules; import serve"
    told = "import os, core; print(os.environ['NUMPY_MADVISE_HUGEPAGE'])"
    asked = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True)
    assert asked.stdout.strip() == "0"
    first = f"{server}; print(serve.PAGES_NEED[0])"
    asked = subprocess.run([sys.executable, "-c", first], cwd=ROOT, capture_output=True, text=True)
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.strip().splitlines()[-1] == "core"
