"""The papers name only what exists: paths, commands, modules, links, keys of files."""

import argparse
import ast
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.cli import GROUPS, build_parser, main
from pages.common.glossary import anchor, glossary
from tests import scene

ROOT = Path(__file__).parents[1]
PAPERS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "weights" / "README.md"])
SOURCES = sorted(
    path for room in ("core", "pages", "bench") for path in (ROOT / room).rglob("*.py")
)
COMMANDS = {command.name: command for group in GROUPS.values() for command in group}
# What stands for something that the reader fills in, in commands and in paths.
PLACEHOLDERS = {"NETWORK": "liver", "PRESET": "paper", "SPLIT/": "x/", "BOTTLENECK": "32"}
FENCE = re.compile(r"^```.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(
    r"(?<![\w/.-])(?:core|pages|tests|bench|docs|weights|\.ci|\.streamlit)/[\w./<>*-]*"
)
MODULE = re.compile(r"`((?:core|pages|bench|tests)(?:\.\w+)+)`")
ROOT_FILE = re.compile(r"`([\w-]+\.(?:md|txt|toml|py|cff)|Makefile|Dockerfile|LICENSE)`")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(text: str) -> str:
    return FENCE.sub("", text)


def fenced_lines(text: str) -> Iterator[str]:
    """Lines of the code blocks, continued ones joined and without comments."""
    for block in FENCE.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            if words := line.split("  #")[0].strip():
                yield words


def filled_in(words: str) -> str:
    for placeholder, value in PLACEHOLDERS.items():
        words = words.replace(placeholder, value)
    return words.replace("--split SPLIT", "--split slice").replace(" SPLIT", " x")


def parse(words: list[str]) -> argparse.Namespace:
    try:
        return build_parser().parse_args(words)
    except SystemExit:
        raise AssertionError(f"python -m core does not accept: {shlex.join(words)}") from None


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_commands_in_blocks_are_accepted(paper: Path) -> None:
    for line in fenced_lines(paper.read_text()):
        words = shlex.split(filled_in(line))
        if words[:3] == ["python", "-m", "core"] and words[3:] != ["--help"]:
            parse(words[3:])
        elif words[:2] == ["python", "-m"] and words[2].split(".")[0] == "bench":
            source = program_of(words[2]).read_text()
            for option in (word for word in words[3:] if word.startswith("--")):
                assert f'"{option}"' in source, f"{words[2]} has no option {option}"


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_commands_named_in_text_exist(paper: Path) -> None:
    check_commands(prose(paper.read_text()))


def test_commands_named_in_messages_exist() -> None:
    for source in SOURCES:
        check_commands(source.read_text())


def check_commands(text: str) -> None:
    text = re.sub(r'"\s*\n\s*f?"', "", text)
    for words in re.findall(r"python -m core +(\w[\w -]*)", text):
        name, *options = words.split()
        if name not in ("COMMAND",):
            assert name in COMMANDS, words
            known = options_of(name)
            assert {word for word in options if word.startswith("--")} <= known, words
    for module in re.findall(r"python -m (bench(?:\.\w+)*)", text):
        assert program_of(module).is_file(), module


def program_of(module: str) -> Path:
    """The file that ``python -m`` runs."""
    place = ROOT / module.replace(".", "/")
    return place / "__main__.py" if place.is_dir() else place.with_suffix(".py")


def options_of(command: str) -> set[str]:
    parser = argparse.ArgumentParser()
    COMMANDS[command].options(parser)
    words = parser.format_help()
    if command == "train":
        words += "--preset --data --out"
    return {"--help", *re.findall(r"--[a-z-]+", words)}


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_targets_of_make_exist(paper: Path) -> None:
    rules = (ROOT / "Makefile").read_text()
    lines = [*fenced_lines(paper.read_text()), *re.findall(r"`([^`]+)`", prose(paper.read_text()))]
    for line in lines:
        if line.startswith("make "):
            assert re.search(rf"^{line.split()[1]}:", rules, re.MULTILINE), line


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_paths_named_in_text_exist(paper: Path) -> None:
    text = prose(paper.read_text())
    for named in PATH.findall(text):
        pattern = re.sub(r"<\w+>|\b[A-Z]{2,}\b", "*", named.rstrip("."))
        assert any(ROOT.glob(pattern.rstrip("/"))), named
    for named in ROOT_FILE.findall(text):
        assert (ROOT / named).is_file() or any(ROOT.rglob(f"[!.]*/{named}")), named


def test_named_tests_exist() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", (ROOT / "docs" / "trust.md").read_text())
    assert len(named) > 30
    for path, name in named:
        assert f"def {name}(" in (ROOT / path).read_text(), f"{path}::{name}"


