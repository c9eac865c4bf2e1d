"""Which way up does the body lie? Told by the spine and the lungs, whatever the file says."""

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from core.quality.finding import QualityFinding, warning
from core.quality.sample import Sample
from core.volume import Turn

BONE_HU, LUNG_HU = 250, -500
# On real scans the bones' middle lies 0.15 to 0.22 of the body's depth behind that of the body.
CLEARLY = 0.06
LEAST_SLICES, LEAST_PIXELS = 5, 20
# Share of lung at the two ends of a scan; the upper one has more, or none has any.
LEAST_LUNG, TIMES = 0.08, 3
ADVICE = (
    "Compare the picture with the letters at its edges; if they are wrong, take an export that "
    "keeps the directions, or mend those of the file."
)


def orientation_findings(sample: Sample) -> Iterator[QualityFinding]:
    """Find a body that lies otherwise than the file says; `sample` must be in HU, with air."""
    right, front = _spine(sample)
    if max(abs(right), abs(front)) >= CLEARLY:
        if abs(right) > abs(front):
            side = "right" if right > 0 else "left"
            yield warning(
                Turn.FROM_RIGHT if right > 0 else Turn.FROM_LEFT,
                f"The spine lies on the {side}: the scan seems turned by a quarter.",
                ADVICE,
            )
        elif front > 0:
            yield warning(
                Turn.FRONT_BACK, "The spine lies in front: front and back seem swapped.", ADVICE
            )
    lower, upper = _lung(sample)
    if lower >= LEAST_LUNG and lower > TIMES * upper:
        yield warning(
            Turn.HEAD_FOOT,
            f"Lung fills {lower:.0%} of the lowest slices and {upper:.0%} of the highest: head and "
            "feet seem swapped.",
            ADVICE,
        )


def _spine(sample: Sample) -> tuple[float, float]:
    """How far right and in front of the body's middle its bones lie, as shares of its extent.

    The median over the slices; 0 where hardly any shows bone.
    """
    offsets = []
    for hu, body in zip(sample.hu.T, sample.body.T, strict=True):
        bone = (hu > BONE_HU) & body
        if np.count_nonzero(bone) < LEAST_PIXELS:
            continue
        # Transposed, rows run to the front and columns to the right.
        shown = np.nonzero(body)
        offsets.append(
            [
                (np.median(place) - axis.mean()) / (np.ptp(axis) + 1)
                for place, axis in zip(np.nonzero(bone), shown, strict=True)
            ]
        )
    if len(offsets) < LEAST_SLICES:
        return 0.0, 0.0
    front, right = np.median(offsets, axis=0)
    return float(right), float(front)


def _lung(sample: Sample) -> tuple[float, float]:
    """Share of the body that is lung or gas in the lowest and the highest fifth of the slices."""
    fifth = max(1, sample.hu.shape[2] // 5)
    shares = []
    for part in (slice(None, fifth), slice(-fifth, None)):
        inside = np.stack(
            [ndimage.binary_fill_holes(body) for body in np.moveaxis(sample.body[..., part], 2, 0)]
        )
        air = np.moveaxis(sample.hu[..., part] < LUNG_HU, 2, 0) & inside
        shares.append(int(np.count_nonzero(air)) / max(1, int(np.count_nonzero(inside))))
    return shares[0], shares[1]
