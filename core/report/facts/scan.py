"""Facts of the scan itself: what was acquired, how much of the liver it shows, its quality."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.quality import QualityFinding
from core.report.acquisition import coverage_of, slice_thickness
from core.report.fact import Fact
from core.report.fact_kind import FactKind
from core.report.measured import pixel_mm
from core.volume import Volume

GRID = "grid of the file"


def scan_facts(
    volume: Volume, quality: Sequence[QualityFinding], labels: NDArray[np.uint8]
) -> Iterator[Fact]:
    """Tell of the acquisition, then of what the quality check found."""
    x, y, z = volume.spacing
    thickness, known_by = slice_thickness(volume)
    yield Fact(FactKind.SCAN_SOURCE, "Source", volume.source, origin="name of the file or series")
    yield Fact(FactKind.SCAN_MODALITY, "Modality", "CT", origin=_modality_origin(volume))
    yield Fact(FactKind.SCAN_SLICES, "Axial slices", volume.shape[2], origin=GRID)
    yield Fact(FactKind.SCAN_SPACING, "Voxel size", f"{x:.2f} × {y:.2f} × {z:.2f} mm", origin=GRID)
    yield Fact(
        FactKind.SCAN_SLICE_THICKNESS, "Slice thickness", thickness, "mm", 2, origin=known_by
    )
    yield Fact(FactKind.SCAN_LENGTH, "From top to bottom", volume.shape[2] * z, "mm", origin=GRID)
    yield Fact(
        FactKind.SCAN_COVERAGE,
        "Shows",
        coverage_of(labels),
        origin="whether the outline of the liver reaches an end of the scan",
    )
    yield Fact(
        FactKind.SCAN_ORIENTATION,
        "Axes of the file",
        volume.native.axis_codes,
        origin="header of the file",
    )
    yield _contrast(volume)
    yield Fact(
        FactKind.SCAN_SYNTHETIC, "Synthetic", volume.synthetic, origin="how the scan was made"
    )
    yield Fact(
        FactKind.MEASUREMENT_DIAMETER_UNCERTAINTY,
        "Uncertainty of a diameter",
        round(pixel_mm(volume), 4),
        "mm",
        2,
        origin="one pixel of the axial slices",
    )
    for number, note in enumerate(volume.notes, start=1):
        yield Fact(
            FactKind.SCAN_NOTE.of(number), "Note of the reader", note, origin="reader of the file"
        )
    yield from _quality_facts(quality)


def _modality_origin(volume: Volume) -> str:
    return "DICOM header" if volume.dicom_headers else "taken for granted: the file names none"


def _contrast(volume: Volume) -> Fact:
    named = any("ContrastBolusAgent" in header for header in volume.dicom_headers[:1])
    known_by = "DICOM header" if volume.dicom_headers else "the file has no place for it"
    return Fact(
        FactKind.SCAN_CONTRAST,
        "Contrast agent",
        "named in the header" if named else "not recorded",
        origin=f"{known_by}; the phase is not known",
    )


def _quality_facts(quality: Sequence[QualityFinding]) -> Iterator[Fact]:
    yield Fact(FactKind.QUALITY_COUNT, "Remarks on quality", len(quality), origin="quality check")
    met = Counter[str]()
    for finding in quality:
        met[finding.code] += 1
        again = f"-{met[finding.code]}" if met[finding.code] > 1 else ""
        yield Fact(
            FactKind.QUALITY.of(f"{finding.code}{again}"),
            "Quality",
            finding.reason,
            origin=f"quality check, {finding.severity}: {finding.advice}",
        )
