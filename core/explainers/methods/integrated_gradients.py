"""Integrated gradients: the way from a slice with nothing to see to the slice itself."""

import numpy as np

from core.explainers.attribution import Method, Parts, Progress
from core.explainers.network import BATCH, KerasNetwork
from core.explainers.question import Question


def attribute(
    network: KerasNetwork, question: Question, samples: int, seed: int, progress: Progress
) -> Parts:
    """Add the gradients up at `samples` steps from the plain slice to the slice; no chance in it.

    The values add up to the difference of both scores as the steps become many.
    """
    start = question.start
    way = question.image - start
    total = np.zeros(way.shape, np.float64)
    # Midpoints of the steps: an error of second order.
    shares = (np.arange(samples, dtype=np.float32) + np.float32(0.5)) / samples
    for first in range(0, samples, BATCH):
        part = shares[first : first + BATCH, None, None]
        total += network.gradient(start + part * way).sum(axis=0, dtype=np.float64)
        progress(min(1.0, (first + BATCH) / samples))
    expected = float(network.score(start[None])[0])
    return Parts((total / samples * way).astype(np.float32), expected)


METHOD = Method(
    "integrated",
    "Integrated gradients",
    2,
    "Sundararajan, Taly and Yan, ICML 2017",
    "What each pixel brings to the score, compared with a liver of one gray.",
    64,
    True,
    attribute,
)
