"""The images behind a record, where they are at hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import BadDataset
from core.evaluation import Run, images, read_run
from core.evaluation.cases import Place, rows_of
from core.evaluation.images import (
    CaseImages,
    find_case,
    pictures,
    preset_of,
    read_images,
    telling_error,
)
from core.io.datasets import find_cases
from core.labels import TUMOR
from core.models.store import WEIGHTS_DIR
from tests import scene
from tests.pages.runs import make_run

PLACE = Place("drawn", "volume-0", "tumor")
OTHER = Place("phantoms", "volume-4", "tumor")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return read_run(make_run(tmp_path / "run", cases=("volume-0",)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    scene.lits_folder(tmp_path / "slices" / "drawn")
    return tmp_path


def test_case_is_found_by_data_set_and_name(root: Path) -> None:
    assert find_case(root, PLACE).name == "volume-0"


@pytest.mark.parametrize(
    ("place", "told"),
    [
        (Place("elsewhere", "volume-0", "tumor"), "elsewhere is not on this machine"),
        (Place("../slices/drawn", "volume-0", "tumor"), "is not on this machine"),
        (Place("drawn", "volume-9", "tumor"), "holds no case volume-9"),
    ],
)
def test_missing_images_are_told(root: Path, place: Place, told: str) -> None:
    with pytest.raises(BadDataset, match=told):
        find_case(root, place)


def test_without_a_folder_one_is_asked_for() -> None:
    with pytest.raises(BadDataset, match="HEPATOSCOPE_DATA"):
        find_case(None, PLACE)


def test_other_weights_do_not_pass_for_those_of_the_run(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "preset_digests", lambda preset: run.facts["models"])
    assert preset_of(run).name == "paper"
    other = replace(run, facts={**run.facts, "models": {"liver": "0", "tumor": "1"}})
    with pytest.raises(BadDataset, match="other weights"):
        preset_of(other)


def test_another_scan_of_that_name_is_refused(run: Run, root: Path) -> None:
    case = find_case(root, PLACE)
    assert read_images(run, case, PLACE, None).labels is None
    fewer = replace(run, slices=run.slices.iloc[:-1])
    with pytest.raises(BadDataset, match="is not the one"):
        read_images(fewer, case, PLACE, None)


def test_missed_lesion_is_the_telling_error(root: Path) -> None:
    volume, truth = find_cases(root / "slices" / "drawn")[0].read()
    missed = truth.copy()
    missed[..., 14][missed[..., 14] == TUMOR] = 1
    shown = CaseImages(volume, truth, missed)
    assert telling_error(shown, "tumor") == 14
    drawn = pictures(shown, "tumor", 14)
    assert list(drawn) == ["truth", "prediction", "errors"]
    assert len({picture.shape for picture in drawn.values()}) == 1
    assert not np.array_equal(drawn["truth"], drawn["prediction"])
    assert list(pictures(CaseImages(volume, truth, None), "tumor", 14)) == ["truth"]


@pytest.fixture(scope="module")
def of_phantoms() -> Run:
    return read_run(WEIGHTS_DIR / "evaluations" / "ensemble-phantoms")


def test_a_phantom_of_a_shipped_run_is_drawn_again_without_any_folder(of_phantoms: Run) -> None:
    place = Place("phantoms", "volume-3", "tumor")
    images = read_images(of_phantoms, find_case(None, place), place, None)
    assert images.volume.synthetic
    rows = rows_of(of_phantoms.slices, place)
    truth = rows[["true_positive", "false_negative"]].to_numpy().sum()
    assert truth == np.count_nonzero(images.truth == 2)


def test_phantoms_of_other_seeds_are_not_taken_for_those_of_a_run(of_phantoms: Run) -> None:
    place = Place("phantoms", "volume-3", "tumor")
    other = replace(find_case(None, place), read=find_case(None, OTHER).read)
    with pytest.raises(BadDataset, match="not drawn from seed 0 on"):
        read_images(of_phantoms, other, place, None)
