"""A study held against an earlier one."""

import numpy as np
import pytest

from core.errors import HepatoScopeError, MaybeOtherPatient
from core.report.facts import collect_facts
from core.report.followup import Comparison, Status, compare_studies
from core.study import Examined
from tests.core.report.studies import SEVEN, Ball, from_labels, header, of_two_shapes, study

TWO: tuple[Ball, ...] = (((30, 0, 0), 14), ((-30, 10, 0), 12))


def compare(now: Examined, earlier: Examined) -> Comparison:
    return compare_studies(now, earlier)


def statuses(comparison: Comparison) -> list[Status]:
    return [change.status for change in comparison.lesions]


def test_the_same_patient_who_lay_elsewhere_has_not_changed() -> None:
    earlier = study(*SEVEN, name="earlier", moved=(8, -6, 5))
    comparison = compare(study(*SEVEN), earlier)
    assert set(statuses(comparison)) == {Status.STABLE}
    assert comparison.shift_mm == pytest.approx(np.linalg.norm((8, 6, 5)), abs=0.2)
    assert comparison.overlap == pytest.approx(1, abs=0.02)
    assert [change.now.number for change in comparison.lesions if change.now] == list(range(1, 8))
    assert all(change.now and change.earlier for change in comparison.lesions)


def test_a_scan_on_another_grid_has_not_changed() -> None:
    earlier = study(*TWO, name="earlier", spacing=(1.6, 1.6, 3.5))
    assert set(statuses(compare(study(*TWO), earlier))) == {Status.STABLE}


def test_a_lesion_that_grew_grew_by_that_much() -> None:
    earlier = study(((30, 0, 0), 10), name="earlier")
    now = study(((30, 0, 0), 15))
    comparison = compare(now, earlier)
    assert statuses(comparison) == [Status.GROWN]
    facts = collect_facts(now.volume, (), now.segmentation, now.findings, earlier=comparison)
    grown = facts["change.lesion.1.longest_diameter"]
    assert grown.value == pytest.approx(50, abs=10)
    low, high = grown.interval or (0, 0)
    assert low < 50 < high
    assert facts["change.lesion.1.volume"].value == pytest.approx(100 * (1.5**3 - 1), rel=0.1)
    assert facts["change.sum.now"].value == facts["lesion.1.longest_diameter"].value
    assert facts["change.grown_lesions"].value == 1


def test_a_lesion_that_shrank_a_new_one_and_one_that_is_gone_are_told_apart() -> None:
    earlier = study(((30, 0, 0), 15), ((0, 35, 20), 8), name="earlier")
    comparison = compare(study(((30, 0, 0), 9), ((-35, 0, 0), 7)), earlier)
    assert statuses(comparison) == [Status.SHRUNK, Status.NEW, Status.GONE]
    assert comparison.count(Status.GONE) == 1


def test_lesions_that_came_apart_or_grew_together_are_not_called_new_or_gone() -> None:
    whole = study(((20, 0, 0), 16), name="whole")
    parts = study(((20, 9, 0), 6), ((20, -9, 0), 5), name="parts")
    assert statuses(compare(parts, whole)) == [Status.SHRUNK, Status.SPLIT]
    assert statuses(compare(whole, parts)) == [Status.GROWN, Status.MERGED]


def test_a_neighbor_within_reach_is_matched_by_the_nearest_center() -> None:
    earlier = study(((20, 0, 0), 4), ((20, 22, 0), 4), name="earlier")
    comparison = compare(study(((20, 10, 0), 4), ((20, 32, 0), 4)), earlier)
    matched = {change.now.number: change.earlier for change in comparison.lesions if change.now}
    assert all(matched.values())
    far = compare(study(((20, 0, 0), 4)), study(((20, 17, 0), 4), name="earlier"))
    assert statuses(far) == [Status.NEW, Status.GONE]


def test_what_the_earlier_scan_does_not_show_is_not_called_new() -> None:
    now = study(((0, 0, 60), 5), ((0, 0, 0), 10))
    labels = study(((0, 0, 0), 10)).segmentation.labels[:, :, :50]
    earlier = from_labels(np.ascontiguousarray(labels), name="earlier")
    by_number = {change.now.number: change.status for change in compare(now, earlier).lesions}
    assert by_number[2] is Status.UNSEEN


