"""Reports for DICOM: what they measure, whom they name, and that nothing else names anybody."""

import io
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.sr.codedict import codes

from core.cascade.measurement import measure
from core.errors import UnsupportedScan
from core.io import read
from core.io.export import labels_to_dicom_seg
from core.report.document import (
    Report,
    SignOff,
    to_dicom_sr,
    to_docx,
    to_encapsulated_pdf,
    to_html,
    to_json,
    to_markdown,
    to_pdf,
)
from core.study import Examined
from core.volume import Volume, to_native
from tests.core.io.scans import ct_series, enhanced_ct, save_dicom
from tests.core.report.reports import WRITTEN, report_of
from tests.core.report.studies import SEVEN, from_labels, study
from tests.core.report.test_document import words_of

PLANES = 12
HU = np.random.default_rng(0).integers(0, 120, (PLANES, 40, 36)).astype(np.int16)
IDENTITY = ("Doe", "Jane", "secret-17", "19500101")


def segmented(volume: Volume) -> Examined:
    """Two lesions in a box of a liver, one of them in the highest planes."""
    labels = np.zeros(volume.shape, np.uint8)
    labels[4:30, 5:34, 1:11] = 1
    labels[8:17, 10:16, 3:6] = 2
    labels[20:24, 20:26, 8:10] = 2
    drawn = from_labels(labels)
    return Examined(volume, (), drawn.segmentation, measure(volume, labels))


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Examined:
    return segmented(read(save_dicom(tmp_path_factory.mktemp("series"), ct_series(HU))))


def sr_of(drawn: Examined, **given: Any) -> bytes:
    return to_dicom_sr(drawn.volume, drawn.segmentation, drawn.findings, report_of(drawn, **given))


@pytest.fixture(scope="module")
def encoded(series: Examined) -> bytes:
    return sr_of(series)


def groups_of(encoded: bytes) -> tuple[Any, list[Any], list[Any]]:
    """Read an SR: its content, the groups of volumes, and the other groups."""
    content = highdicom.sr.srread(io.BytesIO(encoded)).content
    return (
        content,
        content.get_volumetric_roi_measurement_groups(),
        content.get_image_measurement_groups(),
    )


def value(group: Any, name: Any) -> float:
    (found,) = group.get_measurements(name=name)
    return float(found.value)


def test_report_measures_what_the_findings_say(series: Examined, encoded: bytes) -> None:
    _, volumes, others = groups_of(encoded)
    found = series.findings
    liver, *diameters = others
    parenchyma, tumors, *lesions = volumes
    assert value(liver, codes.SCT.Volume) == pytest.approx(found.liver_volume_ml, abs=0.001)
    rest = found.liver_volume_ml - found.tumor_volume_ml
    assert value(parenchyma, codes.SCT.Volume) == pytest.approx(rest, abs=0.001)
    assert value(tumors, codes.SCT.Volume) == pytest.approx(found.tumor_volume_ml, abs=0.001)
    assert len(lesions) == len(diameters) == len(found.lesions) == 2
    for lesion, group, lengths in zip(found.lesions, lesions, diameters, strict=True):
        assert value(group, codes.SCT.Volume) == pytest.approx(lesion.volume_ml, abs=0.001)
        longest, across = lesion.longest_diameter_mm, lesion.short_diameter_mm
        assert value(lengths, codes.SCT.LongAxis) == pytest.approx(longest, abs=0.01)
        assert value(lengths, codes.SCT.ShortAxis) == pytest.approx(across, abs=0.01)
        density = value(group, codes.DCM.AttenuationCoefficient)
        assert density == pytest.approx(lesion.mean_hu, abs=0.1)
        assert group.tracking_uid == lengths.tracking_uid
        assert group.tracking_identifier == f"Lesion {lesion.number}"


def test_segments_are_those_of_the_segmentation_that_is_downloaded(
    series: Examined, encoded: bytes
) -> None:
    labels, preset = series.segmentation.labels, series.segmentation.preset
    downloaded = pydicom.dcmread(
        io.BytesIO(labels_to_dicom_seg(series.volume, labels, model=preset))
    )
    _, (parenchyma, tumors, *_), _ = groups_of(encoded)
    for number, group in ((1, parenchyma), (2, tumors)):
        (reference,) = group.referenced_segment[0].ReferencedSOPSequence
        assert reference.ReferencedSOPInstanceUID == downloaded.SOPInstanceUID
        assert reference.ReferencedSegmentNumber == number


def test_outlines_enclose_the_lesion_in_the_images_of_the_series(
    series: Examined, encoded: bytes
) -> None:
    _, volumes, _ = groups_of(encoded)
    assert_outlines_enclose(series, volumes)


def assert_outlines_enclose(drawn: Examined, volumes: list[Any]) -> None:
    largest = volumes[2]
    headers = drawn.volume.dicom_headers
    labels = to_native(drawn.segmentation.labels, drawn.volume.native).transpose(2, 1, 0)
    regions = largest.roi
    assert len(regions) == 3
    for region in regions:
        (source,) = region.ContentSequence[0].ReferencedSOPSequence
        frame = int(source.get("ReferencedFrameNumber", 0))
        if frame:
            position = headers[0].PerFrameFunctionalGroupsSequence[frame - 1]
            height = position.PlanePositionSequence[0].ImagePositionPatient[2]
        else:
            uids = [header.SOPInstanceUID for header in headers]
            height = headers[uids.index(source.ReferencedSOPInstanceUID)].ImagePositionPatient[2]
        plane = labels[round((float(height) - 30) / 2.5)] == 2
        rows, columns = np.nonzero(plane)
        x, y = np.asarray(region.value).T
        assert (x.min(), x.max()) == pytest.approx((columns.min(), columns.max() + 1), abs=0.01)
        assert (y.min(), y.max()) == pytest.approx((rows.min(), rows.max() + 1), abs=0.01)


