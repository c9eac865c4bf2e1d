"""The command line writes reports: of finished cases and of scans, in every format."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pytest

from core.cli import main
from core.errors import HepatoScopeError
from core.io.export import labels_to_nifti
from core.report import command
from core.report.document import from_json
from core.study import Study
from tests import scene

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two scans, of which the first was segmented into case/volume-0, with fake networks."""
    root = tmp_path_factory.mktemp("report")
    scene.lits_folder(root)
    with pytest.MonkeyPatch.context() as patch:
        scene.replace_networks(patch)
        scan = str(root / "volume-0.nii.gz")
        assert main(["segment", scan, "--out", str(root / "case")]) == 0
        yield root


def report(data: Path, name: str, *more: str, scan: str = "volume-0.nii.gz") -> int:
    """Report the finished case."""
    asked = ["report", str(data / "case/volume-0"), "--scan", str(data / scan)]
    return main([*asked, "--out", str(data / name), *more])


def numbers_of(value: Any) -> set[str]:
    """All numbers in a JSON value, as they would be written."""
    if isinstance(value, dict):
        return set().union(*(numbers_of(part) for pair in value.items() for part in pair))
    if isinstance(value, list):
        return set().union(*map(numbers_of, value))
    return set(NUMBER.findall(f"{value:,}" if isinstance(value, int) else str(value)))


def test_finished_case_is_not_segmented_again(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object, **__: object) -> Study:
        raise AssertionError("it was segmented before")

    monkeypatch.setattr(command, "examine", never)
    assert report(data, "out/r.json") == 0
    told = from_json((data / "out/r.json").read_bytes())
    known = json.loads((data / "case/volume-0/findings.json").read_text())
    assert told.facts["liver.volume"].value == known["findings"]["liver_volume_ml"]
    assert told.provenance.weights == tuple(known["models_sha256"].items())
    assert "confidence.liver" not in told.facts, "labels tell no probability"
    assert "probability" not in " ".join(one.text for one in told.narrative.sentences)


def test_every_number_of_the_pdf_is_in_the_findings_or_the_facts(data: Path) -> None:
    assert report(data, "r.pdf") == report(data, "r.json") == 0
    pdf = pypdf.PdfReader(data / "r.pdf")
    told = from_json((data / "r.json").read_bytes())
    text = " ".join(page.extract_text() for page in pdf.pages).replace("\u200b", "")
    for digest in dict(told.provenance.weights).values():
        text = text.replace(digest, "").replace(digest[:12], "")
    known = numbers_of(json.loads((data / "case/volume-0/findings.json").read_text()))
    for fact in told.facts:
        known |= set(NUMBER.findall(f"{fact.shown} {fact.label} {fact.origin} {fact.id}"))
        for bound in fact.interval or ():
            known |= set(NUMBER.findall(f"{bound:,.{fact.digits}f}"))
    pictures = json.loads((data / "r.json").read_text())["pictures"]
    made = told.provenance
    known |= numbers_of([picture["caption"] for picture in pictures])
    known |= set(NUMBER.findall(f"{made.software} {made.time} SHA-256 3D"))
    known |= {str(page) for page in range(1, len(pdf.pages) + 1)}
    found = NUMBER.findall(text)
    assert len(found) > 60
    assert [number for number in found if number not in known] == []


def test_format_follows_the_name_and_words_the_edition(data: Path) -> None:
    assert report(data, "r.md", "--edition", "plain", "--patient", "Case 12") == 0
    text = (data / "r.md").read_text()
    assert "Spot 1 is" in text
    assert "- Patient: Case 12" in text


def test_scan_is_segmented_first_and_its_probabilities_are_told(data: Path) -> None:
    out = data / "fresh.json"
    assert main(["report", str(data / "volume-0.nii.gz"), "--out", str(out)]) == 0
    told = from_json(out.read_bytes())
    assert told.facts["confidence.liver"].value
    assert told.patient is None


