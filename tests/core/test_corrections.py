"""A study that is corrected by hand: figures follow, and both are told: as found, as corrected."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.cascade.decisions import Opinion
from core.cascade.networks import Networks
from core.editing.edits import Act, Correction, Lesion, Merge, Pen, Stroke, Target
from core.presets import PAPER
from core.record import findings_record, to_json
from core.report.document.markdown import to_markdown
from core.saved import open_saved, save
from core.study import (
    Study,
    begun,
    called_at,
    corrected_by,
    decided,
    opened,
    segmented,
    withdrawn,
)
from core.volume import Volume
from tests import scene
from tests.core.report.reports import report_of

AT = "2026-11-27T10:00:00+00:00"


@pytest.fixture(scope="module")
def found(scan: Volume) -> Study:
    return segmented(opened(scan), PAPER, networks=scene.fake_networks())


@pytest.fixture(scope="module")
def brush(found: Study) -> Correction:
    """A lesion that was missed, beside the one that was found."""
    labels = found.known.segmentation.labels
    lesion = np.argwhere(labels == 2).mean(axis=0)
    liver = np.argwhere(labels == 1)
    x, y, z = liver[np.argmax(np.abs(liver - lesion).sum(axis=1))].astype(float)
    return Correction(Stroke(Pen(Target.TUMOR), ((x, y, z),), 10.0), "A. Reader", AT)


@pytest.fixture(scope="module")
def corrected(found: Study, brush: Correction) -> Study:
    return corrected_by(found, begun(found).made(brush))


def first_voxel(study: Study) -> tuple[int, int, int]:
    x, y, z = np.argwhere(study.known.segmentation.labels == 2)[0].tolist()
    return x, y, z


def test_figures_follow_and_say_so(found: Study, corrected: Study, brush: Correction) -> None:
    before, after = found.known.findings, corrected.known.findings
    assert before.corrected is None
    told = after.corrected
    assert told is not None
    assert (told.edits, told.by, told.first_at) == (1, ("A. Reader",), AT)
    assert len(after.lesions) == len(before.lesions) + 1
    assert told.found_lesions == len(before.lesions)
    assert told.found_tumor_volume_ml == before.tumor_volume_ml
    assert after.tumor_volume_ml > before.tumor_volume_ml
    shared = 2 * before.tumor_volume_ml / (before.tumor_volume_ml + after.tumor_volume_ml)
    assert told.tumor_dice == pytest.approx(shared, abs=1e-3)
    assert told.liver_dice == 1
    assert after.warnings[0].startswith("The labels were corrected by hand by A. Reader (one edit)")
    assert found.known.segmentation.labels is corrected.segmentation.as_found  # type: ignore[union-attr]
    assert found.segmentation is not None
    assert corrected.segmentation is not None
    assert found.segmentation.called != corrected.segmentation.called


def test_record_lists_every_edit(corrected: Study, brush: Correction) -> None:
    record = json.loads(to_json(findings_record(corrected.known)))
    (edit,) = record["corrections"]
    assert (edit["kind"], edit["by"], edit["at"]) == ("stroke", "A. Reader", AT)
    assert record["findings"]["corrected"]["found_lesions"] == 1


def test_report_says_that_labels_were_corrected_and_by_whom(found: Study, corrected: Study) -> None:
    sentence = "The labels were corrected by hand by A. Reader"
    assert sentence in to_markdown(report_of(corrected.known)).decode()
    assert sentence not in to_markdown(report_of(found.known)).decode()


def test_all_taken_back_is_what_was_found(found: Study, corrected: Study) -> None:
    again = corrected_by(corrected, begun(corrected).undo())
    assert again.known.findings == found.known.findings
    assert again.segmentation is not None
    assert again.segmentation.found is None
    assert (again.segmentation.labels == found.known.segmentation.labels).all()


def test_going_on_keeps_what_was_made(corrected: Study) -> None:
    edit = Correction(Lesion(first_voxel(corrected), Act.DELETE), "B. Reader", AT)
    further = corrected_by(corrected, begun(corrected).made(edit))
    told = further.known.findings.corrected
    assert told is not None
    assert (told.edits, told.by) == (2, ("A. Reader", "B. Reader"))


def test_lesion_that_is_rejected_after_a_correction_goes_by_hand_too(corrected: Study) -> None:
    count = len(corrected.known.findings.lesions)
    for number in range(1, count + 1):
        after = decided(corrected, number, Opinion.REJECTED)
        assert len(after.known.findings.lesions) == count - 1
        assert after.known.findings.rejected == ()
        told = after.known.findings.corrected
        assert told is not None
        assert told.edits == 2


def test_confirming_and_withdrawing_leave_corrections_alone(corrected: Study) -> None:
    confirmed = decided(corrected, 1, Opinion.CONFIRMED)
    assert confirmed.known.findings.lesions[0].confirmed
    (decision,) = confirmed.known.segmentation.decisions
    back = withdrawn(confirmed, decision.key)
    assert back.known.findings == corrected.known.findings


def test_corrections_are_made_again_at_other_thresholds_and_by_other_networks(
    corrected: Study, networks: Networks
) -> None:
    moved = called_at(corrected, 0.5, 0.9)
    told = moved.known.findings.corrected
    assert told is not None
    assert told.edits == 1
    again = segmented(corrected, replace(PAPER), networks=networks)
    assert again.known.findings.corrected is not None
    assert np.array_equal(again.known.segmentation.labels, corrected.known.segmentation.labels)


def test_edit_that_cannot_be_made_any_more_is_left_out(found: Study, brush: Correction) -> None:
    history = begun(found).made(brush)
    labels = history.labels
    places = [tuple(at) for at in np.argwhere(labels == 2)[[0, -1]].tolist()]
    merged = corrected_by(found, history.made(Correction(Merge(*places))))  # type: ignore[arg-type]
    without = called_at(merged, 0.5, 1.0)
    told = without.known.findings.corrected
    assert told is not None
    assert told.edits == 1, "there is nothing to merge where the networks call no lesion"


def test_saved_session_keeps_corrections_and_what_was_found(
    corrected: Study, tmp_path: Path
) -> None:
    path = tmp_path / "saved.zip"
    path.write_bytes(save(corrected, {}, with_scan=True))
    again = open_saved(path, {}).study
    assert again.known.findings == corrected.known.findings
    assert again.known.segmentation.corrections == corrected.known.segmentation.corrections
    undone = corrected_by(again, begun(again).undo())
    assert undone.known.findings.corrected is None
    assert again.segmentation is not None
    assert corrected.segmentation is not None
    assert (again.segmentation.as_found == corrected.segmentation.as_found).all()