def test_another_patient_is_refused_without_naming_anybody() -> None:
    now = study(headers=[header(PatientID="4711")])
    earlier = study(name="earlier", headers=[header(PatientID="0815")])
    with pytest.raises(HepatoScopeError, match="different patients") as raised:
        compare(now, earlier)
    assert "4711" not in str(raised.value)
    assert "0815" not in str(raised.value)


@pytest.mark.parametrize(
    ("earlier", "reason"),
    [
        (study(), "same file"),
        (study(name="earlier", liver_mm=50), "hardly has"),
        (
            from_labels(np.zeros((9, 9, 9), np.uint8), name="earlier"),
            "No liver was found in the ea",
        ),
        (study(name="earlier", headers=[header(StudyDate="20240103")]), "swap the two"),
    ],
    ids=["same", "size", "empty", "later"],
)
def test_what_cannot_be_compared_is_refused_in_one_sentence(earlier: Examined, reason: str) -> None:
    now = study(headers=[header(StudyDate="20240102")])
    with pytest.raises(HepatoScopeError, match=reason) as raised:
        compare(now, earlier)
    assert str(raised.value).count(". ") == 0


def test_a_liver_that_lies_the_other_way_is_refused() -> None:
    labels = np.zeros((90, 90, 90), np.uint8)
    labels[5:85, 35:55, 35:55] = 1
    spacing = (2.5, 2.5, 2.5)
    flat = from_labels(labels, spacing)
    turned = from_labels(np.ascontiguousarray(labels.swapaxes(0, 2)), spacing, name="earlier")
    with pytest.raises(HepatoScopeError, match=r"overlap by 25 % only"):
        compare(flat, turned)


def test_livers_that_fit_as_little_as_two_patients_are_compared_only_on_insisting() -> None:
    now, earlier = of_two_shapes()
    with pytest.raises(
        MaybeOtherPatient, match=r"Dice of 0\.6\d, as little as .* insist"
    ) as raised:
        compare(now, earlier)
    assert str(raised.value).count(". ") == 0
    insisted = compare_studies(now, earlier, insist=True)
    assert 0.6 < insisted.overlap < 0.75
    assert insisted.total is None, "no sum that could be called RECIST"
    assert len(insisted.lesions) == 1


def test_days_between_the_studies_come_from_their_dates() -> None:
    now = study(headers=[header(StudyDate="20240301")])
    earlier = study(name="earlier", headers=[header(StudyDate="20240201")])
    assert compare(now, earlier).days == 29
    undated = study(name="earlier", headers=[header(StudyDate="")])
    assert compare(now, undated).days is None


def test_sum_is_called_recist_where_its_rules_hold() -> None:
    comparison = compare(study(*SEVEN), study(*SEVEN, name="earlier"))
    assert comparison.total is not None
    assert comparison.total.is_recist
    assert comparison.total.targets == (1, 2)
    largest = sorted(
        (change.now.longest_diameter_mm for change in comparison.lesions), reverse=True
    )
    assert comparison.total.now.value == pytest.approx(sum(largest[:2]))


@pytest.mark.parametrize(
    ("now", "earlier", "reason"),
    [
        (study(((20, 0, 0), 4)), study(((20, 0, 0), 4), name="e"), "reaches the 10 mm"),
        (
            study(((20, 0, 0), 7)),
            study(((20, 0, 0), 7), name="e", headers=[header(SliceThickness=8)]),
            "reaches the 16 mm that can be measured in slices of 8 mm",
        ),
        (study(*TWO), study(*TWO, name="e", threshold=0.3), "different settings"),
        (study(((20, 9, 0), 6), ((20, -9, 0), 5)), study(((20, 0, 0), 16), name="e"), "come apart"),
        (
            study(((20, 0, 0), 18)),
            study(((20, 10, 0), 7), ((20, -10, 0), 6), name="e"),
            "merged with another",
        ),
    ],
    ids=["small", "thick", "settings", "apart", "merged"],
)
def test_sum_is_not_called_recist_where_a_rule_is_broken(
    now: Examined, earlier: Examined, reason: str
) -> None:
    total = compare(now, earlier).total
    assert total is not None
    assert reason in total.why_not


def test_target_that_is_gone_counts_as_nothing() -> None:
    total = compare(study(((30, 0, 0), 14)), study(*TWO, name="earlier")).total
    assert total is not None
    assert total.is_recist
    assert total.now.value == pytest.approx(28, abs=3)
    assert total.earlier.value == pytest.approx(52, abs=5)


def test_nothing_to_follow_gives_no_sum() -> None:
    assert compare(study(*TWO), study(name="earlier")).total is None
