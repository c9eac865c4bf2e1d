"""Notice the arterial phase, for which the networks were not made.

In the portal-venous phase, that of most training scans, the aorta is little brighter than the
liver; in the arterial one it stands out at 250 to 400 HU, and tumors fed by the artery are bright.
"""

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.quality.finding import QualityFinding, warning
from core.quality.sample import Sample
from core.volume import Volume

# Brighter than vessels in the venous phase, less bright than metal.
ARTERIAL_HU = (210, 600)
# Sections of an aorta of 12 to 34 mm.
AREA_MM2 = (110, 910)
MOST_OBLONG, LEAST_FULL = 1.8, 0.55
# Marrow and cortex of a vertebra differ more than contrast agent in one vessel.
MOST_SPREAD_HU = 45
FROM_MIDDLE_MM = 50
LEAST_LENGTH_MM, STEP_MM = 40, 8
DESCRIBED = re.compile(r"(?<![a-z])(art|arterial|arteriell|hap|late art)(?![a-z])", re.IGNORECASE)


def phase_findings(volume: Volume, sample: Sample) -> tuple[QualityFinding, ...]:
    """Warn where the aorta, or the description of the series, tells of the arterial phase."""
    aorta = aorta_hu(sample)
    if aorta is not None:
        reason = f"A vessel like the aorta is at {aorta:.0f} HU, as in the arterial phase."
    elif _described(volume):
        reason = "The series is described as arterial."
    else:
        return ()
    advice = (
        "The networks learned from venous scans: what is bright in this phase they mostly miss, so "
        "prefer the portal-venous series of the study."
    )
    return (warning("arterial", reason, advice),)


def aorta_hu(sample: Sample) -> float | None:
    """Median HU of a long bright vessel near the middle of the body; None without one."""
    longest: list[float] = []
    chain: list[float] = []
    last: NDArray[np.float64] | None = None
    gap = 0
    for z in range(sample.hu.shape[2]):
        near = [
            (place, hu)
            for place, hu in _sections(sample, z)
            if last is None or np.linalg.norm(place - last) <= STEP_MM
        ]
        if near:
            last, hu = near[0]
            chain.append(hu)
            gap = 0
        elif chain and (gap := gap + 1) > 1:
            last, chain, gap = None, [], 0
        longest = max(longest, chain, key=len).copy()
    if len(longest) * sample.spacing[2] < LEAST_LENGTH_MM or len(longest) < 3:
        return None
    return float(np.median(longest))


def _sections(sample: Sample, z: int) -> Iterator[tuple[NDArray[np.float64], float]]:
    """Find sections like those of a contrasted aorta in a slice: place in mm, and median HU."""
    from scipy.ndimage import find_objects, label

    hu, (x_mm, y_mm, _) = sample.hu[..., z], sample.spacing
    body = np.flatnonzero(sample.body[..., z].any(axis=1))
    if not len(body):
        return
    middle = (body[0] + body[-1]) / 2
    low, high = ARTERIAL_HU
    numbered, _ = label((hu >= low) & (hu <= high))
    for number, (columns, rows) in enumerate(find_objects(numbered), 1):
        inside = numbered[columns, rows] == number
        wide, tall = inside.shape[0] * x_mm, inside.shape[1] * y_mm
        area = np.count_nonzero(inside) * x_mm * y_mm
        if not AREA_MM2[0] <= area <= AREA_MM2[1] or inside.mean() < LEAST_FULL:
            continue
        if max(wide, tall) > MOST_OBLONG * min(wide, tall):
            continue
        center = np.array([columns.start + columns.stop, rows.start + rows.stop]) / 2
        values = hu[columns, rows][inside]
        spread = float(np.subtract(*np.percentile(values, (75, 25)))) / 1.35
        if abs(center[0] - middle) * x_mm > FROM_MIDDLE_MM or spread > MOST_SPREAD_HU:
            continue
        yield center * (x_mm, y_mm), float(np.median(values))


def _described(volume: Volume) -> bool:
    headers = volume.dicom_headers
    words = str(headers[0].get("SeriesDescription") or "") if headers else ""
    return bool(DESCRIBED.search(words))
