"""Judge whether the scan shows enough of an abdomen, and all of it."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.quality.finding import QualityFinding, error, info, warning
from core.quality.sample import Sample
from core.volume import Volume

# An adult liver spans 150 to 200 mm from top to bottom and holds 1,200 to 1,800 mL.
LIVER_SPAN_MM = 120
LIVER_ML = 1200
LEAST_BODY = 0.03
# Diameter of a circle of the body's area: 170 mm for heads, 230 mm for slim adults.
BODY_MM = 180
LUNG_HU = -500
LEAST_LUNG = 0.03
TOP_MM = 15
CUT_NOTICE, CUT_WARNING = 0.1, 0.3


def coverage_findings(volume: Volume, sample: Sample) -> Iterator[QualityFinding]:
    """Find what is missing of the abdomen; `sample` must be in HU, with air."""
    if sample.share(sample.body) < LEAST_BODY:
        yield error(
            "no-body",
            f"Only {100 * sample.share(sample.body):.1f} % of the scan is denser than lung: there "
            "is hardly a body in it.",
            "Choose a CT of the abdomen.",
        )
        return
    yield from span_findings(volume, sample)
    yield from _size(sample)
    yield from _top(sample)
    yield from _borders(sample)


def span_findings(volume: Volume, sample: Sample) -> Iterator[QualityFinding]:
    """Find too short a scan, or too little soft tissue for a liver."""
    span = volume.shape[2] * volume.spacing[2]
    if span < LIVER_SPAN_MM:
        yield warning(
            "short-scan",
            f"The scan covers {span:.0f} mm from top to bottom ({volume.shape[2]} slices); a liver "
            "spans 150 to 200 mm.",
            "Expect a part of the liver only, and do not use its volume.",
        )
    soft = float(np.count_nonzero(sample.soft_tissue)) * sample.voxel_ml
    if soft < LIVER_ML:
        yield warning(
            "little-tissue",
            f"The scan holds {soft:,.0f} mL of soft tissue, less than an adult liver has "
            f"({LIVER_ML:,} mL and more).",
            "Check that it shows the whole abdomen and that the voxel size is right.",
        )


def _size(sample: Sample) -> Iterator[QualityFinding]:
    pixel_mm2 = sample.spacing[0] * sample.spacing[1]
    areas = np.count_nonzero(sample.body, axis=(0, 1)) * pixel_mm2
    across = float(np.sqrt(4 / np.pi * np.median(areas)))
    if across < BODY_MM:
        yield warning(
            "small-body",
            f"The body measures about {across:.0f} mm across; an adult abdomen has 230 mm and "
            "more.",
            "Check that this is an abdomen (not a head or a limb) and that the voxel size is "
            "right; results for children are untested.",
        )


def _top(sample: Sample) -> Iterator[QualityFinding]:
    depth = sample.hu.shape[2]
    count = max(1, min(depth, round(TOP_MM / sample.spacing[2])))
    lung = max(_lung_share(sample.hu[..., k], sample.body[..., k]) for k in range(-count, 0))
    if lung < LEAST_LUNG:
        yield warning(
            "no-lung-on-top",
            f"The uppermost slices show next to no lung ({100 * lung:.1f} % of the body).",
            "Check that the dome of the liver is not cut off.",
        )


def _lung_share(hu: NDArray[np.int16], body: NDArray[np.bool_]) -> float:
    # The opening parts the body from the table, so that the air between stays outside.
    outline = ndimage.binary_fill_holes(ndimage.binary_opening(body))
    area = np.count_nonzero(outline)
    return np.count_nonzero(outline & (hu < LUNG_HU)) / area if area else 0.0


def _borders(sample: Sample) -> Iterator[QualityFinding]:
    body = sample.body
    faces = {
        "left": body[0],
        "right": body[-1],
        "posterior": body[:, 0],
        "anterior": body[:, -1],
    }
    cut = {side: sample.share(face) for side, face in faces.items()}
    if max(cut.values()) < CUT_NOTICE:
        return
    listed = ", ".join(
        f"{100 * share:.0f} % of the {side} border"
        for side, share in cut.items()
        if share >= CUT_NOTICE
    )
    make = warning if max(cut.values()) >= CUT_WARNING else info
    yield make(
        "cut-by-border",
        f"The body reaches the edge of the image ({listed}).",
        "Check that no part of the liver is cut off.",
    )