def test_ends_of_the_longest_diameter_are_as_far_apart_as_it_is_long(
    series: Examined, encoded: bytes
) -> None:
    _, _, (_, largest, _) = groups_of(encoded)
    (longest,) = largest.get_measurements(name=codes.SCT.LongAxis)
    (coordinates,) = [item for item in longest[0].ContentSequence if item.ValueType == "SCOORD"]
    points: NDArray[np.float64] = np.reshape(coordinates.GraphicData, (2, 2))
    spacing = (0.8, 0.9)
    apart = float(np.linalg.norm((points[1] - points[0]) * spacing))
    assert apart == pytest.approx(series.findings.lesions[0].longest_diameter_mm, abs=0.05)
    (image,) = coordinates.ContentSequence[0].ReferencedSOPSequence
    uids = [header.SOPInstanceUID for header in series.volume.dicom_headers]
    z = float(
        series.volume.dicom_headers[
            uids.index(image.ReferencedSOPInstanceUID)
        ].ImagePositionPatient[2]
    )
    assert round((z - 30) / 2.5) == series.findings.lesions[0].axial_slice


def test_report_of_a_multi_frame_scan_names_frames(tmp_path: Path) -> None:
    order = [3, 0, 7, 1, 5, 11, 2, 6, 4, 9, 8, 10]
    drawn = segmented(read(save_dicom(tmp_path, [enhanced_ct(HU, order)])))
    _, volumes, _ = groups_of(sr_of(drawn))
    assert_outlines_enclose(drawn, volumes)


def test_lesion_in_a_missing_slice_is_still_measured(tmp_path: Path) -> None:
    present = [item for index, item in enumerate(ct_series(HU)) if index != 8]
    drawn = segmented(read(save_dicom(tmp_path, present)))
    labels = drawn.segmentation.labels
    labels[20:24, 20:26, 9] = 1
    drawn = Examined(drawn.volume, (), drawn.segmentation, measure(drawn.volume, labels))
    _, volumes, others = groups_of(sr_of(drawn))
    assert [group.tracking_identifier for group in volumes][2:] == ["Lesion 1"]
    assert [group.tracking_identifier for group in others][-2:] == ["Lesion 2", "Lesion 2"]


def test_report_without_lesions_measures_the_liver_alone(series: Examined) -> None:
    healthy = from_labels(np.minimum(series.segmentation.labels, 1))
    found = measure(series.volume, healthy.segmentation.labels)
    _, volumes, others = groups_of(sr_of(Examined(series.volume, (), healthy.segmentation, found)))
    assert [group.tracking_identifier for group in volumes] == ["Liver without its tumors"]
    assert [group.tracking_identifier for group in others] == ["Liver, tumors included"]


def test_report_belongs_to_the_study_and_is_research_not_verified(series: Examined) -> None:
    document = pydicom.dcmread(io.BytesIO(sr_of(series, sign_off=SignOff("A. Reader", WRITTEN))))
    assert str(document.PatientName) == "Doe^Jane"
    assert document.StudyInstanceUID == "1.2.3"
    assert document.ContentQualification == "RESEARCH"
    assert document.VerificationFlag == "UNVERIFIED"
    assert "A. Reader" in str(document)
    assert "a" * 64 in document.to_json()
    referenced = str(document.CurrentRequestedProcedureEvidenceSequence)
    assert all(header.SOPInstanceUID in referenced for header in series.volume.dicom_headers)


def test_encapsulated_pdf_holds_the_pages_and_the_patient(series: Examined) -> None:
    pdf = to_pdf(report_of(series))
    for pages in (pdf, pdf + b"\n"):
        document = pydicom.dcmread(io.BytesIO(to_encapsulated_pdf(series.volume, pages)))
        assert document.EncapsulatedDocument[: document.EncapsulatedDocumentLength] == pages
    assert document.MIMETypeOfEncapsulatedDocument == "application/pdf"
    assert str(document.PatientName) == "Doe^Jane"
    assert len(document.SourceInstanceSequence) == PLANES


def test_objects_satisfy_an_independent_checker(
    series: Examined, encoded: bytes, tmp_path: Path
) -> None:
    checker = shutil.which("dciodvfy")
    if checker is None:
        pytest.skip("dciodvfy of dicom3tools is not installed")
    documents = {
        "sr": encoded,
        "signed": sr_of(series, sign_off=SignOff("A. Reader", WRITTEN)),
        "pdf": to_encapsulated_pdf(series.volume, to_pdf(report_of(series))),
    }
    for name, data in documents.items():
        path = tmp_path / f"{name}.dcm"
        path.write_bytes(data)
        said = subprocess.run([checker, path], capture_output=True, text=True, check=False)
        assert "Error" not in said.stderr, f"{name}: {said.stderr}"


@pytest.mark.parametrize("kind", [to_pdf, to_html, to_docx, to_markdown, to_json])
def test_no_other_document_names_the_patient_unless_typed_in(
    series: Examined, kind: Callable[[Report], bytes]
) -> None:
    report = report_of(series)
    words = words_of(kind(report), kind)
    assert [name for name in IDENTITY if name in words] == []
    assert "Doe" in words_of(kind(replace(report, patient="Doe")), kind)


def test_scan_that_is_no_dicom_is_refused() -> None:
    drawn = study(SEVEN[0])
    with pytest.raises(UnsupportedScan, match="no DICOM series"):
        sr_of(drawn)
    with pytest.raises(UnsupportedScan, match="no DICOM series"):
        to_encapsulated_pdf(drawn.volume, b"%PDF")
