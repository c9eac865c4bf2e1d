"""From labelled cases to an atlas."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core import cli
from core.atlas import encoders
from core.atlas.atlas import Atlas, read_atlas
from core.atlas.build import AtlasRecipe, build_atlas, encoded, known_rows
from core.atlas.patches import Patches
from core.atlas.projections import Tsne, project, projection_of
from core.errors import BadAtlas, BadDataset
from core.io.datasets import LabelledCase
from core.volume import Volume
from tests.core.atlas import scans


@dataclasses.dataclass
class Counted:
    """A case that counts how often it is read."""

    seed: int
    reads: int = 0
    broken: bool = False

    def case(self, name: str) -> LabelledCase:
        return LabelledCase(name, "drawn", "train", self.read)

    def read(self) -> tuple[Volume, NDArray[np.uint8]]:
        if self.broken:
            raise KeyboardInterrupt
        self.reads += 1
        return scans.Scan(self.seed).read()


def test_every_patch_has_its_code_its_scores_and_its_places(atlas: Atlas) -> None:
    assert set(atlas.table["case"]) == {"one", "two", "three"}
    assert np.isfinite(atlas.table.select_dtypes("number").to_numpy()).all()
    assert atlas.images is not None
    np.testing.assert_array_equal(
        atlas.codes, scans.encode(np.asarray(atlas.images)).astype(np.float16).astype(np.float32)
    )


def test_errors_are_those_of_the_reconstructions(atlas: Atlas) -> None:
    assert atlas.images is not None
    images = np.asarray(atlas.images)
    redrawn = scans.decode(scans.encode(images))
    expected = np.square((images - redrawn) / 255).mean(axis=(1, 2))
    np.testing.assert_allclose(atlas.table["reconstruction_error"], expected, rtol=1e-4)


def test_facts_tell_the_weights_the_patients_and_how_far_known_patches_land(atlas: Atlas) -> None:
    facts = atlas.facts
    assert facts["encoder"] == scans.AVERAGING.digest
    assert facts["splits"]["test"]["cases"] == ["three"]
    assert facts["splits"]["train"]["patches"] == int((atlas.table["split"] == "train").sum())
    assert {row["split"] for row in facts["anomaly"]} == {"test"}
    for name in ("pca", "tsne", "umap"):
        assert 0.5 < facts["maps"][name]["trustworthiness"] <= 1
        assert 0 <= facts["maps"][name]["placement"]["median"] < 0.05


@pytest.mark.parametrize("name", ["pca", "tsne"])
def test_whoever_reads_an_atlas_can_draw_its_map_again(atlas: Atlas, name: str) -> None:
    projection = projection_of(atlas.facts["maps"][name]["projection"])
    np.testing.assert_array_equal(project(atlas.codes, projection), atlas.map(name))


@pytest.fixture
def without_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw every map as fast as the first two numbers of a code can be taken."""
    monkeypatch.setattr("core.atlas.build.project", lambda codes, _: codes[:, :2].copy())
    monkeypatch.setattr("core.atlas.build.place", lambda _, __, ___, new: new[:, :2])


@pytest.mark.usefixtures("without_maps")
def test_an_interrupted_build_goes_on_where_it_stopped(tmp_path: Path) -> None:
    first, second = Counted(1), Counted(2, broken=True)
    cases = [first.case("one"), second.case("two")]
    with pytest.raises(KeyboardInterrupt):
        build_atlas(cases, scans.AVERAGING, scans.RECIPE, tmp_path)
    with pytest.raises(BadAtlas, match="holds no readable"):
        read_atlas(tmp_path)
    second.broken = False
    build_atlas(cases, scans.AVERAGING, scans.RECIPE, tmp_path)
    assert (first.reads, second.reads) == (1, 1)
    assert set(read_atlas(tmp_path).table["case"]) == {"one", "two"}


@pytest.mark.usefixtures("without_maps")
def test_an_atlas_without_images_keeps_none_anywhere_in_its_folder(tmp_path: Path) -> None:
    recipe = dataclasses.replace(scans.RECIPE, images=False)
    build_atlas(scans.cases(), scans.AVERAGING, recipe, tmp_path)
    kept = {path.name for path in tmp_path.rglob("*")}
    assert kept == {"atlas.json", "patches.parquet", "codes.npy"}


@pytest.mark.usefixtures("without_maps")
def test_a_case_without_tumor_is_passed_over_and_said(tmp_path: Path) -> None:
    told: list[str] = []
    cases = [*scans.cases(), scans.case("well", 9, tumor=False)]
    atlas = build_atlas(cases, scans.AVERAGING, scans.RECIPE, tmp_path, told.append)
    assert any(line.startswith("passed over") and "drawn/well" in line for line in told)
    assert atlas.facts["without_tumor"] == ["drawn/well"]


def test_no_tumor_in_any_case_is_one_sentence(tmp_path: Path) -> None:
    healthy = [scans.case("well", 1, tumor=False)]
    with pytest.raises(BadDataset, match="No slice of these cases shows a tumor"):
        build_atlas(healthy, scans.AVERAGING, scans.RECIPE, tmp_path)


def test_too_few_patches_for_a_map_are_told_before_any_work(tmp_path: Path) -> None:
    recipe = AtlasRecipe(images=True, projections=(("tsne", Tsne(perplexity=80)),))
    told: list[str] = []
    with pytest.raises(BadAtlas, match="perplexity of 80 needs at least 242 patches"):
        build_atlas(scans.cases()[:1], scans.AVERAGING, recipe, tmp_path, told.append)
    assert told == ["cutting drawn/one (1 of 1)"]


def test_distances_are_to_training_patients_where_a_split_names_them(atlas: Atlas) -> None:
    known = known_rows(atlas.table)
    assert set(atlas.table.loc[known, "case"]) == {"one", "two"}
    assert known_rows(atlas.table.assign(split="")).all()


def test_codes_do_not_depend_on_how_many_are_made_at_once(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    patches = Patches(np.asarray(atlas.images), atlas.table)
    whole = encoded(patches, scans.AVERAGING)
    monkeypatch.setattr("core.atlas.build.BATCH", 7)
    for one, other in zip(whole, encoded(patches, scans.AVERAGING), strict=True):
        np.testing.assert_array_equal(one, other)


def test_embed_without_weights_or_data_is_one_line(
    tmp_path: Path, lits: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "atlas")
    assert cli.main(["embed", "--data", str(tmp_path / "none"), "--out", out]) == 1
    monkeypatch.setattr(encoders.load_autoencoder, "__defaults__", (tmp_path / "autoencoder",))
    assert cli.main(["embed", "--data", str(lits), "--out", out]) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert "There is no folder" in told[0]
    assert "no weights for the autoencoder" in told[1]
