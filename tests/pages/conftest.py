"""The app without a browser: a small demo scan, networks that see by brightness."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from core.models import store
from core.volume import Volume
from pages.common.jobs import JOB
from pages.common.memory import NAME, Memory
from pages.common.session import CURRENT
from tests import scene

APP = Path(__file__).parents[2] / "app.py"
CARD = {
    "model": "U-Net, small",
    "intended_use": "Tests.",
    "data": {
        "training": {"slices": 9, "slices_with_tumor": 4, "patients": ["a", "b"]},
        "validation": {"slices": 3, "slices_with_tumor": 1, "patients": ["c"]},
        "licences": ["CC0"],
    },
    "recipe": {"seed": 1, "encoder_weights": "none"},
    "kept_epoch": {"val_loss": 0.5, "val_dice_coefficient": 0.8},
    "commit": "abc1234",
    "epochs_run": 2,
}


@pytest.fixture(scope="session", autouse=True)
def _packages_looked_through_once() -> Iterator[None]:
    """Every new app reads the metadata of all packages for components: half a second a test."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


@pytest.fixture(scope="session", autouse=True)
def _keras_left_alone() -> Iterator[None]:
    """Streamlit clears Keras after every run where it is loaded, which in a server it never is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A weights folder with the cards of both networks."""
    for name in ("liver", "tumor"):
        folder = tmp_path / "weights" / "paper" / name
        folder.mkdir(parents=True)
        (folder / store.WEIGHTS_NAME).touch()
        (folder / store.CARD_NAME).write_text(json.dumps(CARD))
    monkeypatch.setattr(store, "WEIGHTS_DIR", tmp_path / "weights")
    return tmp_path / "weights"


@pytest.fixture
def new_visitor(
    weights: Path, scan: Volume, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], AppTest]]:
    """Open the app in a session of its own."""
    scene.replace_networks(monkeypatch)
    monkeypatch.setattr(
        "pages.common.scan_source.make_phantom", lambda seed: SimpleNamespace(volume=scan)
    )
    st.cache_resource.clear()
    yield lambda: AppTest.from_file(str(APP), default_timeout=60).run()
    st.cache_resource.clear()


@pytest.fixture
def app(new_visitor: Callable[[], AppTest]) -> AppTest:
    """The first page, as a visitor meets it."""
    return new_visitor()


@pytest.fixture
def opened(app: AppTest) -> AppTest:
    """The demo case is open."""
    return button(app, "Open the demo case").click().run()


@pytest.fixture
def segmented(opened: AppTest) -> AppTest:
    """The demo case is segmented."""
    return finish(button(opened, "Segment liver and tumors").click().run())


def button(app: AppTest, label: str) -> Any:
    return next(found for found in app.button if found.label == label)


def labels_of(app: AppTest) -> list[str]:
    return [found.label for found in app.button]


def memory_of(app: AppTest) -> Memory:
    """What the visitor has."""
    if NAME not in app.session_state:
        app.session_state[NAME] = Memory()
    found: Memory = app.session_state[NAME]
    return found


def finish(app: AppTest) -> AppTest:
    """Wait for the running segmentation and take its result over."""
    if (job := memory_of(app).get(JOB)) is not None:
        job.wait(30)
        app.run()
    assert memory_of(app).get(JOB) is None
    return app


def current(app: AppTest) -> Any:
    """The case that the visitor looks at."""
    return memory_of(app).cases[memory_of(app).get(CURRENT) or ""]
