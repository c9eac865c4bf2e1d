"""Judge whether the numbers are Hounsfield units."""

from dataclasses import dataclass

import numpy as np

from core.quality.finding import QualityFinding, error, warning
from core.quality.sample import Sample

# Fat lies near -100 HU and air near -1000: every body scan holds some of both.
FAT_HU = -100
LEAST_FAT_AND_AIR = 0.005
# Organs, fat and muscle of a CT; bone, contrast medium and metal are the rest.
BODY_RANGE_HU = (-150, 300)
LEAST_TISSUE = 0.4
LEAST_TISSUE_IN_CROP = 0.9
# A window that shows the liver ends above this, and below the densest bone.
WINDOW_FLOOR_HU = -500
SATURATED = 0.01
# Neither z-scores nor a scale of 0 to 1 reach this far.
LEAST_RANGE = 50
# Muscle and liver fill the upper half of an 8-bit window; as HU they stay below this.
GRAY_LEVELS = (15, 240)
HIGHEST_TISSUE_HU = 120
# A window cuts bone off; MR and unwindowed CT reach their maximum in single voxels.
SATURATED_TOP = 0.0005
WINDOW_CEILING_HU = 1000
# Fat to enhanced vessels, where the intercept of -1024 was not added.
OFFSET_RANGE = (900, 1300)
LEAST_OFFSET_TISSUE = 0.15
ORIGINAL = "Choose the original CT in Hounsfield units (DICOM, or NIfTI converted from it)."


@dataclass(frozen=True)
class Spread:
    """Where the values of a sample lie.

    Parameters
    ----------
    low, high : extremes.
    at_low, at_high : fraction of voxels at exactly these.
    fat_and_air : fraction below -100.
    """

    low: int
    high: int
    at_low: float
    at_high: float
    fat_and_air: float


def spread_of(sample: Sample) -> Spread:
    """Measure the distribution of the values of `sample`."""
    hu = sample.hu
    low, high = int(hu.min()), int(hu.max())
    return Spread(
        low,
        high,
        sample.share(hu == low),
        sample.share(hu == high),
        sample.share(hu < FAT_HU),
    )


def value_findings(sample: Sample) -> tuple[QualityFinding, ...]:
    """Judge whether `sample` is in HU; at most one finding, the most telling."""
    spread = spread_of(sample)
    if spread.high - spread.low < LEAST_RANGE:
        return (_nearly_constant(spread),)
    if spread.low >= 0 and spread.high <= 255:
        return (_eight_bit(sample, spread),)
    if (shifted := _shifted(sample)) is not None:
        return (shifted,)
    if _is_windowed(spread):
        return (_windowed(spread),)
    if spread.fat_and_air < LEAST_FAT_AND_AIR:
        return (_without_air(sample, spread),)
    return _implausible_tissue(sample)


def _nearly_constant(spread: Spread) -> QualityFinding:
    return error(
        "normalized",
        f"All values lie between {spread.low} and {spread.high}: the scan is blank, a mask, or "
        "was normalized.",
        ORIGINAL,
    )


def _eight_bit(sample: Sample, spread: Spread) -> QualityFinding:
    low, high = GRAY_LEVELS
    # A window that ends at 255 HU cuts bone off; gray levels of a wider one seldom reach the top.
    saturated = spread.at_high > SATURATED_TOP
    inner = sample.hu[(sample.hu > low) & (sample.hu < high)]
    tissue = float(np.percentile(inner, 75)) if inner.size else 0.0
    if saturated and 0 < tissue <= HIGHEST_TISSUE_HU:
        return _windowed(spread)
    return error(
        "eight-bit",
        f"Values run from {spread.low} to {spread.high} and tissue reaches {tissue:.0f}: these "
        "are gray levels of a picture, not Hounsfield units.",
        ORIGINAL,
    )


def _is_windowed(spread: Spread) -> bool:
    cut_below = WINDOW_FLOOR_HU < spread.low <= 0 and spread.at_low > SATURATED
    cut_above = spread.high <= WINDOW_CEILING_HU and spread.at_high > SATURATED_TOP
    return cut_below and (spread.low < 0 or cut_above)


def _windowed(spread: Spread) -> QualityFinding:
    return warning(
        "windowed",
        f"Values are cut off at {spread.low} and {spread.high} HU "
        f"({100 * spread.at_low:.0f} % and {100 * spread.at_high:.1f} % of the voxels lie there): "
        "the scan was saved through a display window.",
        "Segmentation works where the window holds the liver; choose the original CT if you "
        "need densities beyond it.",
    )


def _shifted(sample: Sample) -> QualityFinding | None:
    """Notice tissue where only dense bone belongs, whatever fills the corners of the image."""
    low, high = OFFSET_RANGE
    shifted = (sample.hu >= low) & (sample.hu <= high)
    if sample.share(shifted) < LEAST_OFFSET_TISSUE:
        return None
    middle = np.median(sample.hu[shifted])
    return error(
        "offset",
        f"Most tissue lies at {middle:.0f}, about 1000 too high: the rescale intercept seems not "
        "to be applied.",
        "Export the scan again with rescale slope and intercept applied.",
    )


def _without_air(sample: Sample, spread: Spread) -> QualityFinding:
    measured = (
        f"only {100 * spread.fat_and_air:.1f} % of the voxels are below {FAT_HU} HU, where air "
        f"and fat lie, and values run from {spread.low} to {spread.high}"
    )
    hu = sample.hu
    low, high = BODY_RANGE_HU
    inside = sample.share((hu >= low) & (hu <= high))
    # Noise and fat make some voxels of every CT negative.
    if spread.low < 0 and inside >= LEAST_TISSUE_IN_CROP:
        return warning(
            "no-air",
            f"The scan seems cropped to the inside of the body: {measured}.",
            "Check that the densities are Hounsfield units, and prefer the whole slices.",
        )
    return error(
        "not-hounsfield",
        f"This does not look like CT: {measured}; it may be MR or scaled data.",
        ORIGINAL,
    )


def _implausible_tissue(sample: Sample) -> tuple[QualityFinding, ...]:
    body = sample.hu[sample.body]
    if not body.size:
        return ()
    low, high = BODY_RANGE_HU
    tissue = np.count_nonzero((body >= low) & (body <= high)) / body.size
    if tissue >= LEAST_TISSUE:
        return ()
    return (
        error(
            "not-hounsfield",
            f"Only {100 * tissue:.0f} % of the body lies between {low} and {high} HU, where the "
            f"organs of a CT lie (median {np.median(body):.0f}).",
            ORIGINAL,
        ),
    )
