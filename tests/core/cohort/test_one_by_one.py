"""Many scans, one after the other."""

import json
from dataclasses import replace
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
from tests.core.io.scans import ct_series, save_dicom


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
    assert (record["source"], record["preset"]) == (f"CT {record['source_sha256'][:6]}", "paper")
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
    told = run([other], tmp_path / "out", newer)[1]
    assert told[0] == "a-2: “a” holds another scan, so this one stands beside it"
    assert told[-1].startswith("a-2: liver")
    assert "0 lesion(s)" in told[-1]
    first, second = (json.loads((tmp_path / "out" / name / "findings.json").read_text())
                     for name in ("a", "a-2"))  # fmt: skip
    assert first["source_sha256"] != second["source_sha256"]
    assert run([other], tmp_path / "out", newer)[1] == ["a-2: finished before, skipped"]


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"preset": "paper"}', "\x00\xff"])
def test_findings_that_are_not_whole_are_made_anew(
    tmp_path: Path, networks: Networks, content: str
) -> None:
    scan = ct(tmp_path / "a.nii")
    run([scan], tmp_path / "out", networks)
    (tmp_path / "out/a/findings.json").write_text(content)
    failures, told = run([scan], tmp_path / "out", networks)
    assert failures == 0
    assert told[0] == "a: the findings there are not whole, so they are made anew"
    assert json.loads((tmp_path / "out/a/findings.json").read_text())["preset"] == "paper"


def dicom(folder: Path, *, tumor: bool = True, slices: slice = slice(None)) -> Path:
    hu = scene.draw(tumor=tumor)[0].transpose(2, 1, 0)[slices]
    x, y, z = (float(side) for side in np.diag(scene.affine_of())[:3])
    places = [(-x * 30, -y * 30, z * number) for number in range(len(hu))]
    series = ct_series(hu, places, PixelSpacing=[y, x], SliceThickness=z)
    return save_dicom(folder, series)


def test_folders_of_one_name_are_told_apart_by_what_they_hold(
    tmp_path: Path, networks: Networks
) -> None:
    first = dicom(tmp_path / "one" / "CT")
    second = dicom(tmp_path / "two" / "CT", tumor=False)
    out = tmp_path / "out"
    assert run([first], out, networks)[0] == 0
    assert run([first], out, networks)[1] == ["CT: finished before, skipped"]
    assert run([second], out, networks)[1][-1].startswith("CT-2: liver")
    assert run([second], out, networks)[1] == ["CT-2: finished before, skipped"]


def test_folder_that_grew_is_another_scan(tmp_path: Path, networks: Networks) -> None:
    folder = dicom(tmp_path / "CT", slices=slice(2, None))
    run([folder], tmp_path / "out", networks)
    (folder / "notes.txt").write_text("one more slice would do the same")
    assert run([folder], tmp_path / "out", networks)[1][-1].startswith("CT-2: liver")


def test_segmentation_that_cannot_be_written_costs_no_result(
    tmp_path: Path, networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> bytes:
        raise UnsupportedScan("The headers of “CT” do not allow a DICOM segmentation (why).")

    monkeypatch.setattr("core.cohort.one_by_one.labels_to_dicom_seg", refused)
    bad, good = dicom(tmp_path / "CT"), ct(tmp_path / "b.nii")
    failures, told = run([bad, good], tmp_path / "out", networks)
    assert failures == 0
    cause = "The headers of “CT” do not allow a DICOM segmentation (why)."
    assert f"CT: warning: labels.dcm was not written. {cause}" in told
    record = json.loads((tmp_path / "out/CT/findings.json").read_text())
    assert record["not_written"] == {"labels.dcm": cause}
    assert told[-1].startswith("b: liver")
    assert (tmp_path / "out/CT/findings.json").is_file()
    assert not (tmp_path / "out/CT/labels.dcm").exists()


def test_what_was_left_out_or_doubted_is_told(tmp_path: Path, networks: Networks) -> None:
    hu = scene.draw()[0][..., :14]
    bridged = hu.transpose(2, 1, 0)
    x, y, z = (float(side) for side in np.diag(scene.affine_of())[:3])
    places = [(0.0, 0.0, z * number) for number in range(len(bridged))]
    series = ct_series(bridged, places, PixelSpacing=[y, x], SliceThickness=z)
    del series[3]
    told = run([save_dicom(tmp_path / "CT", series)], tmp_path / "out", networks)[1]
    record = json.loads((tmp_path / "out/CT/findings.json").read_text())
    assert record["reader_notes"]
    assert record["findings"]["warnings"]
    for note in record["reader_notes"]:
        assert f"CT: note: {note}" in told
    for sentence in record["findings"]["warnings"]:
        assert f"CT: warning: {sentence}" in told


def test_other_preset_leaves_no_file_of_the_first(tmp_path: Path, networks: Networks) -> None:
    folder = dicom(tmp_path / "CT")
    run([folder], tmp_path / "out", networks)
    assert (tmp_path / "out/CT/labels.dcm").is_file()
    nothing = replace(networks, digests={"liver": "e" * 64, "tumor": "f" * 64},
                      liver=lambda images: np.zeros(images.shape[:3], np.float32))  # fmt: skip
    run([folder], tmp_path / "out", nothing)
    assert not (tmp_path / "out/CT/labels.dcm").exists()


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


def test_result_that_cannot_be_written_leaves_the_one_before(
    tmp_path: Path, networks: Networks, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan, out = ct(tmp_path / "a.nii"), tmp_path / "out"
    run([scan], out, networks)
    before = {path.name: path.read_bytes() for path in (out / "a").iterdir()}
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "preview.png":
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    newer = replace(networks, digests={"liver": "e" * 64, "tumor": "f" * 64})
    failures, told = run([scan], out, newer)
    assert failures == 1
    assert told[-1].startswith("error: a.nii: The result cannot be written to")
    assert told[-1].endswith("(No space left on device); choose another --out, or make room there.")
    assert {path.name: path.read_bytes() for path in (out / "a").iterdir()} == before


def test_result_folder_that_is_a_file_is_one_sentence(tmp_path: Path, networks: Networks) -> None:
    (tmp_path / "out").write_text("no folder")
    failures, told = run([ct(tmp_path / "a.nii")], tmp_path / "out", networks)
    assert failures == 1
    assert "The result cannot be written to" in told[-1]
