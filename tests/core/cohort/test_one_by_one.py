"""Many scans, one after the other."""

import json
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from core.cascade.networks import Networks
from core.cohort.one_by_one import (
    case_names,
    expand_inputs,
    segment_inputs,
    segment_to_folder,
)
from core.errors import UnsupportedScan
from core.presets import PAPER
from tests import scene


def run(inputs: list[Path], out: Path, networks: Networks) -> tuple[int, list[str]]:
    told: list[str] = []
    return segment_inputs(inputs, out, PAPER, networks, told.append), told


def ct(path: Path, tumor: bool = True) -> Path:
    return scene.save_nifti(path, scene.draw(tumor=tumor)[0], scene.affine_of())


def test_finished_case_has_labels_findings_and_preview(tmp_path: Path, networks: Networks) -> None:
    scan = ct(tmp_path / "a.nii.gz")
    failures, told = run([scan], tmp_path / "out", networks)
    assert failures == 0
    assert told[-1].startswith("a: liver 6")
    labels = nib.Nifti1Image.from_filename(tmp_path / "out/a/labels.nii.gz")
    assert labels.shape == scene.SHAPE
    np.testing.assert_allclose(labels.affine, scene.affine_of())
    with Image.open(tmp_path / "out/a/preview.png") as picture:
        assert picture.width > 100


def test_findings_say_where_they_come_from(tmp_path: Path, networks: Networks) -> None:
    hu, _ = scene.draw()
    turned = nib.Nifti1Image(hu, scene.affine_of()).as_reoriented(
        np.array([[2, 1], [0, -1], [1, 1]])
    )
    scan = scene.save_nifti(tmp_path / "a.nii", np.asarray(turned.dataobj), turned.affine)
    findings = segment_to_folder(scan, tmp_path / "a", PAPER, networks)
    record = json.loads((tmp_path / "a/findings.json").read_text())
    assert record["findings"] == findings.to_dict()
    assert (record["source"], record["preset"]) == ("a.nii", "paper")
    assert record["models_sha256"] == networks.digests
    assert len(record["source_sha256"]) == 64
    assert record["thresholds"] == {"liver": 0.5, "tumor": 0.5}
    extent = np.multiply(record["shape_voxels"], record["spacing_mm"])
    wanted = {
        "RLAPSI".index(axis) // 2: length
        for axis, length in zip(record["axes_of_the_file"], extent, strict=True)
    }
    assert wanted == {0: 72 * 4, 1: 60 * 4, 2: 26 * 6}, "spacing belongs to the axes of the file"


def test_bad_scan_stops_nobody_else(tmp_path: Path, networks: Networks) -> None:
    bad = tmp_path / "bad.nii.gz"
    bad.write_bytes(b"this is no scan")
    failures, told = run(
        [bad, tmp_path / "gone.nii", ct(tmp_path / "good.nii")], tmp_path / "out", networks
    )
    assert failures == 2
    errors = [line for line in told if line.startswith("error: ")]
    assert [line.split(":")[1].strip() for line in errors] == ["bad.nii.gz", "gone.nii"]
    assert (tmp_path / "out/good/findings.json").is_file()
    assert not (tmp_path / "out/bad").exists()


def test_mr_is_refused_in_one_sentence(tmp_path: Path, networks: Networks) -> None:
    signal = (scene.draw()[0] + 1000) * np.random.default_rng(0).uniform(0.2, 1, scene.SHAPE)
    mr = scene.save_nifti(tmp_path / "mr.nii", signal.astype(np.int16), scene.affine_of())
    with pytest.raises(UnsupportedScan, match=r"not look like CT.* MR .*; choose the original CT"):
        segment_to_folder(mr, tmp_path / "mr", PAPER, networks)
    assert not (tmp_path / "mr").exists()


def test_finished_case_is_skipped(tmp_path: Path, networks: Networks) -> None:
    scan = ct(tmp_path / "a.nii")
    run([scan], tmp_path / "out", networks)
    before = (tmp_path / "out/a/findings.json").stat().st_mtime_ns
    failures, told = run([scan], tmp_path / "out", networks)
    assert (failures, told) == (0, ["a: finished before, skipped"])
    assert (tmp_path / "out/a/findings.json").stat().st_mtime_ns == before


def test_other_weights_or_another_scan_are_no_finished_case(
    tmp_path: Path, networks: Networks
) -> None:
    scan = ct(tmp_path / "a.nii")
    run([scan], tmp_path / "out", networks)
    newer = Networks(networks.liver, networks.tumor, {"liver": "c" * 64, "tumor": "d" * 64})
    assert "skipped" not in run([scan], tmp_path / "out", newer)[1][-1]
    other = ct(tmp_path / "elsewhere" / "a.nii", tumor=False)
    assert "0 lesion(s)" in run([other], tmp_path / "out", newer)[1][-1]


def test_case_cut_off_before_its_findings_is_done_again(tmp_path: Path, networks: Networks) -> None:
    scan = ct(tmp_path / "a.nii")
    run([scan], tmp_path / "out", networks)
    (tmp_path / "out/a/findings.json").rename(tmp_path / "out/a/findings.json.part")
    assert "skipped" not in run([scan], tmp_path / "out", networks)[1][-1]
    assert {path.name for path in (tmp_path / "out/a").iterdir()} == {
        "labels.nii.gz",
        "findings.json",
        "preview.png",
    }


def test_lits_folder_stands_for_its_volumes(tmp_path: Path, lits: Path) -> None:
    single = tmp_path / "ct.nii"
    assert [path.name for path in expand_inputs([lits, single])] == [
        "volume-0.nii.gz",
        "volume-2.nii.gz",
        "ct.nii",
    ]


def test_folder_that_is_no_lits_folder_stands_for_itself(tmp_path: Path) -> None:
    assert expand_inputs([tmp_path]) == [tmp_path]


def test_results_are_named_after_their_scans() -> None:
    paths = [Path("/d/ct.nii.gz"), Path("/d/other.nii"), Path("/d/series.zip"), Path("/d/dicom")]
    assert case_names(paths) == ["ct", "other", "series", "dicom"]


def test_no_two_scans_share_a_result() -> None:
    paths = [Path(path) for path in ("/a/x/ct.nii", "/b/x/ct.nii", "/b/y/ct.nii.gz", "/b/z.nii")]
    assert case_names(paths) == ["x-ct-1", "x-ct-2", "y-ct", "z"]


def test_folder_named_by_a_dot_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert case_names([Path(".")]) == [tmp_path.name]
