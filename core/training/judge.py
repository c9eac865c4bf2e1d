"""How a network does on the slices held out from its training, each taken by itself."""

from collections.abc import Iterable, Sequence
from typing import Any

import keras
import numpy as np

from core.metrics.aggregate import mean_of_defined, summarize, with_truth
from core.metrics.overlap import Overlap, overlap, pooled
from core.training.data import Batches

SliceScore = tuple[str, Overlap]


def slice_scores(model: keras.Model, batches: Batches) -> list[SliceScore]:
    """Patient and overlap at 0.5 of every slice of `batches`, at the network's size.

    The tumor network is given the true liver here, so these figures are no cascade's.
    """
    scores: list[SliceScore] = []
    for number in range(len(batches)):
        inputs, targets = batches[number]
        called = np.asarray(model(inputs, training=False)) >= 0.5
        overlaps = map(overlap, targets >= 0.5, called)
        scores += zip(batches.patients(number), overlaps, strict=True)
    return scores


def by_patient(scores: Iterable[SliceScore]) -> dict[str, Overlap]:
    """Pool the slices of each patient."""
    found: dict[str, list[Overlap]] = {}
    for patient, part in scores:
        found.setdefault(patient, []).append(part)
    return {patient: pooled(parts) for patient, parts in found.items()}


def patient_dice(scores: Iterable[SliceScore]) -> float:
    """Mean Dice of the patients who have the structure; NaN without any.

    Where there is none a Dice is 0 for the first wrong pixel, and tells nothing of training.
    """
    return mean_of_defined(each.dice for each in with_truth(by_patient(scores).values())).mean


def averages(scores: Sequence[SliceScore]) -> dict[str, Any]:
    """Summaries over patients, over slices, and over slices that truly show the structure."""
    slices = [part for _, part in scores]
    return {
        "per_patient": summarize(by_patient(scores).values()).to_dict(),
        "per_slice": summarize(slices).to_dict(),
        "per_slice_with_truth": summarize(with_truth(slices)).to_dict(),
    }
