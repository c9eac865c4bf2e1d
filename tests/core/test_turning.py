"""A scan that lies otherwise than its file says, turned; labels go back on the file as it is."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest

from core.errors import HepatoScopeError
from core.io import read
from core.io.export import labels_to_nifti
from core.io.labels import read_truth
from core.phantom import make_phantom
from core.presets import Preset, preset_named
from core.record import findings_record
from core.study import examine, opened, oriented
from core.turning import turned
from core.volume import Turn, volume_from_array
from tests.core.io.scans import AXIS_CODES, ct_series, ras_affine, save_dicom, some_hu, stored_as
from tests.core.report.studies import study
from tests.scene import fake_networks, save_nifti


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return save_nifti(tmp_path / "ct.nii.gz", some_hu((20, 18, 24)), ras_affine())


@pytest.mark.parametrize("turn", Turn)
@pytest.mark.parametrize("codes", AXIS_CODES[::7])
def test_labels_of_a_turned_scan_lie_on_its_file(tmp_path: Path, codes: str, turn: Turn) -> None:
    """Whatever way it was stored and turned, a mark made on a voxel comes back on that voxel."""
    stored, affine = stored_as(codes, some_hu((20, 18, 24)), ras_affine())
    path = save_nifti(tmp_path / "ct.nii.gz", stored, affine)
    volume = turned(read(path), turn)
    marked = (volume.hu > 500).astype(np.uint8)
    (tmp_path / "labels.nii.gz").write_bytes(labels_to_nifti(volume, marked))
    labels = nib.load(tmp_path / "labels.nii.gz")
    assert np.array_equal(np.asarray(labels.dataobj), (stored > 500).astype(np.uint8))
    np.testing.assert_allclose(labels.affine, affine, atol=1e-5)


@pytest.mark.parametrize("turn", Turn)
def test_truth_on_the_file_fits_the_turned_scan(path: Path, turn: Turn) -> None:
    truth = (some_hu((20, 18, 24)) > 500).astype(np.uint8)
    truth_path = save_nifti(path.parent / "truth.nii.gz", truth, ras_affine())
    volume = turned(read(path), turn)
    assert np.array_equal(read_truth(truth_path, volume), (volume.hu > 500).astype(np.uint8))


def test_left_and_right_change_places_and_nothing_else(path: Path) -> None:
    before = read(path)
    after = turned(before, Turn.LEFT_RIGHT)
    assert np.array_equal(after.hu, before.hu[::-1])
    assert after.spacing == pytest.approx(before.spacing)
    assert after.digest != before.digest
    assert "left and right were exchanged" in after.notes[-1]


@pytest.mark.parametrize(
    ("turn", "back"),
    [(Turn.HEAD_FOOT, Turn.HEAD_FOOT), (Turn.FROM_RIGHT, Turn.FROM_LEFT)],
)
def test_turned_back_it_is_the_first_scan_again(path: Path, turn: Turn, back: Turn) -> None:
    before = read(path)
    again = turned(turned(before, turn), back)
    assert (again.digest, again.notes, again.turns) == (before.digest, before.notes, ())
    assert np.array_equal(again.hu, before.hu)
    np.testing.assert_allclose(again.affine, before.affine)


def test_a_spine_on_the_right_comes_to_lie_behind(path: Path) -> None:
    before = read(path)
    after = turned(before, Turn.FROM_RIGHT)
    x, y, _ = after.shape
    assert (x, y) == (before.shape[1], before.shape[0])
    assert np.array_equal(after.hu[:, 0], before.hu[-1])


def test_a_series_is_not_turned(tmp_path: Path) -> None:
    volume = read(save_dicom(tmp_path, ct_series(some_hu((8, 20, 18)))))
    with pytest.raises(HepatoScopeError, match="is not turned"):
        turned(volume, Turn.HEAD_FOOT)


def test_findings_tell_the_axes_of_the_file_and_the_turn(path: Path) -> None:
    drawn = study()
    volume = turned(drawn.volume, Turn.LEFT_RIGHT)
    known = examine(volume, _preset(), networks=fake_networks()).known
    record = findings_record(known)
    assert record["axes_of_the_file"] == "RAS"
    assert record["turned"] == ["left-to-right"]


def test_what_spine_and_lungs_say_is_done_where_it_is_asked_for() -> None:
    phantom = make_phantom(7).volume
    upside_down = volume_from_array(
        np.rot90(phantom.hu), phantom.affine, source="turned", digest="0"
    )
    study_of = oriented(opened(upside_down), _preset(), fake_networks())
    assert study_of.volume.turns
    assert not {finding.code for finding in study_of.quality} & {"turned-right", "turned-left"}


def _preset() -> Preset:
    return preset_named("focus")
