"""A mask that somebody brings stands in for the networks: measured, corrected, reported alike."""

from pathlib import Path

import numpy as np
import pytest

from core.cascade.decisions import Opinion
from core.cascade.findings import Origin
from core.cascade.labelled import Brought
from core.cascade.measurement import measure
from core.editing.edits import Act, Correction, Lesion, Pen, Stroke, Target
from core.presets import BEST, PAPER
from core.record import findings_record
from core.report.check import check_text
from core.report.document.markdown import to_markdown
from core.report.facts import collect_facts
from core.saved import open_saved, save
from core.study import (
    Study,
    begun,
    called_at,
    corrected_by,
    decided,
    labelled_by,
    opened,
    segmented,
    withdrawn,
)
from core.volume import Volume, to_ras
from tests import scene
from tests.core.report.reports import report_of

BROUGHT = Brought("ab" * 32, "liver is 1, tumor is 2")


@pytest.fixture(scope="module")
def study(scan: Volume) -> Study:
    _, labels = scene.draw()
    return labelled_by(opened(scan), to_ras(labels, scene.affine_of())[0], BROUGHT, BEST)


def test_it_is_measured_and_says_that_no_network_made_it(study: Study) -> None:
    known = study.known
    same = measure(study.volume, known.segmentation.labels)
    assert known.findings.lesions == same.lesions
    assert known.findings.warnings[0] == BROUGHT.sentence
    assert known.segmentation.models == {}
    record = findings_record(known)
    assert record["brought"]["meaning"] == "liver is 1, tumor is 2"
    text = to_markdown(report_of(known)).decode()
    assert "brought in a file" in text
    assert "neural networks," not in text
    assert "probability" not in text.split("## Method")[0].casefold()


def test_no_threshold_moves_it(study: Study) -> None:
    moved = called_at(study, 0.9, 0.9)
    assert np.array_equal(moved.known.segmentation.labels, study.known.segmentation.labels)


def test_decisions_and_corrections_hold_as_on_any_labels(study: Study) -> None:
    count = len(study.known.findings.lesions)
    rejected = decided(study, 1, Opinion.REJECTED)
    assert len(rejected.known.findings.lesions) == count - 1
    back = withdrawn(rejected, rejected.known.segmentation.decisions[0].key)
    assert np.array_equal(back.known.segmentation.labels, study.known.segmentation.labels)
    x, y, z = np.argwhere(study.known.segmentation.labels == 2)[0].tolist()
    edit = Correction(Lesion((x, y, z), Act.DELETE), "A. Reader")
    corrected = corrected_by(study, begun(study).made(edit))
    told = corrected.known.findings.corrected
    assert told is not None
    assert (told.found_lesions, told.removed_lesions) == (count, 1)


def test_it_is_saved_and_opened_again(study: Study, tmp_path: Path) -> None:
    path = tmp_path / "session.zip"
    path.write_bytes(save(study, {}, with_scan=True))
    again = open_saved(path, {}).study
    assert again.known.segmentation.brought == BROUGHT
    assert again.known.findings == study.known.findings


def test_networks_may_be_asked_afterwards(study: Study) -> None:
    asked = segmented(study, PAPER, networks=scene.fake_networks())
    assert asked.known.segmentation.brought is None
    assert asked.known.segmentation.models


def test_the_check_knows_what_was_corrected(study: Study) -> None:
    x, y, z = np.argwhere(study.known.segmentation.labels == 2)[0].tolist()
    edit = Correction(Lesion((x, y, z), Act.DELETE), "A. Reader")
    corrected = corrected_by(study, begun(study).made(edit)).known

    def verdict(text: str, of: object = corrected) -> str:
        known = collect_facts(of.volume, (), of.segmentation, of.findings)  # type: ignore[attr-defined]
        (checked,) = check_text(text, known)
        return str(checked.verdict)

    assert verdict("The labels were corrected by hand.") == "supported"
    assert verdict("The outlines were corrected 7 times.") == "contradicted"
    assert verdict("The labels were not corrected by hand.") == "contradicted"
    assert verdict("A lesion was removed by hand.") == "supported"
    assert verdict("The labels were corrected by hand.", study.known) == "unsupported"


def test_the_check_knows_which_lesion_was_drawn(study: Study) -> None:
    liver = np.argwhere(study.known.segmentation.labels == 1)
    lesion = np.argwhere(study.known.segmentation.labels == 2).mean(axis=0)
    x, y, z = liver[np.argmax(np.abs(liver - lesion).sum(axis=1))].astype(float)
    edit = Correction(Stroke(Pen(Target.TUMOR), ((x, y, z),), 6.0))
    known = corrected_by(study, begun(study).made(edit)).known
    told = known.findings.corrected
    assert told is not None
    assert sorted(told.lesions) == ["as found", "drawn by hand"]
    drawn = told.lesions.index(Origin.DRAWN) + 1
    facts = collect_facts(known.volume, (), known.segmentation, known.findings)
    for number in (1, 2):
        (checked,) = check_text(f"Lesion {number} was drawn by hand.", facts)
        assert (str(checked.verdict) == "supported") == (number == drawn)
