"""The atlases that come with the app."""

from pathlib import Path

import numpy as np
import pytest

from core.atlas.anomaly import judge
from core.atlas.atlas import SCORES, Atlas, read_atlas, shipped_atlases
from core.atlas.encoders import AUTOENCODER_DIR, load_autoencoder
from core.atlas.neighbourhoods import sample
from core.atlas.originals import find_originals, original_images
from core.atlas.projections import place, projection_of
from core.models.store import weights_digest

MOST_BYTES = 6_000_000


@pytest.fixture(params=shipped_atlases(), ids=lambda folder: folder.name)
def folder(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


@pytest.fixture
def shipped(folder: Path) -> Atlas:
    return read_atlas(folder, weights_digest(AUTOENCODER_DIR))


def test_both_are_there() -> None:
    assert [folder.name for folder in shipped_atlases()] == ["lits", "phantoms"]


def test_shipped_atlas_is_small_and_of_the_shipped_weights(folder: Path, shipped: Atlas) -> None:
    size = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    assert size < MOST_BYTES
    assert len(shipped) == shipped.facts["patches"]["count"]


def test_images_of_real_patients_are_not_shipped(folder: Path, shipped: Atlas) -> None:
    redistributable = folder.name == "phantoms"
    assert (shipped.images is not None) == redistributable
    if not redistributable:
        assert not list(folder.rglob("images*")), "nor left over from making it"


@pytest.mark.slow
def test_known_patches_land_as_near_to_themselves_as_the_atlas_says(shipped: Atlas) -> None:
    facts = shipped.facts["maps"]["tsne"]
    positions, chosen = shipped.map("tsne"), sample(len(shipped), 300)
    projection = projection_of(facts["projection"])
    placed = place(shipped.codes, positions, projection, shipped.codes[chosen])
    diagonal = np.linalg.norm(np.ptp(positions, axis=0))
    away = np.linalg.norm(placed - positions[chosen], axis=1) / diagonal
    assert np.median(away) == pytest.approx(facts["placement"]["median"], abs=1e-4)
    assert np.median(away) < 0.001
    assert np.quantile(away, 0.95) < 0.002


def test_judgement_of_the_scores_comes_out_again(shipped: Atlas) -> None:
    told, again = shipped.facts["anomaly"], judge(shipped.table, SCORES)
    for one, other in zip(told, again, strict=True):
        assert other["auroc"]["value"] == pytest.approx(one["auroc"]["value"])
        assert (other["score"], other["population"]) == (one["score"], one["population"])


@pytest.mark.slow
def test_phantom_images_give_the_shipped_codes() -> None:
    phantoms = read_atlas(next(f for f in shipped_atlases() if f.name == "phantoms"))
    assert phantoms.images is not None
    codes = load_autoencoder().encode(np.asarray(phantoms.images[:200]))
    np.testing.assert_allclose(codes, phantoms.codes[:200], atol=2e-3)


def test_codes_of_real_patients_come_out_of_their_scans(real_data: Path, tmp_path: Path) -> None:
    lits = read_atlas(next(f for f in shipped_atlases() if f.name == "lits"))
    table = lits.table[lits.table["case"] == "volume-23"]
    cases = list(find_originals(real_data, table).values())
    codes = load_autoencoder().encode(original_images(cases, table, tmp_path))
    np.testing.assert_allclose(codes, lits.codes[table.index], atol=2e-3)
