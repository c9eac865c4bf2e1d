"""Runs that arrive as a zip, honest and otherwise."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from core.errors import BadDataset
from core.evaluation import read_run, zipped
from core.evaluation.zipped import read_zipped_run
from core.io.limits import RUN_ZIP
from tests.pages.runs import make_run
from tests.pages.runs import zipped as zip_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_run(tmp_path_factory.mktemp("run"))


def send(content: bytes, place: Path) -> Path:
    path = place / "sent.zip"
    path.write_bytes(content)
    return path


def repacked(folder: Path, **replaced: bytes) -> bytes:
    """Zip a run with some of its files replaced, by name without its suffix."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.writestr(path.name, replaced.get(path.stem, path.read_bytes()))
    return buffer.getvalue()


def altered(folder: Path, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> bytes:
    buffer = io.BytesIO()
    change(pd.read_parquet(folder / f"{name}.parquet")).to_parquet(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("prefix", ["", "runs/mine/", "../../"])
def test_run_is_read_wherever_it_lies_in_the_zip(folder: Path, tmp_path: Path, prefix: str) -> None:
    run = read_zipped_run(send(zip_of(folder, prefix), tmp_path), "mine.zip")
    assert run.name == "mine"
    assert run.digest == read_run(folder).digest
    assert not list(tmp_path.parent.glob("run.json"))


def test_name_of_the_upload_leads_nowhere(folder: Path, tmp_path: Path) -> None:
    assert read_zipped_run(send(zip_of(folder), tmp_path), "../..\\evil.zip").name == "evil"


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match=r"“a.zip” is no zip, or is damaged"):
        read_zipped_run(send(b"PK nothing", tmp_path), "a.zip")


def test_zip_of_something_else_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("notes.txt", "hello")
    with pytest.raises(BadDataset, match=r"1 files with 0 run.json"):
        read_zipped_run(send(buffer.getvalue(), tmp_path), "a.zip")


def test_missing_table_is_named(folder: Path, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(folder / "run.json", "run.json")
    with pytest.raises(BadDataset, match=r"lacks cases.parquet, slices.parquet"):
        read_zipped_run(send(buffer.getvalue(), tmp_path), "a.zip")


def test_bomb_is_not_inflated(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipped, "RUN_ZIP", replace(RUN_ZIP, inflated_bytes=10_000))
    bomb = repacked(folder, lesions=bytes(1_000_000))
    with pytest.raises(BadDataset, match=r"“a.zip” unpacks to .* 0 MB; zip the folder of one run"):
        read_zipped_run(send(bomb, tmp_path), "a.zip")


def test_table_that_would_grow_in_memory_is_not_read(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zipped, "MAX_CELLS", 100)
    with pytest.raises(BadDataset, match=r"cases.parquet has|slices.parquet has"):
        read_zipped_run(send(zip_of(folder), tmp_path), "a.zip")


def test_endless_name_is_not_repeated_for_every_row(folder: Path, tmp_path: Path) -> None:
    long = altered(folder, "cases", lambda table: table.assign(case="x" * 5000))
    with pytest.raises(BadDataset, match="a name of 5,000 letters"):
        read_zipped_run(send(repacked(folder, cases=long), tmp_path), "a.zip")


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (b"[" * 100_000, r"damaged run\.json"),
        (b"{", r"damaged run\.json"),
        (b"{}", "is of the kind"),
        (b"[]", "is of the kind"),
    ],
)
def test_facts_that_are_none_are_refused(
    folder: Path, tmp_path: Path, facts: bytes, told: str
) -> None:
    with pytest.raises(BadDataset, match=told):
        read_zipped_run(send(repacked(folder, run=facts), tmp_path), "a.zip")


def test_run_of_another_version_is_refused(folder: Path, tmp_path: Path) -> None:
    facts = {**json.loads((folder / "run.json").read_text()), "format_version": 99}
    with pytest.raises(BadDataset, match="99"):
        read_zipped_run(send(repacked(folder, run=json.dumps(facts).encode()), tmp_path), "a.zip")


def test_facts_without_models_are_refused(folder: Path, tmp_path: Path) -> None:
    facts = {**json.loads((folder / "run.json").read_text()), "models": None}
    with pytest.raises(BadDataset, match="no proper “models”"):
        read_zipped_run(send(repacked(folder, run=json.dumps(facts).encode()), tmp_path), "a.zip")


@pytest.mark.parametrize(
    ("table", "change", "told"),
    [
        ("slices", {"true_positive": -1}, "true_positive of slices"),
        ("cases", {"voxels": "many"}, "voxels of cases"),
        ("lesions", {"target": "kidney"}, "scores 'kidney'"),
    ],
)
def test_values_that_are_no_scores_are_refused(
    folder: Path, tmp_path: Path, table: str, change: dict[str, object], told: str
) -> None:
    wrong = altered(folder, table, lambda right: right.assign(**change))
    with pytest.raises(BadDataset, match=told):
        read_zipped_run(send(repacked(folder, **{table: wrong}), tmp_path), "a.zip")


def test_column_that_the_page_asks_for_is_named(folder: Path, tmp_path: Path) -> None:
    short = altered(folder, "cases", lambda table: table.drop(columns="hd95_mm"))
    with pytest.raises(BadDataset, match=r"cases.parquet has no column hd95_mm"):
        read_zipped_run(send(repacked(folder, cases=short), tmp_path), "a.zip")


def test_damaged_table_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match=r"“a.zip”: slices.parquet is damaged"):
        read_zipped_run(send(repacked(folder, slices=b"PAR1 nothing"), tmp_path), "a.zip")
