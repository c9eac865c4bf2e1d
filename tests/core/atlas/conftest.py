"""An atlas of three drawn patients, made once."""

from pathlib import Path

import pytest

from core.atlas.atlas import Atlas, read_atlas
from core.atlas.build import build_atlas
from tests.core.atlas import scans


@pytest.fixture(scope="session")
def atlas_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("atlases") / "drawn"
    build_atlas(scans.cases(), scans.AVERAGING, scans.RECIPE, folder)
    return folder


@pytest.fixture
def atlas(atlas_folder: Path) -> Atlas:
    return read_atlas(atlas_folder)