def test_earlier_study_is_compared(data: Path) -> None:
    hu, _ = scene.draw()
    rng = np.random.default_rng(1)
    noisy = hu + rng.integers(0, 2, hu.shape, dtype=np.int16)
    scene.save_nifti(data / "before.nii.gz", noisy, scene.affine_of())
    earlier = "--earlier", str(data / "before.nii.gz"), "--file-names"
    assert report(data, "both.json", *earlier) == 0
    told = from_json((data / "both.json").read_bytes())
    assert told.facts["study.earlier.source"].value == "before.nii.gz"
    assert told.facts["study.earlier.lesion_count"].value == 1


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["case/volume-0", "--out", "r.pdf"], "name the scan they were made of with --scan"),
        (["case/volume-0", "--scan", "gone.nii", "--out", "r.pdf"], "There is no file “gone.nii”"),
        (
            ["volume-0.nii.gz", "--scan", "x.nii", "--out", "r.pdf"],
            "no folder that “segment” wrote",
        ),
        (["volume-0.nii.gz", "--out", "r.odt"], "No report is written as “r.odt”"),
        (["case/volume-0", "--scan", "volume-0.nii.gz", "--out", "r.dcm"], "is no DICOM series"),
        (
            ["volume-0.nii.gz", "--out", "r.pdf", "--earlier", "volume-0.nii.gz"],
            "same file as this one",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_input_is_one_sentence(
    data: Path,
    more: list[str],
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(data)
    assert main(["report", *more]) == 1
    (error,) = (line for line in capsys.readouterr().err.splitlines() if line.startswith("error"))
    assert told in error


def test_case_of_another_scan_is_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hu, _ = scene.draw()
    scene.save_nifti(data / "other.nii.gz", hu + np.int16(1), scene.affine_of())
    assert report(data, "r.pdf", scan="other.nii.gz") == 1
    assert "made of another scan than “CT " in capsys.readouterr().err


def test_text_of_a_model_loses_what_contradicts(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def described(image: Any, prompt: Any, writing: Any, **_: Any) -> str:
        assert image.size[0] > 1000
        assert writing.checkpoint == "owner/model"
        return "Findings: There is 1 lesion. There are 14 lesions."

    monkeypatch.setattr("core.foundation.llava.process.write_apart", described)
    more = ["--writer", "llava", "--checkpoint", "owner/model"]
    assert report(data, "model.md", *more) == 0
    text = (data / "model.md").read_text()
    assert "There is 1 lesion." in text
    assert "14 lesions" not in text
    assert "left out: “There are 14 lesions.”" in capsys.readouterr().err


def test_damaged_findings_are_told(data: Path, tmp_path: Path) -> None:
    from core.report.case_folder import read_case

    (tmp_path / "findings.json").write_text("[]")
    with pytest.raises(HepatoScopeError, match=r"findings\.json"):
        read_case(tmp_path, scene.scan())
    (tmp_path / "findings.json").write_text("{}")
    with pytest.raises(HepatoScopeError, match=r"lacks models_sha256, preset"):
        read_case(tmp_path, scene.scan())


@pytest.mark.parametrize("thresholds", [None, 0.5, [0.5, 0.5], {"liver": 0.5}, {"liver": "x"}])
def test_findings_without_thresholds_are_refused(tmp_path: Path, thresholds: object) -> None:
    from core.report.case_folder import read_case

    drawn = scene.scan()
    content = labels_to_nifti(drawn, np.zeros(drawn.shape, np.uint8))
    (tmp_path / "labels.nii.gz").write_bytes(content)
    record = {
        "source_sha256": drawn.digest,
        "preset": "paper",
        "models_sha256": {},
        "thresholds": thresholds,
    }
    (tmp_path / "findings.json").write_text(json.dumps(record))
    with pytest.raises(HepatoScopeError, match="names no thresholds"):
        read_case(tmp_path, drawn)
