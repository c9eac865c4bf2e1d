"""Measurements as a DICOM Structured Report of template TID 1500, for archives and viewers."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from core.cascade.findings import Findings, Lesion
from core.cascade.labelled import Labelled
from core.cascade.measurement import lesion_map
from core.io.dicom.reference import images_by_plane, referring, sources_of, uid_of
from core.io.export import labels_to_dicom_seg
from core.labels import LIVER, TUMOR
from core.report.document.content import printable
from core.report.document.report import Report
from core.volume import Volume, to_native

SERIES_NUMBER = 901
MILLILITER = Code("mL", "UCUM", "milliliter")


def to_dicom_sr(
    volume: Volume, segmentation: Labelled, findings: Findings, report: Report
) -> bytes:
    """Write the findings as a Comprehensive SR that carries the patient data of the series.

    Liver, all tumors and every lesion are tracked by a UID each. A lesion has a group with
    volume, mean HU and its outline in every slice, and one with both diameters, whose ends
    are coordinates in the source image. The groups refer to the series, and to the segments
    of the segmentation that `labels_to_dicom_seg` writes of the same labels.
    The document is preliminary, not verified, and qualified as research.

    Parameters
    ----------
    volume : read from DICOM.
    segmentation, findings : of it.
    report : its time, software, weights and signature.

    Raises
    ------
    UnsupportedScan : `volume` was not read from DICOM, or its headers allow no report.
    """
    import highdicom

    sources = sources_of(volume, "a DICOM report")
    with referring(volume, "a DICOM report"):
        case = _Case(volume, segmentation, report, sources)
        seg = _segmentation_of(volume, segmentation)
        groups = [
            _liver(case, findings),
            *_segments(case, findings, seg),
            *_lesions(case, findings),
        ]
        made = report.provenance
        document = highdicom.sr.ComprehensiveSR(
            evidence=[*sources, seg],
            content=highdicom.sr.MeasurementReport(
                observation_context=_observers(case),
                procedure_reported=codes.cid100.CTUnspecifiedBodyRegion,
                imaging_measurements=groups,
                title=codes.cid7021.ImagingMeasurementReport,
            )[0],
            series_instance_uid=case.uid("series"),
            series_number=SERIES_NUMBER,
            sop_instance_uid=case.uid("document", made.written.isoformat()),
            instance_number=1,
            manufacturer="HepatoScope",
            manufacturer_model_name="HepatoScope",
            software_versions=made.version,
            device_serial_number="0",
            series_description="HepatoScope measurements, research use only",
            content_qualification="RESEARCH",
            content_date=made.written.date(),
            content_time=made.written.time().replace(tzinfo=None),
            is_complete=True,
        )
        file = io.BytesIO()
        document.save_as(file)
        return file.getvalue()


@dataclass(frozen=True, eq=False)
class _Case:
    volume: Volume
    segmentation: Labelled
    report: Report
    sources: list[Dataset]

    def uid(self, *parts: str) -> str:
        """Make a UID that follows from the scan, the labels and `parts`."""
        labels = sha256(self.segmentation.labels.tobytes()).hexdigest()
        return uid_of("report", self.volume.digest, labels, *parts)

    def group(self, name: str) -> dict[str, Any]:
        """Say what every measurement group says: whom it tracks, where, and who measured."""
        import highdicom

        made = self.report.provenance
        return {
            "tracking_identifier": highdicom.sr.TrackingIdentifier(self.uid(name), name),
            "finding_sites": [highdicom.sr.FindingSite(codes.SCT.Liver)],
            "algorithm_id": highdicom.sr.AlgorithmIdentification(
                "HepatoScope",
                f"{made.version}, {made.by}",
                [f"{part} weights SHA-256 {digest}" for part, digest in made.weights],
            ),
        }


def _segmentation_of(volume: Volume, segmentation: Labelled) -> Dataset:
    corrected = bool(segmentation.corrections or segmentation.brought)
    seg = labels_to_dicom_seg(
        volume, segmentation.labels, model=segmentation.maker, corrected=corrected
    )
    return dcmread(io.BytesIO(seg))


def _observers(case: _Case) -> Any:
    from highdicom import sr

    device = sr.DeviceObserverIdentifyingAttributes(
        uid_of("HepatoScope", case.report.provenance.version), name="HepatoScope"
    )
    observer = sr.ObserverContext(codes.DCM.Device, device)
    if case.report.sign_off is None:
        return sr.ObservationContext(observer_device_context=observer)
    # The caret says that the name is meant as one component.
    name = printable(case.report.sign_off.name).replace("^", " ").replace("=", " ")
    person = sr.PersonObserverIdentifyingAttributes(f"{name}^")
    return sr.ObservationContext(sr.ObserverContext(codes.DCM.Person, person), observer)


def _volume_ml(value: float) -> Any:
    from highdicom import sr

    return sr.Measurement(codes.SCT.Volume, round(value, 3), MILLILITER)


def _liver(case: _Case, findings: Findings) -> Any:
    from highdicom import sr

    measurements = [_volume_ml(findings.liver_volume_ml)]
    if findings.tumor_burden_percent is not None:
        share = findings.tumor_burden_percent
        measurements.append(sr.Measurement(codes.cid7469.VolumeRatio, share, codes.UCUM.Percent))
    return sr.MeasurementsAndQualitativeEvaluations(
        **case.group("Liver, tumors included"),
        finding_type=codes.SCT.Liver,
        measurements=measurements,
        source_images=[
            sr.SourceImageForMeasurementGroup.from_source_image(source) for source in case.sources
        ],
    )


def _segments(case: _Case, findings: Findings, seg: Dataset) -> Iterator[Any]:
    """Measure the two segments of the segmentation, which are disjoint, if they are there."""
    from highdicom import sr

    tumor_ml = findings.tumor_volume_ml
    for label, name, kind, value in (
        (LIVER, "Liver without its tumors", codes.SCT.Liver, findings.liver_volume_ml - tumor_ml),
        (TUMOR, "All tumors", codes.SCT.Neoplasm, tumor_ml),
    ):
        if (case.segmentation.labels == label).any():
            yield sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
                **case.group(name),
                finding_type=kind,
                referenced_segment=sr.ReferencedSegment.from_segmentation(seg, label),
                measurements=[_volume_ml(value)],
            )


def _lesions(case: _Case, findings: Findings) -> Iterator[Any]:
    from highdicom import sr

    numbered = to_native(lesion_map(case.segmentation.labels), case.volume.native)
    frames = numbered.transpose(2, 1, 0)
    images = images_by_plane(case.sources, case.volume)
    for lesion in findings.lesions:
        described = {
            **case.group(f"Lesion {lesion.number}"),
            "finding_type": codes.SCT.Neoplasm,
        }
        whole = {**described, "measurements": [_volume_ml(lesion.volume_ml), _density(lesion)]}
        regions = list(_outlines(frames == lesion.number, images))
        if regions:
            yield sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
                **whole, referenced_regions=regions
            )
        else:
            # It lies in interpolated planes alone, which are no images of the series.
            yield sr.MeasurementsAndQualitativeEvaluations(**whole)
        # TID 1411 has no place for the ends of a diameter, so these are a group of their own.
        diameters = list(_diameters(case.volume, lesion, images))
        yield sr.MeasurementsAndQualitativeEvaluations(**described, measurements=diameters)


def _density(lesion: Lesion) -> Any:
    from highdicom import sr

    return sr.Measurement(
        codes.DCM.AttenuationCoefficient,
        round(lesion.mean_hu, 1),
        codes.UCUM.HounsfieldUnit,
        derivation=codes.SCT.Mean,
    )


def _diameters(
    volume: Volume, lesion: Lesion, images: dict[int, tuple[Dataset, list[int] | None]]
) -> Iterator[Any]:
    from highdicom import sr

    for name, length, ends in (
        (codes.SCT.LongAxis, lesion.longest_diameter_mm, lesion.longest_endpoints_voxel),
        (codes.SCT.ShortAxis, lesion.short_diameter_mm, lesion.short_endpoints_voxel),
    ):
        points, plane = _in_image(volume, ends, lesion.axial_slice)
        where = None
        if plane in images:
            image = sr.SourceImageForRegion.from_source_image(*images[plane])
            where = [sr.CoordinatesForMeasurement("POLYLINE", points, image)]
        yield sr.Measurement(
            name, round(length, 2), codes.UCUM.Millimeter, referenced_coordinates=where
        )


def _in_image(
    volume: Volume, ends: tuple[tuple[float, float], tuple[float, float]], z: int
) -> tuple[NDArray[np.float64], int]:
    """Bring two points of an axial slice to (column, row) of their image, and name its plane."""
    to_file = np.linalg.inv(volume.native.affine) @ volume.affine
    points = np.array([[x, y, z, 1.0] for x, y in ends]) @ to_file.T
    # In an image the first pixel's center lies at one half.
    return points[:, :2] + 0.5, round(float(points[:, 2].mean()))


def _outlines(
    frames: NDArray[np.bool_], images: dict[int, tuple[Dataset, list[int] | None]]
) -> Iterator[Any]:
    """Trace a lesion in `frames` [planes, rows, columns] where the series has an image."""
    from highdicom import sr
    from skimage.measure import find_contours

    for plane in np.flatnonzero(frames.any(axis=(1, 2))).tolist():
        if plane not in images:
            continue
        image = sr.SourceImageForRegion.from_source_image(*images[plane])
        # A rim of nothing closes outlines at the edge of the image; it moves them by one.
        for path in find_contours(np.pad(frames[plane], 1).astype(np.float32), 0.5):
            yield sr.ImageRegion("POLYLINE", path[:, ::-1] - 1 + 0.5, image)
