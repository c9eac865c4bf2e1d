"""Whether a probability of 0.8 is right eight times in ten, and what each threshold gives.

Both follow from one small thing: how many voxels of either kind have each of the 256
probabilities. These counts add up over slices and cases, and lose nothing, so that one
pass over any amount of data answers for every threshold. What happens after the threshold
(largest piece, holes, small lesions dropped) is not in them.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import BadDataset
from core.metrics.overlap import Overlap

LEVELS = 256
BINS = 10
# Voxels counted at a time: NumPy widens them to eight bytes each.
CHUNK = 1 << 22


@dataclass(frozen=True, eq=False)
class ProbabilityHistogram:
    """Voxels by probability: of the truth, and of the background.

    Parameters
    ----------
    positives, negatives : int64 [256]; entry k counts voxels of probability k / 255.
    """

    positives: NDArray[np.int64]
    negatives: NDArray[np.int64]

    def __add__(self, other: "ProbabilityHistogram") -> "ProbabilityHistogram":
        return ProbabilityHistogram(
            self.positives + other.positives, self.negatives + other.negatives
        )

    @property
    def voxels(self) -> int:
        """All voxels counted."""
        return int(self.positives.sum() + self.negatives.sum())


@dataclass(frozen=True, eq=False)
class Reliability:
    """Probability against frequency, in bins of equal width that are closed at their top.

    Parameters
    ----------
    edges : float64 [bins + 1].
    voxels : int64 [bins].
    predicted, observed : float64 [bins], mean probability and share of truth; NaN where a
        bin is empty.
    """

    edges: NDArray[np.float64]
    voxels: NDArray[np.int64]
    predicted: NDArray[np.float64]
    observed: NDArray[np.float64]

    @property
    def expected_calibration_error(self) -> float:
        """Mean distance of both, each bin weighing as its voxels (Guo et al. 2017).

        NaN without voxels.
        """
        if not self.voxels.any():
            return math.nan
        distance = np.nan_to_num(np.abs(self.observed - self.predicted))
        return float(distance @ self.voxels / self.voxels.sum())


def probability_histogram(
    probability: NDArray[np.uint8],
    truth: NDArray[np.bool_],
    within: NDArray[np.bool_] | None = None,
) -> ProbabilityHistogram:
    """Count the voxels of a probability map by probability and truth, all of one shape.

    Parameters
    ----------
    probability : uint8, 255 = certain.
    truth : boolean.
    within : boolean; only voxels in it are counted, such as those of the liver.

    Raises
    ------
    BadDataset
        If the shapes differ.
    TypeError
        If the probabilities are not uint8 or a mask is not boolean.
    """
    _check(probability, truth, within)
    levels, true = (
        (array if within is None else array[within]).ravel() for array in (probability, truth)
    )
    counts = np.zeros(2 * LEVELS, np.int64)
    for start in range(0, levels.size, CHUNK):
        part = slice(start, start + CHUNK)
        kind = levels[part] + true[part].astype(np.uint16) * LEVELS
        counts += np.bincount(kind, minlength=2 * LEVELS)
    return ProbabilityHistogram(positives=counts[LEVELS:], negatives=counts[:LEVELS])


def empty_histogram() -> ProbabilityHistogram:
    """Return counts of nothing, to add others to."""
    return ProbabilityHistogram(np.zeros(LEVELS, np.int64), np.zeros(LEVELS, np.int64))


def overlap_at(histogram: ProbabilityHistogram, threshold: float) -> Overlap:
    """Give the overlap if every voxel of at least `threshold` in 0..1 is called."""
    level = next_level(threshold)
    true_positive = int(histogram.positives[level:].sum())
    return Overlap(
        true_positive,
        int(histogram.negatives[level:].sum()),
        int(histogram.positives.sum()) - true_positive,
        histogram.voxels,
    )


def sweep(histogram: ProbabilityHistogram, thresholds: Iterable[float]) -> tuple[Overlap, ...]:
    """Give the overlap at every one of the `thresholds`."""
    return tuple(overlap_at(histogram, threshold) for threshold in thresholds)


def next_level(threshold: float) -> int:
    """Lowest of the 256 levels that counts as `threshold` in 0..1 or more; 256 if none does.

    The rule is that of `core.cascade.postprocessing.above`.
    """
    return min(max(math.ceil(threshold * (LEVELS - 1)), 0), LEVELS)


def reliability(histogram: ProbabilityHistogram, bins: int = BINS) -> Reliability:
    """Compare probability and frequency in `bins` bins of equal width."""
    probability = np.arange(LEVELS) / (LEVELS - 1)
    edges = np.linspace(0, 1, bins + 1)
    place = np.searchsorted(edges[1:-1], probability)
    positives = np.bincount(place, weights=histogram.positives, minlength=bins)
    both = histogram.positives + histogram.negatives
    total = np.bincount(place, weights=probability * both, minlength=bins)
    voxels = np.bincount(place, weights=both, minlength=bins)
    weight = np.where(voxels, voxels, math.nan)
    return Reliability(edges, voxels.astype(np.int64), total / weight, positives / weight)


def brier_score(histogram: ProbabilityHistogram) -> float:
    """Mean squared distance of the probability from the truth (Brier 1950); NaN of nothing."""
    probability = np.arange(LEVELS) / (LEVELS - 1)
    wrong = histogram.positives @ (1 - probability) ** 2 + histogram.negatives @ probability**2
    return float(wrong / histogram.voxels) if histogram.voxels else math.nan


def _check(
    probability: NDArray[Any], truth: NDArray[Any], within: NDArray[np.bool_] | None
) -> None:
    masks = (truth,) if within is None else (truth, within)
    for mask in masks:
        if mask.shape != probability.shape:
            raise BadDataset(
                f"The probabilities have {probability.shape} voxels and a mask has {mask.shape}; "
                "compare those of the same scan."
            )
        if mask.dtype != np.bool_:
            raise TypeError(f"expected boolean masks, got {mask.dtype}")
    if probability.dtype != np.uint8:
        raise TypeError(f"expected probabilities as uint8, 255 = certain, got {probability.dtype}")
