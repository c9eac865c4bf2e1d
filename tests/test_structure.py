"""Files and functions stay small enough to be read at a sitting."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = (ROOT / "core", ROOT / "pages")
SOURCES = sorted([ROOT / "app.py", *(path for room in ROOMS for path in room.rglob("*.py"))])
TREES = {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in SOURCES}
MOST_LINES, MOST_IN_A_FUNCTION = 300, 60
Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_no_file_is_long() -> None:
    lines = {name: len((ROOT / name).read_text().splitlines()) for name in TREES}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_no_function_is_long() -> None:
    lines = {
        f"{name}: {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, Function)
    }
    assert {name: count for name, count in lines.items() if count > MOST_IN_A_FUNCTION} == {}


def test_every_file_begins_with_a_sentence_on_what_it_is_for() -> None:
    silent = [name for name, tree in TREES.items() if tree.body and not ast.get_docstring(tree)]
    assert silent == []
