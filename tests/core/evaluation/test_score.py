"""Scores against the truth."""

from dataclasses import replace
from typing import NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray

from core.cascade.networks import Networks
from core.errors import BadDataset
from core.evaluation import evaluate, score_case, summary
from core.io.datasets import LabelledCase
from core.metrics.calibration import overlap_at
from core.metrics.overlap import Overlap
from core.metrics.surface import Comparable
from core.presets import PAPER
from core.volume import Volume, volume_from_array
from tests import scene
from tests.core.evaluation.drawn import blind, labelled, truth


def half_square() -> tuple[Volume, NDArray[np.uint8], Networks]:
    """Truth: 20 of 40 columns. Prediction: all of them. No resampling, so it is exact."""
    hu = np.full((128, 128, 4), -1000, np.int16)
    hu[40:80, 20:60] = scene.LIVER
    labels = np.zeros(hu.shape, np.uint8)
    labels[40:60, 20:60] = 1
    volume = volume_from_array(hu, np.eye(4), source="square", digest="d")
    return volume, labels, Networks(scene.fake_networks().liver, blind, {})


def test_dice_of_a_known_overlap_is_exact() -> None:
    volume, labels, networks = half_square()
    case = LabelledCase("square", "drawn", None, lambda: (volume, labels))
    organ = score_case(case, PAPER, networks)[0]
    assert organ.whole == Overlap(20 * 40 * 4, 20 * 40 * 4, 0)
    assert organ.whole.dice == pytest.approx(2 / 3)
    assert len(organ.slices) == 4


def test_cascade_is_scored_for_organ_and_tumor(networks: Networks) -> None:
    organ, tumor = score_case(labelled(truth()), PAPER, networks)
    assert (organ.target, tumor.target) == ("organ", "tumor")
    assert organ.whole.dice > 0.98
    assert tumor.whole.dice > 0.95
    assert organ.whole.truth_voxels == np.count_nonzero(truth()), "tumor belongs to the organ"


def test_tumors_that_nobody_marked_are_not_scored(networks: Networks) -> None:
    scores = score_case(labelled(truth(), tumors_labelled=False), PAPER, networks)
    assert [score.target for score in scores] == ["organ"]


def test_empty_truth_scores_zero_and_two_empty_masks_are_left_out(networks: Networks) -> None:
    healthy = np.minimum(truth(), 1)
    blindfold = Networks(networks.liver, blind, {})
    missed = score_case(labelled(truth()), PAPER, blindfold)
    invented = score_case(labelled(healthy), PAPER, networks)
    agreed = score_case(labelled(healthy), PAPER, blindfold)
    averages = summary([*missed, *invented, *agreed])["tumor"]["per_case"]
    assert (averages["mean_dice"], averages["scored"]) == (0, 2)
    assert averages["left_out_both_empty"] == 1


def test_lesions_and_probabilities_of_tumors_are_recorded(networks: Networks) -> None:
    organ, tumor = score_case(labelled(truth()), PAPER, networks)
    assert [(lesion.truth, lesion.touched) for lesion in tumor.lesions] == [
        (True, True),
        (False, True),
    ]
    assert organ.lesions == ()
    assert tumor.histogram.voxels == truth().size
    assert overlap_at(tumor.histogram, PAPER.tumor_threshold) == tumor.whole


def test_distances_need_a_spacing(networks: Networks) -> None:
    known = score_case(labelled(truth()), PAPER, networks)[0]
    unknown = score_case(replace(labelled(truth()), spacing_known=False), PAPER, networks)[0]
    assert known.surface.hd95_mm <= max(scene.SPACING)
    assert unknown.surface.comparable is Comparable.NO_SPACING
    assert (known.voxel_ml, unknown.voxel_ml) == (
        pytest.approx(np.prod(scene.SPACING) / 1000),
        None,
    )


def test_each_case_is_reported(networks: Networks) -> None:
    told: list[str] = []
    evaluate([labelled(truth(), "a"), labelled(truth(), "b")], PAPER, networks, told.append)
    assert [line.split(":")[0] for line in told] == ["a (1 of 2)", "b (2 of 2)"]


def broken(name: str) -> LabelledCase:
    def read() -> NoReturn:
        raise BadDataset(f"{name} cannot be read.")

    return LabelledCase(name, "drawn", None, read)


def test_bad_case_stops_nobody_else(networks: Networks) -> None:
    told: list[str] = []
    cases = [broken("torn"), labelled(truth(), "whole")]
    scores, failures = evaluate(cases, PAPER, networks, told.append)
    assert [failure.case for failure in failures] == ["torn"]
    assert {score.case for score in scores} == {"whole"}
    assert told[0] == "error: torn: torn cannot be read."


def test_run_of_bad_cases_alone_is_refused(networks: Networks) -> None:
    with pytest.raises(BadDataset, match="None of the 2 case"):
        evaluate([broken("torn"), broken("lost")], PAPER, networks)
