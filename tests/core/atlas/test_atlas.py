"""Atlas folders: read without our code, and refused in one sentence where they are not whole."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from core.atlas.atlas import COLUMNS, Atlas, as_stored, read_atlas, write_atlas
from core.errors import BadAtlas
from tests.core.atlas import scans


@pytest.fixture
def copy(atlas_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(atlas_folder, tmp_path / "copy"))


def change(folder: Path, **facts: Any) -> None:
    path = folder / "atlas.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | facts))


def test_what_is_written_is_read_again(atlas: Atlas, tmp_path: Path) -> None:
    write_atlas(tmp_path, atlas)
    again = read_atlas(tmp_path)
    pd.testing.assert_frame_equal(again.table, atlas.table)
    np.testing.assert_array_equal(again.codes, atlas.codes)
    assert again.images is not None
    np.testing.assert_array_equal(again.images, atlas.images)
    assert again.facts == atlas.facts


def test_anyone_can_read_the_files(atlas_folder: Path) -> None:
    table = pd.read_parquet(atlas_folder / "patches.parquet")
    codes = np.load(atlas_folder / "codes.npy")
    images = np.load(atlas_folder / "images.npy")
    assert table.columns.tolist() == list(COLUMNS)
    assert len(table) == len(codes) == len(images)
    assert images.shape[1:] == (32, 32)


def test_an_atlas_without_images_has_none_left_from_before(atlas: Atlas, copy: Path) -> None:
    write_atlas(copy, Atlas(atlas.name, atlas.table, atlas.codes, None, atlas.facts))
    assert read_atlas(copy).images is None
    assert not (copy / "images.npy").exists()


def test_codes_lose_nothing_on_the_way_to_disk_and_back(atlas: Atlas) -> None:
    np.testing.assert_array_equal(as_stored(atlas.codes), atlas.codes)


def test_an_atlas_of_other_weights_is_refused(copy: Path) -> None:
    assert len(read_atlas(copy, scans.AVERAGING.digest))
    with pytest.raises(BadAtlas, match=r"“copy” was made by other weights .*aaaaaaaa, here bbbb"):
        read_atlas(copy, "b" * 64)


def test_an_atlas_of_another_version_is_refused(copy: Path) -> None:
    change(copy, format=99)
    with pytest.raises(BadAtlas, match="has format 99, and this version reads format 1"):
        read_atlas(copy)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[]", b"3", b'{"format": 1}'])
def test_damaged_facts_are_told(copy: Path, content: bytes) -> None:
    (copy / "atlas.json").write_bytes(content)
    with pytest.raises(BadAtlas, match="core embed"):
        read_atlas(copy)


@pytest.mark.parametrize("name", ["patches.parquet", "codes.npy", "images.npy"])
@pytest.mark.parametrize("kept", [0, 40])
def test_truncated_files_are_told(copy: Path, name: str, kept: int) -> None:
    path = copy / name
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(BadAtlas, match=r"“copy” is damaged .* copy it again"):
        read_atlas(copy)


def test_missing_files_are_told(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(BadAtlas, match=r"“nothing” holds no readable atlas\.json"):
        read_atlas(tmp_path / "nothing")
    (copy / "codes.npy").unlink()
    with pytest.raises(BadAtlas, match="damaged"):
        read_atlas(copy)


def test_files_that_do_not_belong_together_are_told(copy: Path, atlas: Atlas) -> None:
    np.save(copy / "codes.npy", atlas.codes[:7].astype(np.float16))
    with pytest.raises(BadAtlas, match=f"different lengths .7, {len(atlas)} patches"):
        read_atlas(copy)
    atlas.table.drop(columns="tsne_x").to_parquet(copy / "patches.parquet")
    with pytest.raises(BadAtlas, match="lacks tsne_x"):
        read_atlas(copy)
