"""Networks are asked in one room; all others ask that room."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Where a network may be called, or what it is given be made.
ROOMS = {
    "core/cascade": "the one for liver and tumors",
    "core/models": "networks themselves",
    "core/foundation": "models made elsewhere",
    "core/training": "networks that are still learning",
    "core/explainers/network.py": "gradients, which the fast runtime does not have",
}
SOURCES = [
    path
    for folder in ("core", "pages")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not any(path.relative_to(ROOT).as_posix().startswith(room) for room in ROOMS)
]
NETWORKS = {"liver", "tumor", "finder"}
MAKING = {"network_input", "mask_to_liver", "with_neighbours", "mean_answer", "load_network"}


def asked(tree: ast.AST) -> Iterator[str]:
    """Name the calls that ask a network, or make what it is given."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Attribute(ast.Name("networks"), name) if name in NETWORKS:
                yield f"networks.{name}"
            case ast.Name(name) if name in MAKING:
                yield name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_networks_are_asked_in_the_cascade_alone(path: Path) -> None:
    assert not list(asked(ast.parse(path.read_text())))


@pytest.mark.parametrize("code", ["networks.tumor(x)", "mean_answer(n, network_input(gray))"])
def test_a_second_cascade_would_be_seen(code: str) -> None:
    assert list(asked(ast.parse(code)))


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_exist(room: str) -> None:
    assert (ROOT / room).exists()
