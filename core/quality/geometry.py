"""Judge whether the voxels are small enough and the slices all there."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.quality.finding import QualityFinding, info, warning
from core.volume import Volume

# Beyond these, small lesions vanish by partial volume.
THICK_MM = 5.05
COARSE_MM, FINE_MM = 3.05, 1.5
OBLIQUE_DEGREES = 15.0
SQUARE = 0.01
LPS = np.array([-1.0, -1.0, 1.0])


def geometry_findings(volume: Volume) -> Iterator[QualityFinding]:
    """Find thick slices, coarse or uneven pixels, oblique axes, missing and blank slices."""
    yield from _thickness(volume)
    yield from _pixels(volume)
    yield from _tilt(volume)
    yield from _missing(volume)


def _thickness(volume: Volume) -> Iterator[QualityFinding]:
    _, _, thick = volume.spacing
    if thick > THICK_MM:
        yield warning(
            "thick-slices",
            f"The slices are {thick:.1f} mm apart.",
            "Lesions smaller than two slices may be missed and volumes are rough; prefer a "
            "series of 5 mm or less.",
        )


def _pixels(volume: Volume) -> Iterator[QualityFinding]:
    x, y, _ = volume.spacing
    coarse = max(x, y)
    if coarse > FINE_MM:
        make = warning if coarse > COARSE_MM else info
        yield make(
            "coarse-pixels",
            f"The pixels measure {x:.2f} × {y:.2f} mm, coarser than a CT is reconstructed: the "
            "scan seems to be downsampled.",
            f"Lesions below about {3 * coarse:.0f} mm will hardly be found; prefer the original.",
        )
    if abs(x - y) > SQUARE * coarse:
        yield info(
            "oblong-pixels",
            f"The pixels are not square ({x:.2f} × {y:.2f} mm).",
            "Nothing to do: slices are drawn and measured in millimeters.",
        )


def _tilt(volume: Volume) -> Iterator[QualityFinding]:
    axes = volume.affine[:3, :3] / np.linalg.norm(volume.affine[:3, :3], axis=0)
    angle = float(np.degrees(np.arccos(np.clip(np.diag(axes), -1, 1)).max()))
    if angle > OBLIQUE_DEGREES:
        yield warning(
            "oblique",
            f"The axes of the scan are turned by {angle:.0f} degrees against the patient's.",
            "Slices are shown as they were stored; the networks know straight ones only, so look "
            "at the result closely.",
        )


def _missing(volume: Volume) -> Iterator[QualityFinding]:
    blank = np.flatnonzero(_is_blank(volume))
    inner = [k for k in blank if 0 < k < volume.shape[2] - 1]
    if inner:
        yield warning(
            "blank-slices",
            f"{len(blank)} of {volume.shape[2]} slices are blank, the first is {blank[0] + 1}.",
            "Nothing is found in them; volumes are too small if they lie in the liver.",
        )
    planes = _header_planes(volume)
    if len(planes) < 2:
        return
    steps = np.diff(np.sort(planes))
    gaps = int(np.count_nonzero(steps > 1.5))
    if gaps:
        missing = round(float((steps[steps > 1.5] - 1).sum()))
        yield warning(
            "missing-slices",
            f"About {missing} slices are missing in {gaps} places of the series.",
            "They were interpolated from their neighbors; load the complete series if you can.",
        )


def _is_blank(volume: Volume) -> NDArray[np.bool_]:
    thin = volume.hu[:: max(1, volume.shape[0] // 64), :: max(1, volume.shape[1] // 64)]
    return np.asarray(thin.max(axis=(0, 1)) == thin.min(axis=(0, 1)))


def _header_planes(volume: Volume) -> NDArray[np.float64]:
    # Place of each DICOM slice along the third axis of the native grid.
    positions = [
        header.ImagePositionPatient
        for header in volume.dicom_headers
        if "ImagePositionPatient" in header
    ]
    if not positions:
        return np.empty(0)
    ras = np.array(positions, np.float64) * LPS
    return np.asarray(
        (ras - volume.native.affine[:3, 3]) @ np.linalg.inv(volume.native.affine[:3, :3])[2]
    )