def test_architecture_names_every_room() -> None:
    told = (ROOT / "docs" / "architecture.md").read_text()
    rooms = [
        path
        for house in ("core", "pages")
        for path in (ROOT / house).iterdir()
        if path.is_dir() and (path / "__init__.py").is_file()
    ]
    assert len(rooms) > 20
    assert [name_of(room) for room in rooms if f"`{name_of(room)}`" not in told] == []


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_modules_named_in_text_exist(paper: Path) -> None:
    for dotted in MODULE.findall(paper.read_text()):
        assert is_there(dotted.split(".")), dotted


def is_there(parts: list[str]) -> bool:
    """Whether a module, or a name defined at the top of one, exists."""
    for place in (ROOT.joinpath(*parts), ROOT.joinpath(*parts[:-1])):
        source = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if place.name == parts[-1] and (place.is_dir() or source.is_file()):
            return True
        if source.is_file() and parts[-1] in names_in(source):
            return True
    return False


@pytest.mark.parametrize("name", ["Dockerfile", "Makefile"])
def test_commands_of_the_container_and_of_make_exist(name: str) -> None:
    asked = re.findall(r"python -m core (\w+)", (ROOT / name).read_text())
    assert asked
    assert set(asked) <= set(COMMANDS)


def names_in(source: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.parse(source.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Assign):
            found.update(ast.unparse(target) for target in node.targets)
        elif isinstance(node, ast.AnnAssign):
            found.add(ast.unparse(node.target))
        elif isinstance(node, ast.ImportFrom):
            found.update(alias.asname or alias.name for alias in node.names)
    return found


@pytest.mark.parametrize("paper", PAPERS, ids=name_of)
def test_links_lead_somewhere(paper: Path) -> None:
    for target in LINK.findall(prose(paper.read_text())):
        if not target.startswith(("http://", "https://")):
            path, _, anchor = target.partition("#")
            place = paper.parent / path if path else paper
            assert place.exists(), target
            assert not anchor or anchor in anchors(place.read_text()), target


def anchors(text: str) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_environment_variables_are_all_told() -> None:
    told = (ROOT / "docs" / "formats.md").read_text()
    for path in [*SOURCES, ROOT / "Dockerfile"]:
        for name in re.findall(
            r"\b(?:HEPATOSCOPE|STREAMLIT|HF|OMP|TF|SM)_[A-Z_]+\b", path.read_text()
        ):
            assert f"`{name}" in told, f"{name_of(path)} reads {name}"


def keys_of(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from keys_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys_of(inner)


def test_every_key_of_a_finished_case_and_of_a_run_is_told(
    lits: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.replace_networks(monkeypatch)
    told = set(re.findall(r"`([\w.]+)`", (ROOT / "docs" / "formats.md").read_text()))
    assert main(["segment", str(lits / "volume-0.nii.gz"), "--out", str(tmp_path)]) == 0
    findings = json.loads((tmp_path / "volume-0" / "findings.json").read_text())
    assert main(["evaluate", "--data", str(lits), "--out", str(tmp_path / "run")]) == 0
    run = json.loads((tmp_path / "run" / "run.json").read_text())
    assert {path.name for path in (tmp_path / "run").iterdir()} <= told
    assert {path.name for path in (tmp_path / "volume-0").iterdir()} <= told
    by_name = ("models_sha256", "thresholds", "seconds", "versions", "definitions")
    plain = {key: value for key, value in findings.items() if key not in by_name}
    plain["findings"] = {k: v for k, v in plain["findings"].items() if k not in by_name}
    assert {*keys_of(plain), *by_name} <= told
    assert {*run, *run["summary"]["tumor"]} <= told


GLOSSARY = ROOT / "docs" / "glossary.md"


def test_glossary_gives_each_term_two_lines_at_most() -> None:
    text = GLOSSARY.read_text()
    entries = re.findall(r"^### (.+)\n\n((?:.+\n)+)", text, re.MULTILINE)
    assert len(entries) == text.count("### ") > 50
    assert len({title for title, _ in entries}) == len(entries)
    for title, body in entries:
        assert body.count("\n") <= 2, title
        assert max(map(len, body.splitlines())) <= 110, title


def test_help_texts_lead_to_terms_that_are_there() -> None:
    terms = re.findall(r"^### (.+)$", GLOSSARY.read_text(), re.MULTILINE)
    asked = [
        term
        for path in SOURCES
        for words in re.findall(r"\bsee\(((?:\"[^\"]+\"(?:, )?)+)\)", path.read_text())
        for term in re.findall(r'"([^"]+)"', words)
    ]
    assert len(set(asked)) > 8
    assert set(asked) <= set(terms)
    assert len({anchor(term) for term in terms}) == len(terms)


def test_about_page_shows_every_term_below_its_own_headings() -> None:
    shown = glossary()
    assert shown.startswith("#### The scan")
    assert shown.count("##### ") == GLOSSARY.read_text().count("\n### ")
