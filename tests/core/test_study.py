"""A scan with what is known of it, examined step by step or all at once."""

from pathlib import Path

import numpy as np
import pytest

from core.cascade.networks import Networks
from core.cascade.segmentation import Segmentation
from core.errors import UnsupportedScan
from core.labels import tumor_mask
from core.presets import PAPER
from core.study import Study, called_at, examine, opened, segmented
from core.volume import Volume, volume_from_array
from tests import scene


def test_path_and_scan_are_examined_alike(tmp_path: Path, scan: Volume, networks: Networks) -> None:
    path = scene.save_nifti(tmp_path / "ct.nii.gz", scene.draw()[0], scene.affine_of())
    told: list[Study] = []
    study = examine(path, PAPER, networks=networks, on_checked=told.append)
    again = segmented(opened(scan), PAPER, networks=networks)
    assert study.known.findings == again.known.findings
    assert [each.segmentation for each in told] == [None], "told once, before the long work"
    assert told[0].quality == study.quality
    assert study.title == f"CT {study.id[:6]}", "the file may bear a patient's name"
    assert examine(path, PAPER, networks=networks, named=True).title == "ct.nii.gz"


def test_scan_that_is_no_ct_is_refused_before_any_network_is_asked() -> None:
    flat = volume_from_array(np.full((40, 40, 8), 7, np.int16), np.eye(4), source="s", digest="d")
    with pytest.raises(UnsupportedScan):
        examine(flat, PAPER)


def test_nothing_is_known_of_a_scan_that_was_only_opened(scan: Volume) -> None:
    study = opened(scan)
    with pytest.raises(ValueError, match="not segmented yet"):
        _ = study.known
    with pytest.raises(ValueError, match="not segmented yet"):
        called_at(study, 0.5, 0.5)


def test_other_thresholds_bring_other_findings(scan: Volume, networks: Networks) -> None:
    study = segmented(opened(scan), PAPER, networks=networks)
    assert called_at(study, 0.5, 0.5) is study
    strict = called_at(study, 0.5, 0.9)
    assert isinstance(strict.segmentation, Segmentation)
    tumor_ml = np.count_nonzero(tumor_mask(strict.segmentation.labels)) * scan.voxel_ml
    assert strict.known.findings.tumor_volume_ml == pytest.approx(tumor_ml)
    assert strict.known.findings.tumor_volume_ml < study.known.findings.tumor_volume_ml
