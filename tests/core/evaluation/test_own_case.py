"""One case of one's own: its scores, its run, its worst slice."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.cascade.segmentation import Segmentation, relabel, segment
from core.errors import BadDataset
from core.evaluation.error_picture import FOUND, INVENTED, MISSED, error_picture
from core.evaluation.own_case import PackedLabels, check_same_case, own_run, score_own, worst_slice
from core.evaluation.run import read_run
from core.metrics.overlap import overlap
from core.presets import PAPER
from core.volume import Volume
from tests import scene


@pytest.fixture(scope="module")
def found(scan: Volume) -> Segmentation:
    return segment(scan, PAPER, networks=scene.fake_networks())


def test_packed_labels_come_back_whole_and_by_slice() -> None:
    labels = scene.draw()[1]
    packed = PackedLabels.of(labels)
    np.testing.assert_array_equal(packed.whole(), labels)
    np.testing.assert_array_equal(packed.axial(14), labels[:, :, 14])
    assert sum(map(len, packed.slices)) < labels.size / 20


def test_own_scores_are_those_of_the_labels(scan: Volume, found: Segmentation) -> None:
    truth = scene.draw()[1]
    organ, tumor = score_own(scan, truth, found, "mine", True)
    assert organ.whole == overlap(truth > 0, found.labels > 0)
    assert tumor.whole == overlap(truth == 2, found.labels == 2)
    assert organ.voxel_ml == pytest.approx(np.prod(scene.SPACING) / 1000)
    assert organ.surface.hd95_mm < 10


def test_without_marked_tumors_only_the_organ_is_scored(scan: Volume, found: Segmentation) -> None:
    truth = np.minimum(scene.draw()[1], 1)
    assert [each.target for each in score_own(scan, truth, found, "mine", False)] == ["organ"]


def test_run_taken_home_says_the_moved_thresholds(
    scan: Volume, found: Segmentation, tmp_path: Path
) -> None:
    moved = relabel(scan, found, 0.6, 0.7)
    scores = score_own(scan, scene.draw()[1], moved, "mine", True)
    run, archive = own_run(scores, moved)
    assert run.facts["thresholds"] == {"organ": 0.6, "tumor": 0.7}
    assert run.facts["models"] == found.models
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        files.extractall(tmp_path)
    again = read_run(tmp_path / "own-case-mine")
    assert again.facts == run.facts
    assert again.cases["dice"].tolist() == [score.whole.dice for score in scores]


def test_worst_slice_has_the_most_wrong_voxels(scan: Volume, found: Segmentation) -> None:
    truth = scene.draw()[1]
    truth[10:30, 10:30, 20] = 1
    wrong = (truth > 0) != (found.labels > 0)
    organ = score_own(scan, truth, found, "mine", False)[0]
    assert worst_slice(organ) == np.count_nonzero(wrong, axis=(0, 1)).argmax() == 20


def test_error_picture_colors_what_was_found_missed_and_invented() -> None:
    hu = np.full((4, 2), -1000, np.int16)
    truth, called = np.zeros((4, 2), bool), np.zeros((4, 2), bool)
    truth[:2, 0] = called[1:3, 0] = True
    picture = error_picture(hu, truth, called, (1.0, 2.0))
    assert picture.shape == (640, 640, 3), "pixels are square whatever the voxels are"
    # Rows run from front to back, columns from the patient's right (the end of X).
    middles = [picture[480, column] for column in (560, 400, 240, 80)]
    for color, middle in zip((MISSED, FOUND, INVENTED), middles, strict=False):
        share = 0.35 if color == FOUND else 0.75
        np.testing.assert_array_equal(middle, np.rint(np.array(color) * share))
    assert not middles[3].any()
    assert not picture[160].any()


def test_truth_of_another_case_shares_no_voxel(scan: Volume) -> None:
    truth = scene.draw()[1]
    elsewhere = np.roll(truth, 36, axis=0)
    assert not ((truth > 0) & (elsewhere > 0)).any()
    with pytest.raises(BadDataset, match=r"of another case"):
        check_same_case(elsewhere, truth, "truth.nii", "scan.nii")
    check_same_case(truth, truth, "truth.nii", "scan.nii")
    check_same_case(truth, truth * np.uint8(0), "truth.nii", "scan.nii")
