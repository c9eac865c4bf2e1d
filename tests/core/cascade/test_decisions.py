"""What a reader says of lesions, and what follows from it."""

import csv
import io

import numpy as np
import pytest
from numpy.typing import NDArray

from core.cascade.decisions import STEP, Decision, Opinion, decision_on, opinions_on
from core.cascade.findings import Findings
from core.presets import Preset, preset_named
from core.record import findings_record, lesions_csv
from core.study import Study, called_at, decided, opened, segmented, withdrawn
from tests.core.report.studies import Ball, study
from tests.scene import fake_networks, scan

REJECTED, CONFIRMED = Opinion.REJECTED, Opinion.CONFIRMED
LARGE: Ball = ((30, 0, 0), 14)
SMALL: Ball = ((-30, 10, 0), 9)


def two_lesions() -> Study:
    drawn = study(LARGE, SMALL)
    return Study(drawn.volume, (), drawn.segmentation, drawn.findings)  # type: ignore[arg-type]


def found_in(case: Study) -> Findings:
    assert case.findings is not None
    return case.findings


def labels_of(case: Study) -> NDArray[np.uint8]:
    assert case.segmentation is not None
    return case.segmentation.labels


def test_a_rejected_lesion_is_liver_in_every_figure() -> None:
    before = found_in(two_lesions())
    after = found_in(decided(two_lesions(), 1, REJECTED))
    assert after.liver_volume_ml == before.liver_volume_ml
    assert after.tumor_volume_ml == pytest.approx(before.lesions[1].volume_ml, abs=1e-3)
    assert [lesion.number for lesion in after.lesions] == [1]
    assert after.lesions[0].centroid_mm == before.lesions[1].centroid_mm
    assert after.liver_sd_hu is not None
    assert after.liver_sd_hu > 0


def test_what_was_rejected_is_measured_as_it_was_called() -> None:
    before, after = found_in(two_lesions()), found_in(decided(two_lesions(), 2, REJECTED))
    (rejected,) = after.rejected
    assert rejected.volume_ml == before.lesions[1].volume_ml
    assert rejected.longest_diameter_mm == before.lesions[1].longest_diameter_mm
    assert rejected.location == before.lesions[1].location


def test_a_rejection_can_be_taken_back() -> None:
    case = segmented_scene()
    rejected = decided(case, 1, REJECTED)
    assert rejected.segmentation is not None
    assert not found_in(rejected).lesions
    back = withdrawn(rejected, rejected.segmentation.decisions[0].key)
    assert np.array_equal(labels_of(back), labels_of(case))
    assert back.findings == case.findings


def test_a_confirmation_is_told_and_can_be_taken_back() -> None:
    confirmed = decided(segmented_scene(), 1, CONFIRMED)
    assert confirmed.segmentation is not None
    assert found_in(confirmed).lesions[0].confirmed
    back = withdrawn(confirmed, confirmed.segmentation.decisions[0].key)
    assert not found_in(back).lesions[0].confirmed


def test_a_rejection_outlives_another_threshold_and_another_segmentation() -> None:
    case = decided(segmented_scene(), 1, REJECTED)
    lower = called_at(case, 0.5, 0.3)
    assert not found_in(lower).lesions
    assert len(found_in(lower).rejected) == 1
    again = segmented(lower, preset(), networks=fake_networks())
    assert not found_in(again).lesions


def test_an_opinion_holds_for_what_is_at_least_by_half_that_lesion() -> None:
    labels = np.ones((10, 10, 10), np.uint8)
    labels[2:4, 2, 2] = 2
    decision = decision_on(labels, 1, REJECTED)
    labels[2:6, 2, 2] = 2
    assert opinions_on(labels, [decision]) == (REJECTED,)
    labels[2:7, 2, 2] = 2
    assert opinions_on(labels, [decision]) == (None,)


def test_of_two_opinions_the_latest_counts() -> None:
    labels = np.ones((10, 10, 10), np.uint8)
    labels[2:4, 2, 2] = 2
    opinions = [decision_on(labels, 1, opinion) for opinion in (REJECTED, CONFIRMED)]
    assert opinions_on(labels, opinions) == (CONFIRMED,)


def test_there_is_no_deciding_on_a_lesion_that_was_not_called() -> None:
    with pytest.raises(ValueError, match="no lesion 3"):
        decision_on(labels_of(two_lesions()), 3, REJECTED)
    with pytest.raises(ValueError, match="no lesion 1"):
        decision_on(np.ones((4, 4, 4), np.uint8), 1, CONFIRMED)


def test_all_rejections_are_one_step_of_the_post_processing() -> None:
    case = decided(decided(two_lesions(), 2, REJECTED), 1, REJECTED)
    assert case.segmentation is not None
    steps = [step for step in case.segmentation.steps if step.name == STEP]
    total = found_in(two_lesions()).tumor_volume_ml
    assert [step.changed_ml for step in steps] == [pytest.approx(-total, abs=1e-2)]


def test_findings_tell_of_both_and_of_the_decisions() -> None:
    case = decided(decided(two_lesions(), 2, CONFIRMED), 1, REJECTED)
    record = findings_record(case.known)
    assert record["decisions"] == ["confirmed", "rejected"]
    assert [lesion["confirmed"] for lesion in record["findings"]["lesions"]] == [True]
    assert len(record["findings"]["rejected"]) == 1


def test_rejected_lesions_are_marked_in_the_table_of_all() -> None:
    case = decided(decided(two_lesions(), 2, CONFIRMED), 1, REJECTED)
    rows = list(csv.DictReader(io.StringIO(lesions_csv(found_in(case)))))
    assert [(row["confirmed"], row["rejected"]) for row in rows] == [
        ("True", "False"),
        ("False", "True"),
    ]
    assert float(rows[1]["volume_ml"]) == found_in(two_lesions()).lesions[0].volume_ml.__round__(3)


def test_decisions_are_named_by_what_they_say_of_which_voxels() -> None:
    voxels = np.arange(5)
    same = Decision(REJECTED, voxels), Decision(REJECTED, voxels.copy())
    assert same[0].key == same[1].key
    assert Decision(CONFIRMED, voxels).key != same[0].key


def segmented_scene() -> Study:
    return segmented(opened(scan()), preset(), networks=fake_networks())


def preset() -> Preset:
    return preset_named("focus")
