"""What speaks against a result, a sentence each: figures and places that no patient has."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.cascade.findings import Lesion
from core.geometry.components import Region
from core.labels import organ_mask
from core.volume import Volume

USUAL_LIVER_ML = (500, 3500)
# Beyond these it is less likely a liver than a wrong spacing, scale of grey or outline.
POSSIBLE_LIVER_ML = (300, 4000)
USUAL_LIVER_HU = (-50, 250)
MOST_TUMOR = 0.5
# Water, bile and noise; how much darker than the liver around it.
FLUID_HU, DARKER_HU = (-15, 20), 20
# Denser than lung. Narrower than this it is no trunk, and tells nothing of left and right.
BODY_HU, LEAST_BODY_MM = -300, 150.0
# Livers lie to the right of the body's middle by about 0.15 of its width.
CLEARLY_LEFT = 0.05
SLICES = 12


def implausible(liver_ml: float, mean_hu: float | None, tumor_share: float) -> Iterator[str]:
    """Judge volume in mL, mean HU, and the share of tumor in the organ."""
    if tumor_share > MOST_TUMOR:
        yield (
            f"Tumor fills {tumor_share:.0%} of the outlined liver, more than is left of the liver "
            "itself; check that the scan is what the networks know, and the outlines."
        )
    low, high = POSSIBLE_LIVER_ML
    if not low <= liver_ml <= high:
        than = f"smaller than {low}" if liver_ml < low else f"larger than {high}"
        yield (
            f"A liver of {liver_ml:.0f} mL, {than} mL, is one that hardly any adult has; check "
            "that the scan holds the whole liver, its voxel size and Hounsfield units, and the "
            "outline."
        )
    elif not USUAL_LIVER_ML[0] <= liver_ml <= USUAL_LIVER_ML[1]:
        low, high = USUAL_LIVER_ML
        yield (
            f"A liver of {liver_ml:.0f} mL is outside the usual {low}–{high} mL; "
            "check the outline slice by slice."
        )
    low, high = USUAL_LIVER_HU
    if mean_hu is not None and not low <= mean_hu <= high:
        yield (
            f"The outlined liver has a mean of {mean_hu:.0f} HU, outside the {low} to {high} HU "
            "of liver tissue; check that the outline lies on the liver."
        )


def fluid_lesions(lesions: Sequence[Lesion], liver_hu: float | None) -> Iterator[str]:
    """Name lesions as dense as fluid in a liver that is denser: the gallbladder and cysts are."""
    low, high = FLUID_HU
    named = [
        f"{lesion.number} ({lesion.mean_hu:.0f} HU)"
        for lesion in lesions
        if low <= lesion.mean_hu <= high
        and liver_hu is not None
        and liver_hu - lesion.mean_hu >= DARKER_HU
    ]
    if named:
        which = "Lesion" if len(named) == 1 else "Lesions"
        yield (
            f"{which} {', '.join(named)}: as dense as fluid, as cysts and the gallbladder are; "
            "look whether it is one of these, and reject it if so."
        )


def wrong_side(volume: Volume, labels: NDArray[np.uint8], box: Region) -> Iterator[str]:
    """Judge on which side of the body the organ in `box` lies, by a few of its slices."""
    rows = box[2]
    step = max(1, (rows.stop - rows.start) // SLICES)
    chosen = slice(rows.start, rows.stop, step)
    body = _along_x(volume.hu[..., chosen] > BODY_HU)
    organ = _along_x(organ_mask(labels[..., chosen]))
    width = int(np.ptp(np.flatnonzero(body))) + 1 if body.any() else 0
    if width * volume.spacing[0] < LEAST_BODY_MM or not organ.any():
        return
    left = (_middle(body) - _middle(organ)) / width
    if left > CLEARLY_LEFT:
        yield (
            "The outlined liver lies on the patient's left; check that left and right of the scan "
            "are not swapped, and that the outline lies on the liver."
        )


def _along_x(mask: NDArray[np.bool_]) -> NDArray[np.int_]:
    return np.asarray(np.count_nonzero(mask, axis=(1, 2)))


def _middle(counts: NDArray[np.int_]) -> float:
    return float(np.average(np.arange(len(counts)), weights=counts))
