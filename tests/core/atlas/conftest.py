"""An atlas of three drawn patients, made once."""

from pathlib import Path

import pytest

from core.atlas import projections
from core.atlas.atlas import Atlas, read_atlas
from core.atlas.build import build_atlas
from core.atlas.projections import Floats
from tests.core.atlas import scans


def two_numbers(
    *_: object, codes: Floats, positions: Floats | None = None, new: Floats | None = None
) -> Floats:
    """Stand in for UMAP, which takes half a minute to load: the first two numbers of a code."""
    return (codes if new is None else new)[:, :2]


@pytest.fixture(scope="session")
def atlas_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("atlases") / "drawn"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(projections, "_umap", two_numbers)
        build_atlas(scans.cases(), scans.AVERAGING, scans.RECIPE, folder)
    return folder


@pytest.fixture
def atlas(atlas_folder: Path) -> Atlas:
    return read_atlas(atlas_folder)
