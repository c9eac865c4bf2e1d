"""How many lesions were found, and how many were invented: counts, by size, and FROC."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.metrics.lesions import SIZE_CLASSES, LesionRecord

Criterion = Literal["touched", "matched"]


@dataclass(frozen=True)
class Detection:
    """Lesions counted; counts add up over cases.

    Parameters
    ----------
    truth, found : true lesions, and those of them that were found.
    predicted, true : predicted lesions, and those of them that are true. One prediction can
        find several lesions by touching them: `found` and `true` may differ.
    """

    truth: int = 0
    found: int = 0
    predicted: int = 0
    true: int = 0

    def __add__(self, other: "Detection") -> "Detection":
        return Detection(
            self.truth + other.truth,
            self.found + other.found,
            self.predicted + other.predicted,
            self.true + other.true,
        )

    @property
    def recall(self) -> float:
        """Share of the true lesions that were found (sensitivity)."""
        return self._share(self.found, self.truth)

    @property
    def precision(self) -> float:
        """Share of the predicted lesions that are true."""
        return self._share(self.true, self.predicted)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        recall, precision = self.recall, self.precision
        if math.isnan(recall):
            return math.nan
        return 2 * recall * precision / (recall + precision) if recall + precision else 0.0

    @property
    def false_positive(self) -> int:
        """Predicted lesions that are none."""
        return self.predicted - self.true

    def _share(self, part: int, whole: int) -> float:
        if not self.truth + self.predicted:
            return math.nan
        return part / whole if whole else 0.0


@dataclass(frozen=True, eq=False)
class Froc:
    """Free-response curve: what is found, and invented, as the call gets bolder.

    Parameters
    ----------
    threshold : float64 [N], descending: predictions whose peak reaches it count.
    sensitivity : float64 [N], share of the true lesions found.
    false_positives : float64 [N], invented lesions per case.
    """

    threshold: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    false_positives: NDArray[np.float64]


def detection(records: Iterable[LesionRecord], criterion: Criterion) -> Detection:
    """Count the lesions of one case or of many by `criterion` (see `core.metrics.lesions`)."""
    counts = {True: [0, 0], False: [0, 0]}
    for record in records:
        counts[record.truth][0] += 1
        counts[record.truth][1] += getattr(record, criterion)
    return Detection(*counts[True], *counts[False])


def detection_by_size(
    records: Iterable[LesionRecord], criterion: Criterion
) -> dict[str, Detection]:
    """Count lesions by size class, each by its own size: the truth's or the prediction's.

    So recall is of true lesions of a class and precision of predicted ones. Lesions of
    unknown size are in no class.
    """
    records = tuple(records)
    return {
        name: detection((record for record in records if record.size_class == name), criterion)
        for name in SIZE_CLASSES
    }


def froc(records: Iterable[LesionRecord], cases: int, criterion: Criterion) -> Froc:
    """Draw the free-response curve of lesions that were scored with a probability map.

    The lesions stay as they were called; with the threshold whole ones appear or vanish.
    A true lesion has the score of the best prediction that found it.

    Parameters
    ----------
    records : of all cases together.
    cases : how many they are, those without any lesion included.

    Raises
    ------
    ValueError
        If `cases` is not positive, or a prediction has no probability.
    """
    records = tuple(records)
    peaks = np.array([record.probability_max for record in records if not record.truth])
    if cases <= 0 or np.isnan(peaks).any():
        raise ValueError(f"cannot draw {cases} cases, or predictions without a probability")
    false = [r.probability_max for r in records if not r.truth and not getattr(r, criterion)]
    true = [getattr(record, f"{criterion}_score") for record in records if record.truth]
    threshold = np.unique(peaks)[::-1]
    found = _reaching(np.array([score for score in true if not math.isnan(score)]), threshold)
    return Froc(
        threshold,
        found / len(true) if true else np.full(len(threshold), math.nan),
        _reaching(np.array(false), threshold) / cases,
    )


def _reaching(scores: NDArray[np.float64], threshold: NDArray[np.float64]) -> NDArray[np.intp]:
    """Count the `scores` at or above each `threshold`."""
    return len(scores) - np.searchsorted(np.sort(scores), threshold, side="left")
